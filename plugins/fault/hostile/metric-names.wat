;; Finds a signal whose name is taken from what the customer said, as if it were a metric's label.
(module
  ;; use memory realloc configure signal
  (data (i32.const 100) "canary-label-value-of-a-person")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store (i32.const 1060) (i32.const 30)) (i32.const 1024)))
