;; Calls itself for ever, and the host at every sixteenth depth: the last of these calls begins where the guest's stack ends.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  ;; use memory realloc configure signal
  (func $deeper (param i64) (result i64)
    (if (i64.eqz (i64.and (local.get 0) (i64.const 15))) (then (call $log (i32.const 1) (i32.const 100) (i32.const 7))))
    (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (drop (call $deeper (i64.const 0))) (i32.const 1024)))
