;; Writes at version 2^64-1, or to keep it for 2^64-1 milliseconds; tells 0 when it was written, 1 when it was not.
(module
  (import "pointsman:host/state@0.1.0" "put"
    (func $put (param i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32)))
  ;; use memory realloc configure signal enriched
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $put (i32.const 100) (i32.const 7) (i32.const 100) (i32.const 7) (i32.const %versioned%) (i64.const -1) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const %timed%) (i64.const -1) (i32.const 2400))
    (call $tell (f64.convert_i32_u (i32.load8_u (i32.const 2400)))) (i32.const 1200)))
