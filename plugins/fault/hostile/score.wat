;; Judges everything with a score that is hardly a number.
(module
  ;; use memory realloc configure
  (func (export "pointsman:policy/prioritizer@0.1.0#prioritize") (param i32) (result i32)
    (f32.store (i32.const 1300) (f32.const %score%)) (i32.const 1300)))
