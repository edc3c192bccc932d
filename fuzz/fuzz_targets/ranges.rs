//! npm's ranges and versions: `range NUL version`, as a workspace package and what asks for it.
#![no_main]

use drift_discover::{MemorySource, RepoPath};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (range, version) = text.split_once('\0').unwrap_or((text, "1.2.3"));
    let file = |path: &str, text: String| Some((RepoPath::new(path)?, text.into_bytes()));
    let files = [
        file("package.json", r#"{"name":"root","workspaces":["a","b"]}"#.to_owned()),
        file("a/package.json", format!(r#"{{"name":"a","version":{version:?}}}"#)),
        file(
            "b/package.json",
            format!(
                r#"{{"name":"b","dependencies":{{"a":{range:?}}},"peerDependencies":{{"a":{version:?}}}}}"#
            ),
        ),
    ];
    drift_fuzz::check(&MemorySource::new(files.into_iter().flatten()));
});
