;; Returns a list at an address where it cannot be.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store (i32.const 1024) (i32.const %at%)) (i32.store (i32.const 1028) (i32.const %count%)) (i32.const 1024)))
