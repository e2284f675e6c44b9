;; Writes a gigabyte in lines of a megabyte.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  ;; use realloc configure signal
  (memory (export "memory") 32)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $again
      (call $log (i32.const 2) (i32.const 131072) (i32.const 1048576))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i32.const 1024)))
