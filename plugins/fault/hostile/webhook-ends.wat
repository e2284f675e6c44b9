;; Reads a fact whose time, whose likes and whose attachment lie at the ends of what numbers can say.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "fact-id")
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (i32.store16 (i32.const 2320) (i32.const 200))
    (i32.store (i32.const 2304) (i32.const 70000)) (i32.store (i32.const 2308) (i32.const 1))
    (i32.store (i32.const 70032) (i32.const 2000)) (i32.store (i32.const 70036) (i32.const 7))
    (i32.store8 (i32.const 70280) (i32.const %time%)) (i64.store (i32.const 70288) (i64.const -1))
    (i32.store8 (i32.const 70224) (i32.const %likes%)) (i64.store (i32.const 70232) (i64.const -1))
    ;; An attachment from the last byte that there may be, ten bytes long.
    (i32.store (i32.const 70212) (i32.const 71000)) (i32.store (i32.const 70216) (i32.const %attachments%))
    (i32.store (i32.const 71000) (i32.const 2000)) (i32.store (i32.const 71004) (i32.const 7))
    (i64.store (i32.const 71016) (i64.const -1)) (i64.store (i32.const 71024) (i64.const 10))
    (i32.const 2300)))
