;; Answers, and names another customer in everything that an answer may carry.
(module
  ;; use memory realloc configure
  (data (i32.const 2000) "front")
  (data (i32.const 2010) "recipient")
  (data (i32.const 2020) "another-customer")
  ;; answer(text, not private, [recipient: another-customer])
  (data (i32.const 2112) "\e4\07\00\00\10\00\00\00\00\00\00\00\98\08\00\00\01\00\00\00")
  (data (i32.const 2200) "\da\07\00\00\09\00\00\00\00\00\00\00\00\00\00\00\e4\07\00\00\10\00\00\00")
  (func (export "pointsman:policy/router@0.1.0#route") (param i32) (result i32)
    (i32.store8 (i32.const 1400) (i32.const 1))
    (i32.store (i32.const 1408) (i32.const 2000)) (i32.store (i32.const 1412) (i32.const 5))
    (i32.store (i32.const 1448) (i32.const 2104)) (i32.store (i32.const 1452) (i32.const 1)) (i32.const 1400)))
