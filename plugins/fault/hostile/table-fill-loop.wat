;; Fills a table again and again: one instruction of much work.
(module
  ;; use memory realloc configure signal
  (table $t 9000 funcref)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (loop $again (table.fill $t (i32.const 0) (ref.null func) (i32.const 9000)) (br $again)) (i32.const 1024)))
