;; Finds a text of markup, script addresses, turned direction and a thousand combining marks.
(module
  ;; use memory realloc configure signal
  (data (i32.const 2000) "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) \e2\80\ae\e2\80\8b")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $again
      (i32.store16 (i32.add (i32.const 2085) (i32.shl (local.get $i) (i32.const 1))) (i32.const 0x81cc))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i32.store8 (i32.const 1064) (i32.const 0))
    (i32.store (i32.const 1072) (i32.const 2000)) (i32.store (i32.const 1076) (i32.const 2085)) (i32.const 1024)))
