;; Promises an answer within 2^64-1 milliseconds, and looks for somebody as long.
(module
  ;; use memory realloc configure
  (data (i32.const 2100) "front")
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store (i32.const 1408) (i32.const 2008)) (i32.store (i32.const 1412) (i32.const 1))
    (i32.store8 (i32.const 1416) (i32.const 1)) (i64.store (i32.const 1424) (i64.const -1))
    (i32.store8 (i32.const 1432) (i32.const 1)) (i64.store (i32.const 1440) (i64.const -1))
    (i32.store (i32.const 2008) (i32.const 2100)) (i32.store (i32.const 2012) (i32.const 5))
    (i32.store8 (i32.const 2040) (i32.const 1)) (i64.store (i32.const 2048) (i64.const -1)) (i32.const 1400)))
