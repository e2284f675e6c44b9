;; Reads a million facts out of one delivery, all the same one.
(module
  ;; use realloc configure
  (memory (export "memory") 1000)
  (data (i32.const 2000) "fact-id")
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (i32.store (i32.const 2304) (i32.const 131072)) (i32.store (i32.const 2308) (i32.const 100000)) (i32.const 2300)))
