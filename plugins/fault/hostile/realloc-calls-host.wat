;; Calls the host while the host hands over what a customer said.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  ;; use memory armed signal
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (i32.eqz (global.get $armed)) (then (return (call $bump (local.get 3)))))
    (call $log (i32.const 1) (i32.const 100) (i32.const 7)) (call $bump (local.get 3)))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32) (i32.const 1024)))
