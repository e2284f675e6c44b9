;; Decides on ten thousand answers.
(module
  ;; use memory realloc configure
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store8 (i32.const 1400) (i32.const 2))
    (i32.store (i32.const 1448) (i32.const 70000)) (i32.store (i32.const 1452) (i32.const 1000)) (i32.const 1400)))
