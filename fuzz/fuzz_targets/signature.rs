#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::signature::TARGET.prepare(), |bytes: &[u8]| {
    targets::signature::TARGET.run(bytes);
});
