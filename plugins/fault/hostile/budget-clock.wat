;; Reads the time that is left before and after much work, in a role that has no clock; tells the difference.
(module
  (import "pointsman:host/budget@0.1.0" "remaining-ms" (func $left (result i64)))
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $before i64) (local $i i32)
    (local.set $before (call $left))
    (loop $again
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3000000))))
    (call $tell (f64.convert_i64_s (i64.sub (local.get $before) (call $left)))) (i32.const 1024)))
