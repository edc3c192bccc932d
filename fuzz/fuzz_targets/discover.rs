//! A tree of manifests of all ecosystems, which may refer to each other.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drift_fuzz::check(&drift_fuzz::tree(data));
});
