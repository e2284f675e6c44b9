;; Returns four million empty lists: 32 MiB here, three times as much for who keeps them.
(module
  ;; use realloc configure signal
  (memory (export "memory") 600)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store (i32.const 1024) (i32.const 131072)) (i32.store (i32.const 1028) (i32.const 4000000))
    (i32.const 1024)))
