;; Makes a million handles and drops none.
(module
  (import "[export]test:hostile/things" "[resource-new]thing" (func $new (param i32) (result i32)))
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $again
      (drop (call $new (local.get $i)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000000))))
    (i32.const 1024)))
