;; Asks for a code under keys that it was not granted: by other plugins' names, by paths, by the environment.
;; Tells how often it was given one.
(module
  (import "pointsman:host/keys@0.1.0" "mac" (func $mac (param i32 i32 i32 i32 i32 i32)))
  ;; use memory realloc configure
  (data (i32.const 2000) "token\00\00\00TOKEN\00\00\00../token*\00\00\00\00\00\00\00PATH\00\00\00\00")
  (data (i32.const 2100) "hostile-0")
  (func $try (param $at i32) (param $length i32) (result i32)
    (call $mac (local.get $at) (local.get $length) (i32.const 1) (i32.const 2000) (i32.const 5) (i32.const 2200))
    (i32.eqz (i32.load8_u (i32.const 2200))))
  (func (export "pointsman:connector/webhook@0.1.0#receive")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    (local $given i32)
    (local.set $given (call $try (i32.const 2000) (i32.const 5)))
    (local.set $given (i32.add (local.get $given) (call $try (i32.const 2008) (i32.const 5))))
    (local.set $given (i32.add (local.get $given) (call $try (i32.const 2016) (i32.const 8))))
    (local.set $given (i32.add (local.get $given) (call $try (i32.const 2024) (i32.const 1))))
    (local.set $given (i32.add (local.get $given) (call $try (i32.const 2032) (i32.const 4))))
    (local.set $given (i32.add (local.get $given) (call $try (i32.const 2000) (i32.const 0))))
    ;; A refusal in the words `hostile-N`.
    (i32.store8 (i32.const 2108) (i32.add (i32.const 48) (local.get $given)))
    (i32.store8 (i32.const 2300) (i32.const 1))
    (i32.store (i32.const 2308) (i32.const 2100)) (i32.store (i32.const 2312) (i32.const 9))
    (i32.const 2300)))
