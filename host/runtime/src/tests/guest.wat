;; A guest that misbehaves on demand: `configure` keeps the letter in `{"mode":"?"}`, the role functions do what it says.
(module
  (import "pointsman:host/log@0.1.0" "write" (func $log (param i32 i32 i32)))
  (import "pointsman:host/keys@0.1.0" "mac" (func $mac (param i32 i32 i32 i32 i32 i32)))
  (import "pointsman:host/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "pointsman:host/state@0.1.0" "get" (func $get (param i32 i32 i32)))
  (import "pointsman:host/state@0.1.0" "put"
    (func $put (param i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i64 i32)))
  (import "pointsman:host/budget@0.1.0" "remaining-ms" (func $remaining (result i64)))
  (memory (export "memory") 17)
  (global $heap (mut i32) (i32.const 65536))
  (global $mode (mut i32) (i32.const 0))
  (data (i32.const 100) "urgency\00\00\00code\00\00\00\00\00\00text here")
  (data (i32.const 200) "GET")
  (data (i32.const 210) "https://api.example.com/x")
  (data (i32.const 300) "counter")
  (data (i32.const 310) "token")
  (data (i32.const 330) "line\0atwo")
  (data (i32.const 400) "no such rule")
  (data (i32.const 420) "/rules/3")

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $at) (local.get 3)))
    (local.get $at))

  (func $is (param $letter i32) (result i32) (i32.eq (global.get $mode) (local.get $letter)))
  (func $for_ever (loop $again (br $again)))
  (func $deeper (param i64) (result i64)
    (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
  (func $grow (loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))))
  (func $ask_key (call $mac (i32.const 310) (i32.const 5) (i32.const 1) (i32.const 400) (i32.const 12) (i32.const 1200)))
  (func $ask_web
    (call $send (i32.const 200) (i32.const 3) (i32.const 210) (i32.const 25) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 1) (i32.const 310) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 1200)))
  (func $ask_state (call $get (i32.const 300) (i32.const 7) (i32.const 1200)))
  (func $put_state
    (call $put (i32.const 300) (i32.const 7) (i32.const 310) (i32.const 5) (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 1200)))
  (func $fill (loop $again (memory.fill (i32.const 65536) (i32.const 1) (i32.const 1000000)) (br $again)))
  (func $shout
    (drop (memory.grow (i32.const 64)))
    (call $log (i32.const 1) (i32.const 65536) (i32.const 4194304)))
  (func $misbehave
    (if (call $is (i32.const 116)) (then unreachable))                                         ;; t
    (if (call $is (i32.const 108)) (then (call $for_ever)))                                    ;; l
    (if (call $is (i32.const 115)) (then (drop (call $deeper (i64.const 0)))))                 ;; s
    (if (call $is (i32.const 109)) (then (call $grow)))                                        ;; m
    (if (call $is (i32.const 111)) (then (drop (i32.load (i32.const -4)))))                    ;; o
    (if (call $is (i32.const 103)) (then (call $log (i32.const 1) (i32.const 330) (i32.const 8)))) ;; g
    (if (call $is (i32.const 107)) (then (call $ask_key)))                                     ;; k
    (if (call $is (i32.const 119)) (then (call $ask_web)))                                     ;; w
    (if (call $is (i32.const 97)) (then (call $ask_state)))                                    ;; a
    (if (call $is (i32.const 87)) (then (loop $again (call $ask_web) (br $again))))            ;; W
    (if (call $is (i32.const 80)) (then (loop $again (call $put_state) (br $again))))          ;; P
    (if (call $is (i32.const 71))                                                              ;; G
      (then (loop $again (call $log (i32.const 1) (i32.const 330) (i32.const 8)) (br $again))))
    (if (call $is (i32.const 70)) (then (call $fill)))                                         ;; F
    (if (call $is (i32.const 83)) (then (call $shout)))                                        ;; S
    (if (call $is (i32.const 82)) (then (i32.store (i32.const 1000) (i32.wrap_i64 (call $remaining))))) ;; R
    (if (call $is (i32.const 104)) (then (loop $again (call $ask_key) (br $again)))))          ;; h

  ;; configure: result<_, list<problem>> at 700
  (func (export "configure") (param $at i32) (param $len i32) (result i32)
    (if (i32.gt_u (local.get $len) (i32.const 9))
      (then (global.set $mode (i32.load8_u (i32.add (local.get $at) (i32.const 9))))))
    (i32.store (i32.const 1000) (i32.const 42))
    (i32.store8 (i32.const 700) (i32.const 0))
    (if (call $is (i32.const 120)) (then unreachable))                                         ;; x
    (if (call $is (i32.const 121)) (then (call $for_ever)))                                    ;; y
    (if (call $is (i32.const 122)) (then (call $grow)))                                        ;; z
    (if (call $is (i32.const 114))                                                             ;; r
      (then
        (i32.store8 (i32.const 700) (i32.const 1))
        (i32.store (i32.const 704) (i32.const 800))
        (i32.store (i32.const 708) (i32.const 1))
        (i32.store (i32.const 800) (i32.const 420)) (i32.store (i32.const 804) (i32.const 8))
        (i32.store8 (i32.const 808) (i32.const 1)) (i32.store (i32.const 812) (i32.const 3))
        (i32.store (i32.const 824) (i32.const 400)) (i32.store (i32.const 828) (i32.const 12))))
    (i32.const 700))

  ;; prioritize: priority at 500, one factor at 600
  (func (export "pointsman:policy/prioritizer@0.1.0#prioritize") (param i32) (result i32)
    (call $misbehave)
    ;; The score is what memory holds; a fresh instance always finds what `configure` left there.
    (f32.store (i32.const 500) (f32.convert_i32_s (i32.load (i32.const 1000))))
    (i32.store (i32.const 1000) (i32.add (i32.load (i32.const 1000)) (i32.const 1)))
    (i32.store (i32.const 504) (i32.const 600))
    (i32.store (i32.const 508) (i32.const 1))
    (i32.store (i32.const 600) (i32.const 100)) (i32.store (i32.const 604) (i32.const 7))
    (f32.store (i32.const 608) (f32.const 1)) (f32.store (i32.const 612) (f32.const 10))
    (i32.store (i32.const 616) (i32.const 110)) (i32.store (i32.const 620) (i32.const 4))
    (i32.store (i32.const 632) (i32.const 120)) (i32.store (i32.const 636) (i32.const 9))
    (if (call $is (i32.const 110)) (then (f32.store (i32.const 500) (f32.const nan))))         ;; n
    (if (call $is (i32.const 105)) (then (f32.store (i32.const 500) (f32.const 1000))))        ;; i
    (if (call $is (i32.const 98))                                                              ;; b
      (then (i32.store (i32.const 632) (i32.const 200000)) (i32.store (i32.const 636) (i32.const 400000))))
    (if (call $is (i32.const 117)) (then (i32.store8 (i32.const 120) (i32.const 255))))        ;; u
    (if (call $is (i32.const 102)) (then (i32.store (i32.const 604) (i32.const 9))))           ;; f
    (i32.const 500))

  ;; enrich: result<list<signal>, failure> at 2000: always an empty list
  (func (export "pointsman:policy/enricher@0.1.0#enrich") (param i32) (result i32)
    (call $misbehave)
    (i32.const 2000)))
