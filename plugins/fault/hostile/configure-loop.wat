;; Never answers whether its settings are right.
(module
  ;; use memory realloc signal
  (func (export "configure") (param i32 i32) (result i32) (loop $again (br $again)) (i32.const 704))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32) (i32.const 1024)))
