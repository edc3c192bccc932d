use std::path::Path;

use super::{Access, immutable_uri, open};
use crate::error::DbError;

#[test]
fn every_connection_is_set_up_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("a.db");
    fs_err::write(&path, "").unwrap();
    let connection = open(&path, Access::Write).unwrap();
    let value =
        |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).unwrap();
    let wanted = [
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("synchronous", 2),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("busy_timeout", 5000),
        ("query_only", 0),
    ];
    for (pragma, want) in wanted {
        assert_eq!(value(pragma), want, "{pragma}");
    }
}

#[test]
fn opening_never_creates_a_file() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("absent.db");
    assert!(matches!(open(&path, Access::Write), Err(DbError::Io { .. })));
    assert!(!path.exists());
}

#[test]
fn a_uri_carries_any_path() {
    assert_eq!(immutable_uri(Path::new("/a b/%?#.db")), "file:/a%20b/%25%3F%23.db?immutable=1");
}

#[cfg(unix)]
#[test]
fn symlinks_and_hard_links_are_refused() {
    let temp = tempfile::tempdir().unwrap();
    let dir = crate::root::canonical(temp.path()).unwrap();
    let real = dir.join("real.db");
    fs_err::write(&real, "").unwrap();
    std::os::unix::fs::symlink(&real, dir.join("link.db")).unwrap();
    assert!(matches!(open(&dir.join("link.db"), Access::Read), Err(DbError::Untrusted { .. })));
    fs_err::hard_link(&real, dir.join("twin.db")).unwrap();
    assert!(matches!(open(&real, Access::Read), Err(DbError::Untrusted { .. })));
}
