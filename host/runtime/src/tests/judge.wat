;; A classifier and prioritizer that does what the first letter of the interaction's id says; otherwise its answer is the id's length.
;; $SIZE stands for the size of an interaction's record.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  (memory (export "memory") 17)
  (global $heap (mut i32) (i32.const 131072))
  (data (i32.const 100) "urgency\00\00\00code\00\00\00\00\00\00text here")
  (data (i32.const 330) "line")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $alloc (local.get 3)))
  (func $alloc (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $len)))
    (local.get $at))

  (func $deeper (param i64) (result i64)
    (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))

  ;; Leaves a mark in every second page of 4 MiB, which are more and farther apart than a scan of the page map tells at once.
  (func $mark
    (local $at i32)
    (drop (memory.grow (i32.const 47)))
    (local.set $at (i32.const 1048576))
    (loop $again
      (i32.store (local.get $at) (i32.const 0x5eca5eca))
      (local.set $at (i32.add (local.get $at) (i32.const 8192)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 4194304)))))

  ;; How many marks of others are there.
  (func $marks (result i32)
    (local $at i32) (local $count i32)
    (drop (memory.grow (i32.const 47)))
    (local.set $at (i32.const 131072))
    (loop $again
      (local.set $count (i32.add (local.get $count) (i32.eq (i32.load (local.get $at)) (i32.const 0x5eca5eca))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 4194304))))
    (local.get $count))

  (func $score (param $id i32) (param $len i32) (result i32)
    (local $letter i32)
    (i32.store (i32.const 1000) (i32.add (i32.load (i32.const 1000)) (i32.const 1)))
    (local.set $letter (i32.load8_u (local.get $id)))
    (if (i32.eq (local.get $letter) (i32.const 116)) (then unreachable))                       ;; t
    (if (i32.eq (local.get $letter) (i32.const 108)) (then (loop $for_ever (br $for_ever))))   ;; l
    (if (i32.eq (local.get $letter) (i32.const 115)) (then (drop (call $deeper (i64.const 0))))) ;; s
    (if (i32.eq (local.get $letter) (i32.const 103)) (then (call $log (i32.const 1) (local.get $id) (local.get $len)))) ;; g
    (if (i32.eq (local.get $letter) (i32.const 109)) (then (call $mark)))                      ;; m
    (if (i32.eq (local.get $letter) (i32.const 101)) (then (return (call $marks))))            ;; e
    (if (i32.eq (local.get $letter) (i32.const 110)) (then (return (i32.load (i32.const 1000))))) ;; n
    (local.get $len))

  (func (export "configure") (param i32 i32) (result i32)
    (i32.store8 (i32.const 700) (i32.const 0))
    (i32.const 700))

  (func (export "pointsman:policy/prioritizer@0.1.0#prioritize") (param $at i32) (result i32)
    (f32.store (i32.const 500)
      (f32.convert_i32_s (call $score (i32.load (local.get $at)) (i32.load (i32.add (local.get $at) (i32.const 4))))))
    (i32.store (i32.const 504) (i32.const 600))
    (i32.store (i32.const 508) (i32.const 1))
    (i32.store (i32.const 600) (i32.const 100)) (i32.store (i32.const 604) (i32.const 7))
    (f32.store (i32.const 608) (f32.const 1)) (f32.store (i32.const 612) (f32.const 10))
    (i32.store (i32.const 616) (i32.const 110)) (i32.store (i32.const 620) (i32.const 4))
    (i32.store (i32.const 624) (i32.const 0)) (i32.store (i32.const 628) (i32.const 0))
    (i32.store (i32.const 632) (i32.const 120)) (i32.store (i32.const 636) (i32.const 9))
    (i32.const 500))

  ;; One list of one signal, a number, for each interaction.
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $at i32) (param $len i32) (result i32)
    (local $lists i32) (local $signal i32) (local $done i32)
    (local.set $lists (call $alloc (i32.mul (local.get $len) (i32.const 8))))
    (i32.store (i32.const 800) (local.get $lists))
    (i32.store (i32.const 804) (local.get $len))
    (block $end
      (loop $again
        (br_if $end (i32.ge_u (local.get $done) (local.get $len)))
        (local.set $signal (call $alloc (i32.const 48)))
        (memory.fill (local.get $signal) (i32.const 0) (i32.const 48))
        (i32.store (local.get $lists) (local.get $signal))
        (i32.store offset=4 (local.get $lists) (i32.const 1))
        (i32.store (local.get $signal) (i32.const 100))
        (i32.store offset=4 (local.get $signal) (i32.const 7))
        (i32.store8 offset=8 (local.get $signal) (i32.const 1))
        (f64.store offset=16 (local.get $signal)
          (f64.convert_i32_s (call $score (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)))))
        (local.set $lists (i32.add (local.get $lists) (i32.const 8)))
        (local.set $at (i32.add (local.get $at) (i32.const $SIZE)))
        (local.set $done (i32.add (local.get $done) (i32.const 1)))
        (br $again)))
    (i32.const 800)))
