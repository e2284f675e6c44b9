;; Sends a body of 40 MiB.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use realloc url signal enriched get
  (memory (export "memory") 700)
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (global.set $body_length (i32.const 41943040)) (call $get) (call $tell (f64.convert_i32_s (call $outcome))) (i32.const 1200)))
