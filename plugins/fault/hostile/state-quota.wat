;; Writes a value that is larger than its quota; tells which error it was given.
(module
  (import "pointsman:host/state@0.1.0" "put"
    (func $put (param i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32)))
  ;; use memory realloc configure signal enriched
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $put (i32.const 100) (i32.const 7) (i32.const 0) (i32.const 60000) (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 2400))
    (call $tell (f64.convert_i32_u (i32.load8_u (i32.const 2408)))) (i32.const 1200)))
