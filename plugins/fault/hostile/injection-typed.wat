;; Finds the reserved signal `language` as a number.
(module
  ;; use memory realloc configure signal
  (data (i32.const 2000) "language")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store (i32.const 1056) (i32.const 2000)) (i32.store (i32.const 1060) (i32.const 8)) (call $tell (f64.const 42)) (i32.const 1024)))
