;; Asks for the address in its settings with a header that is not its own to set; tells what came of it.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc url signal enriched get
  (data (i32.const 2000) "%text:header%")
  (data (i32.const 2100) "%text:value%")
  (data (i32.const 2200) "\d0\07\00\00%le:header%\34\08\00\00%le:value%")
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (global.set $headers (i32.const 1)) (call $get) (call $tell (f64.convert_i32_s (call $outcome))) (i32.const 1200)))
