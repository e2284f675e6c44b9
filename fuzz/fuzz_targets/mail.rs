#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::mail::TARGET.prepare(), |bytes: &[u8]| {
    targets::mail::TARGET.run(bytes);
});
