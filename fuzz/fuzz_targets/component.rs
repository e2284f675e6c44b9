#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::component::TARGET.prepare(), |bytes: &[u8]| {
    targets::component::TARGET.run(bytes);
});
