;; Copies a megabyte again and again: one instruction of much work.
(module
  ;; use realloc configure signal
  (memory (export "memory") 64)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (loop $again (memory.copy (i32.const 131072) (i32.const 1310720) (i32.const 1048576)) (br $again)) (i32.const 1024)))
