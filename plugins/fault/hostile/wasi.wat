;; Imports an interface that the host does not lend.
(component
  (import "%interface%" (instance (export "%function%" (func (result u64)))))
  (core module $m (func (export "f") (param i32 i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m)))
