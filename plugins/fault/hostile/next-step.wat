;; Finds as much as a step may, for the next one to choke on: 48 texts of 4 KiB of quotes.
(module
  ;; use realloc configure signal
  (memory (export "memory") 4)
  (data (i32.const 2000) "next-step")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $i i32) (local $at i32)
    (memory.fill (i32.const 140000) (i32.const 34) (i32.const 4096))
    (loop $again
      (local.set $at (i32.add (i32.const 200000) (i32.mul (local.get $i) (i32.const 48))))
      (i32.store (local.get $at) (i32.const 2000)) (i32.store offset=4 (local.get $at) (i32.const 9))
      (i32.store offset=16 (local.get $at) (i32.const 140000)) (i32.store offset=20 (local.get $at) (i32.const 4096))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 48))))
    (i32.store (i32.const 1040) (i32.const 200000)) (i32.store (i32.const 1044) (i32.const 48))
    (i32.const 1024)))
