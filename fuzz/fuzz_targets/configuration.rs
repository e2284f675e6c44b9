#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::configuration::TARGET.prepare(), |bytes: &[u8]| {
    targets::configuration::TARGET.run(bytes);
});
