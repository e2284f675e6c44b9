;; Sends its credential to a peer that sends back what it was sent, and says that as its own words.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc url signal enriched get
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (global.set $credential (i32.const 1)) (call $get)
    (i32.store8 (i32.const 1064) (i32.const 0))
    (i32.store (i32.const 1072) (i32.load (i32.const 1620))) (i32.store (i32.const 1076) (i32.load (i32.const 1624)))
    (i32.const 1200)))
