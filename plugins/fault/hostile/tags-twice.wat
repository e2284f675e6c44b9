;; Finds the same signal sixty-four times.
(module
  ;; use memory realloc configure signal
  (data (i32.const 2000) "urgency-")
  (data (i32.const 2007) "x")
  (func $signal (param $at i32)
    (i32.store (local.get $at) (i32.const 2000)) (i32.store offset=4 (local.get $at) (i32.const 8))
    (i32.store8 offset=8 (local.get $at) (i32.const 2)) (i32.store8 offset=16 (local.get $at) (i32.const 1)))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $again
      (call $signal (i32.add (i32.const 70000) (i32.mul (local.get $i) (i32.const 48))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64))))
    (i32.store (i32.const 1040) (i32.const 70000)) (i32.store (i32.const 1044) (i32.const 64))
    (i32.const 1024)))
