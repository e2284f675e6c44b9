;; Asks for one table entry after the other, for ever.
(module
  ;; use memory realloc configure signal
  (table $t 1 funcref)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (loop $again (drop (table.grow $t (ref.null func) (i32.const 1))) (br $again)) (i32.const 1024)))
