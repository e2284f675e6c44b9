;; Keeps what it was told in its memory and its globals, and says what it was told before.
(module
  ;; use memory realloc configure signal
  (global $calls (mut i32) (i32.const 0))
  (func (export "pointsman:policy/classifier@0.1.0#classify") (param $batch i32) (param $count i32) (result i32)
    (local $text i32) (local $length i32)
    ;; Where a text lies in an interaction.
    (local.set $text (i32.load offset=204 (local.get $batch)))
    (local.set $length (i32.load offset=208 (local.get $batch)))
    ;; What was kept: a length and bytes. On the thousandth call a global would betray itself too.
    (memory.copy (i32.const 4000) (i32.const 3000) (i32.const 500))
    (memory.copy (i32.const 3004) (local.get $text) (local.get $length))
    (i32.store (i32.const 3000) (local.get $length))
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.gt_u (global.get $calls) (i32.const 1)) (then unreachable))
    (i32.store8 (i32.const 1064) (i32.const 0))
    (i32.store (i32.const 1072) (i32.const 4004)) (i32.store (i32.const 1076) (i32.load (i32.const 4000)))
    (i32.const 1024)))
