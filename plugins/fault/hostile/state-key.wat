;; Reads a key that is not its own; tells 1 when there is something.
(module
  (import "pointsman:host/state@0.1.0" "get" (func $read (param i32 i32 i32)))
  ;; use memory realloc configure signal enriched
  (data (i32.const 2000) "%text:key%")
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $read (i32.const 2000) (i32.const %length:key%) (i32.const 2400))
    ;; ok(some(…))
    (call $tell (f64.convert_i32_u (i32.and
      (i32.eqz (i32.load8_u (i32.const 2400))) (i32.load8_u (i32.const 2408)))))
    (i32.const 1200)))
