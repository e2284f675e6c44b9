;; Fails when the length of what was said is a multiple of some number.
(module
  ;; use memory realloc configure signal
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (if (i32.eqz (i32.rem_u (i32.load offset=208 (local.get $batch)) (i32.const %every%))) (then unreachable)) (i32.const 1024)))
