;; Returns lists of lists of lists that all point at the same few bytes: 10^9 entries in 64 KiB.
(module
  ;; use memory realloc configure signal
  (func $mirror (param $at i32)
    (i32.store (local.get $at) (i32.const 100)) (i32.store offset=4 (local.get $at) (i32.const 7))
    ;; A thousand spans, the same for every signal.
    (i32.store offset=32 (local.get $at) (i32.const 66000)) (i32.store offset=36 (local.get $at) (i32.const 1000)))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32)
    (loop $signals
      (call $mirror (i32.add (i32.const 2048) (i32.mul (local.get $i) (i32.const 48))))
      (br_if $signals (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (local.set $i (i32.const 0))
    (loop $lists
      (i32.store (i32.add (i32.const 80000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 2048))
      (i32.store offset=4 (i32.add (i32.const 80000) (i32.mul (local.get $i) (i32.const 8))) (i32.const 1000))
      (br_if $lists (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
    (i32.store (i32.const 1024) (i32.const 80000)) (i32.store (i32.const 1028) (i32.const 1000))
    (i32.const 1024)))
