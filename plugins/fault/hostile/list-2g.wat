;; Returns a list of 2^31-1 entries.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store (i32.const 1028) (i32.const 0x7fffffff)) (i32.const 1024)))
