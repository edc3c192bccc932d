use std::path::Path;

use drift_backup::Compression;

use super::{named, plain};

#[test]
fn a_file_name_tells_the_form() {
    for (name, expected) in [
        ("a.drift.tar.zst", Compression::Zstd),
        ("a.tar.gz", Compression::Gzip),
        ("a.tgz", Compression::Gzip),
        ("a.tar", Compression::None),
        ("a", Compression::Zstd),
    ] {
        assert_eq!(named(Some(Path::new(name))), expected, "{name}");
    }
    assert_eq!(named(None), Compression::Zstd);
}

#[test]
fn a_default_name_is_taken_everywhere() {
    assert_eq!(plain("shop"), "shop");
    assert_eq!(plain("@joe/my shop"), "joe-my-shop");
    assert_eq!(plain("…"), "workspace");
    assert_eq!(plain(&"x".repeat(500)).len(), 64);
}
