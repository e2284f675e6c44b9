;; Cannot work before the year 584 million.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "later")
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (i32.store8 (i32.const 1200) (i32.const 1)) (i32.store8 (i32.const 1216) (i32.const 1)) (i64.store (i32.const 1224) (i64.const -1))
    (i32.store (i32.const 1232) (i32.const 2000)) (i32.store (i32.const 1236) (i32.const 5)) (i32.const 1200)))
