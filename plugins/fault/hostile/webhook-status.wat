;; Answers a channel with a status that there is not.
(module
  ;; use memory realloc configure
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (i32.store16 (i32.const 2320) (i32.const %status%)) (i32.const 2300)))
