;; Asks for the address in its settings and tells what came of it: the status, or -1 to -5 for the errors in their order.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc url signal enriched get
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $get) (call $tell (f64.convert_i32_s (call $outcome))) (i32.const 1200)))
