;; Writes a value of 40 MiB.
(module
  (import "pointsman:host/state@0.1.0" "put"
    (func $put (param i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32)))
  ;; use realloc configure signal enriched
  (memory (export "memory") 700)
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $put (i32.const 100) (i32.const 7) (i32.const 131072) (i32.const 41943040) (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 2400))
    (i32.const 1200)))
