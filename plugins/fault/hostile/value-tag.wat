;; Returns a signal whose value is of another kind than there are, or holds another byte than it may.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store8 (i32.const 1064) (i32.const %tag%)) (i32.store8 (i32.const 1072) (i32.const %byte%)) (i32.const 1024)))
