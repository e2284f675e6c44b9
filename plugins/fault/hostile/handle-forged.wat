;; Uses a handle that it was never given.
(module
  (import "[export]test:hostile/things" "[resource-rep]thing" (func $rep (param i32) (result i32)))
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (drop (call $rep (i32.const 12345))) (i32.const 1024)))
