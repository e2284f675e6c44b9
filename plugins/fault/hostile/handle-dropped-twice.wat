;; Drops a handle twice.
(module
  (import "[export]test:hostile/things" "[resource-new]thing" (func $new (param i32) (result i32)))
  (import "[export]test:hostile/things" "[resource-drop]thing" (func $drop (param i32)))
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $handle i32)
    (local.set $handle (call $new (i32.const 1)))
    (call $drop (local.get $handle)) (call $drop (local.get $handle))
    (i32.const 1024)))
