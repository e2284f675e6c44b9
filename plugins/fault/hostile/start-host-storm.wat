;; Calls the host without end while it is started.
(module
  (import "pointsman:host/budget@0.1.0" "remaining-ms" (func $left (result i64)))
  ;; use memory realloc configure signal
  (func $start (loop $again (drop (call $left)) (br $again)))
  (start $start)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32) (i32.const 1024)))
