;; Routes to a queue that there is not.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "%text:queue%")
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store8 (i32.const 1400) (i32.const 1))
    (i32.store (i32.const 1408) (i32.const 2000)) (i32.store (i32.const 1412) (i32.const %length:queue%)) (i32.const 1400)))
