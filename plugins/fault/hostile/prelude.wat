;; Pieces that the components of this folder share. A line `;; use a b` of a component stands for them.
;;
;; Where things lie: 100 the name of a signal, 704 what `configure` answers, 1024 what a classifier answers, 1200 an enricher, 1300 a
;; prioritizer, 1400 a router, 1600 what `http` answered; what is handed in begins at 65536.

;; piece memory
  (memory (export "memory") 2)

;; piece realloc
  (global $heap (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at))

;; piece configure
  ;; The answer lies in zeroes: all is well.
  (func (export "configure") (param i32 i32) (result i32) (i32.const 704))

;; piece armed
  ;; `cabi_realloc` behaves until the plugin is configured.
  (global $armed (mut i32) (i32.const 0))
  (global $heap (mut i32) (i32.const 65536))
  (func $bump (param $bytes i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get $bytes)))
    (local.get $at))
  (func (export "configure") (param i32 i32) (result i32) (global.set $armed (i32.const 1)) (i32.const 704))

;; piece signal
  ;; One list of one signal: `hostile`, true.
  (data (i32.const 100) "hostile")
  (data (i32.const 1024) "\10\04\00\00\01\00\00\00")
  (data (i32.const 1040) "\20\04\00\00\01\00\00\00")
  (data (i32.const 1056) "\64\00\00\00\07\00\00\00\02\00\00\00\00\00\00\00\01")
  (func $tell (param f64) (i32.store8 (i32.const 1064) (i32.const 1)) (f64.store (i32.const 1072) (local.get 0)))

;; piece nameless
  ;; The same without the name.
  (data (i32.const 1024) "\10\04\00\00\01\00\00\00")
  (data (i32.const 1040) "\20\04\00\00\01\00\00\00")
  (data (i32.const 1056) "\64\00\00\00\07\00\00\00\02\00\00\00\00\00\00\00\01")

;; piece enriched
  ;; ok(that list of one signal)
  (data (i32.const 1208) "\20\04\00\00\01\00\00\00")

;; piece url
  ;; The settings are `{"url":"…"}`.
  (global $url (mut i32) (i32.const 0))
  (global $url_length (mut i32) (i32.const 0))
  (func (export "configure") (param $at i32) (param $length i32) (result i32)
    (global.set $url (i32.add (local.get $at) (i32.const 8)))
    (global.set $url_length (i32.sub (local.get $length) (i32.const 10)))
    (i32.const 704))

;; piece url-fixed
  (data (i32.const 1500) "https://api.example.com/")
  (global $url i32 (i32.const 1500))
  (global $url_length i32 (i32.const 24))

;; piece get
  (data (i32.const 1550) "GET")
  (data (i32.const 1560) "token")
  (global $method (mut i32) (i32.const 1550))
  (global $method_length (mut i32) (i32.const 3))
  (global $headers (mut i32) (i32.const 0))
  (global $body_length (mut i32) (i32.const 0))
  (global $credential (mut i32) (i32.const 0))
  (func $get
    (call $send (global.get $method) (global.get $method_length) (global.get $url) (global.get $url_length) (i32.const 2200)
      (global.get $headers) (i32.const 131072) (global.get $body_length) (global.get $credential) (i32.const 1560) (i32.const 5)
      (i32.const 0) (i32.const 0) (i32.const 1600)))
  ;; The status, or which error it was: -1 not granted, -2 refused address, -3 timeout, -4 too large, -5 unavailable.
  (func $outcome (result i32)
    (if (result i32) (i32.load8_u (i32.const 1600))
      (then (i32.sub (i32.const -1) (i32.load8_u (i32.const 1608))))
      (else (i32.load16_u (i32.const 1608)))))
