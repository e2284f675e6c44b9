;; Exports the role with a function of another type.
(component
  (core module $m (func (export "classify") (param i32) (result i32) (local.get 0)))
  (core instance $i (instantiate $m))
  (func $classify (param "batch" u32) (result u32) (canon lift (core func $i "classify")))
  (func $configure (param "settings" u32) (result u32) (canon lift (core func $i "classify")))
  (instance $role (export "classify" (func $classify)))
  (export "pointsman:policy/classifier@0.1.0" (instance $role))
  (export "configure" (func $configure)))
