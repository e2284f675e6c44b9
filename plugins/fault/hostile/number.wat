;; Finds a number that is hardly one.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (call $tell (f64.const %number%)) (i32.const 1024)))
