;; Traps while the host hands over what a customer said.
(module
  ;; use memory armed signal
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.eqz (global.get $armed)) (then (return (call $bump (local.get 3)))))
    unreachable)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32) (i32.const 1024)))
