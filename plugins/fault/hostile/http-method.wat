;; Asks for the address in its settings with a method that is none; tells what came of it.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc url signal enriched get
  (data (i32.const 2300) "%text:method%")
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (global.set $method (i32.const 2300)) (global.set $method_length (i32.const %length:method%))
    (call $get) (call $tell (f64.convert_i32_s (call $outcome))) (i32.const 1200)))
