;; Fills a megabyte again and again: one instruction of much work.
(module
  ;; use realloc configure signal
  (memory (export "memory") 32)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (loop $again (memory.fill (i32.const 131072) (i32.const 1) (i32.const 1048576)) (br $again)) (i32.const 1024)))
