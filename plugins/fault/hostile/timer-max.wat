;; Sets a timer that rings after 2^64-1 milliseconds.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "timer")
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store8 (i32.const 1400) (i32.const 2))
    (i32.store8 (i32.const 2104) (i32.const 2)) (i64.store (i32.const 2120) (i64.const -1))
    (i32.store (i32.const 2112) (i32.const 2000)) (i32.store (i32.const 2116) (i32.const 5))
    (i32.store (i32.const 1448) (i32.const 2104)) (i32.store (i32.const 1452) (i32.const 1)) (i32.const 1400)))
