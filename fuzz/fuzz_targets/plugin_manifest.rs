#![no_main]

libfuzzer_sys::fuzz_target!(init: targets::plugin_manifest::TARGET.prepare(), |bytes: &[u8]| {
    targets::plugin_manifest::TARGET.run(bytes);
});
