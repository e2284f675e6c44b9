;; Asks for the address in its settings a thousand times.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc url signal enriched get
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (local $i i32)
    (loop $again
      (call $get)
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i32.const 1200)))
