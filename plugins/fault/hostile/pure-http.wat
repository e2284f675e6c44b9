;; Asks for an address in a role that may not; tells what came of it.
(module
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc configure signal url-fixed get
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (call $get) (call $tell (f64.convert_i32_s (call $outcome))) (i32.const 1024)))
