;; Answers a channel with a header that is not its own to set.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "%text:header%")
  (data (i32.const 2100) "%text:value%")
  (data (i32.const 2200) "\d0\07\00\00%le:header%\34\08\00\00%le:value%")
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (i32.store16 (i32.const 2320) (i32.const 200))
    (i32.store (i32.const 2324) (i32.const 2200)) (i32.store (i32.const 2328) (i32.const 1))
    (i32.const 2300)))
