//! A file that claims to be the index of git.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    drift_discover::fuzz::git_index(data, &mut |path| {
        assert!(!path.is_empty() && path.split(|&b| b == b'/').all(|part| part != b".."));
    });
});
