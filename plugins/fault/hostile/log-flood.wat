;; Writes 5,000 lines of 1 KiB, with escapes, forged lines, NUL and turned reading direction, then answers.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  ;; use memory realloc configure signal
  (data (i32.const 2000) "\1b[31mred\0d\0aforged: yes\00\e2\80\aeturned")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $again
      (call $log (i32.const 3) (i32.const 2000) (i32.const 1024))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5000))))
    (i32.const 1024)))
