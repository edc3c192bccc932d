//! The globs of every dialect: a byte of options, then `pattern NUL path NUL path …`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&options, rest)) = data.split_first() else { return };
    let mut parts = rest.split(|&b| b == 0);
    let Some(Ok(pattern)) = parts.next().map(std::str::from_utf8) else { return };
    drift_discover::fuzz::glob(options, pattern, &parts.take(64).collect::<Vec<_>>());
});
