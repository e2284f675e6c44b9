#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::condition::TARGET.prepare(), |bytes: &[u8]| {
    targets::condition::TARGET.run(bytes);
});
