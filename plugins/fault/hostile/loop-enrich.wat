;; Never returns, in a role that may wait: the host drops the call in the middle of the guest.
(module
  ;; use memory realloc configure signal enriched
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (loop $again (br $again)) (i32.const 1200)))
