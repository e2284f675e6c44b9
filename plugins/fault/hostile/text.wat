;; Returns a text of bytes that its encoding does not know.
(module
  ;; use memory realloc configure nameless
  (data (i32.const 2000) "%bytes%")
  (data (i32.const 100) "%name%")
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (i32.store8 (i32.const 1064) (i32.const 0))
    (i32.store (i32.const 1072) (i32.const 2000)) (i32.store (i32.const 1076) (i32.const %length%))
    (i32.const 1024)))
