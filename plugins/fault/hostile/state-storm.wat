;; Writes one key a thousand times.
(module
  (import "pointsman:host/state@0.1.0" "put"
    (func $put (param i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32)))
  ;; use memory realloc configure signal enriched
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (local $i i32)
    (loop $again
      ;; At the version that the last writing gave.
      (call $put (i32.const 100) (i32.const 7) (i32.const 100) (i32.const 7)
        (i32.ne (local.get $i) (i32.const 0)) (i64.load (i32.const 2408)) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 2400))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i32.const 1200)))
