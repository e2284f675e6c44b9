;; Routes to a queue with a name of 10 MiB.
(module
  ;; use realloc configure
  (memory (export "memory") 200)
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store8 (i32.const 1400) (i32.const 1))
    (i32.store (i32.const 1408) (i32.const 131072)) (i32.store (i32.const 1412) (i32.const 10485760)) (i32.const 1400)))
