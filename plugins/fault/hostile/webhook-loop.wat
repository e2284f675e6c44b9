;; Never reads a delivery to its end.
(module
  ;; use memory realloc configure
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32) (loop $again (br $again)) (i32.const 2300)))
