;; Has a function whose name turns a terminal red and forges a line, and traps in it.
(module
  ;; use memory realloc configure signal
  (func $"\1b[31mred\0d\0aforged" unreachable)
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (call $"\1b[31mred\0d\0aforged") (i32.const 1024)))
