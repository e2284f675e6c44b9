;; Never ends while the host hands over what a customer said, in a role that may wait.
(module
  ;; use memory armed signal enriched
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.eqz (global.get $armed)) (then (return (call $bump (local.get 3)))))
    (loop $again (br $again)) (i32.const 0))
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32) (i32.const 1200)))
