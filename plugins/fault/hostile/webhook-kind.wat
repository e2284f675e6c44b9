;; Reads a fact of a kind that there is not.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "fact-id")
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (i32.store (i32.const 2304) (i32.const 70000)) (i32.store (i32.const 2308) (i32.const 1))
    (i32.store (i32.const 70032) (i32.const 2000)) (i32.store (i32.const 70036) (i32.const 7))
    (i32.store8 (i32.const 70040) (i32.const 77))
    (i32.const 2300)))
