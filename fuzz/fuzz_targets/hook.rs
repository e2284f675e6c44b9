#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::hook::TARGET.prepare(), |bytes: &[u8]| {
    targets::hook::TARGET.run(bytes);
});
