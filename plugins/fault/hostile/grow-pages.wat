;; Asks for one page of memory after the other, for ever.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (loop $again (drop (memory.grow (i32.const 1))) (br $again)) (i32.const 1024)))
