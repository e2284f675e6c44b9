;; Asks for a table of 2^31 entries at once.
(module
  ;; use memory realloc configure signal
  (table $t 1 funcref)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (drop (table.grow $t (ref.null func) (i32.const 0x7fffffff))) (i32.const 1024)))
