;; Calls itself for ever.
(module
  ;; use memory realloc configure signal
  (func $deeper (param i64) (result i64)
    (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (drop (call $deeper (i64.const 0))) (i32.const 1024)))
