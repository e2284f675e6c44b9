;; Returns a text of 40 MiB, all of it in its memory.
(module
  ;; use realloc configure signal
  (memory (export "memory") 700)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store8 (i32.const 1064) (i32.const 0))
    (i32.store (i32.const 1072) (i32.const 131072)) (i32.store (i32.const 1076) (i32.const 41943040))
    (i32.const 1024)))
