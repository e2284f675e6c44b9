;; Finds ten million things wrong with its settings, all the same one.
(module
  ;; use realloc signal
  (memory (export "memory") 1000)
  (func (export "configure") (param i32 i32) (result i32)
    (i32.store8 (i32.const 704) (i32.const 1))
    (i32.store (i32.const 708) (i32.const 131072))
    (i32.store (i32.const 712) (i32.const 1000000))
    (i32.const 704))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32) (i32.const 1024)))
