use std::path::Path;

use super::{Access, UriMode, open, uri};
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
    assert_eq!(uri(Path::new("/a b/%?#.db"), UriMode::Immutable), "file:/a%20b/%25%3F%23.db?immutable=1");
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

#[cfg(unix)]
#[test]
fn sidecars_that_are_no_plain_files_are_refused() {
    type Plant = fn(&Path, &Path);
    let plants: [(&str, Plant); 4] = [
        ("hard link", |victim, at| fs_err::hard_link(victim, at).unwrap()),
        ("symlink", |victim, at| std::os::unix::fs::symlink(victim, at).unwrap()),
        ("directory", |_, at| fs_err::create_dir(at).unwrap()),
        ("pipe", |_, at| {
            let made = std::process::Command::new("mkfifo").arg(at).status().unwrap();
            assert!(made.success());
        }),
    ];
    for sidecar in ["-wal", "-shm", "-journal"] {
        for (what, plant) in plants {
            let temp = tempfile::tempdir().unwrap();
            let dir = crate::root::canonical(temp.path()).unwrap();
            let (path, victim) = (dir.join("a.db"), dir.join("victim"));
            fs_err::write(&victim, "precious").unwrap();
            fs_err::write(&path, "").unwrap();
            open(&path, Access::Write).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
            plant(&victim, &dir.join(format!("a.db{sidecar}")));
            for access in [Access::Visit, Access::Read, Access::Immutable, Access::Write] {
                let opened = open(&path, access);
                assert!(matches!(opened, Err(DbError::Untrusted { .. })), "{what} at {sidecar}, {access:?}");
            }
            assert_eq!(fs_err::read(&victim).unwrap(), b"precious", "{what} at {sidecar}");
        }
    }
}

/// The files in `dir` with their content.
fn snapshot(dir: &Path) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut files: Vec<_> = (fs_err::read_dir(dir).unwrap())
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), fs_err::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_visit_leaves_every_file_as_it_was() {
    let temp = tempfile::tempdir().unwrap();
    let dir = crate::root::canonical(temp.path()).unwrap();
    let path = dir.join("a.db");
    fs_err::write(&path, "").unwrap();
    let writer = open(&path, Access::Write).unwrap();
    writer.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    // As a killed writer leaves it: a WAL with a commit that is in no other file.
    let crashed = dir.join("crashed");
    for with_shm in [true, false] {
        fs_err::create_dir(&crashed).unwrap();
        for name in ["a.db", "a.db-wal", "a.db-shm"] {
            if with_shm || name != "a.db-shm" {
                fs_err::copy(dir.join(name), crashed.join(name)).unwrap();
            }
        }
        let main_and_wal =
            |dir: &Path| snapshot(dir).into_iter().filter(|(name, _)| name != "a.db-shm").collect::<Vec<_>>();
        let before = (main_and_wal(&crashed), crashed.join("a.db-shm").exists());
        let visitor = open(&crashed.join("a.db"), Access::Visit).unwrap();
        assert_eq!(visitor.query_row("SELECT a FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
        assert!(visitor.execute("DELETE FROM t", []).is_err());
        drop(visitor);
        assert_eq!((main_and_wal(&crashed), crashed.join("a.db-shm").exists()), before);
        fs_err::remove_dir_all(&crashed).unwrap();
    }
    drop(writer);
    let before = snapshot(&dir);
    let visitor = open(&path, Access::Visit).unwrap();
    assert_eq!(visitor.query_row("SELECT a FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    drop(visitor);
    assert_eq!(snapshot(&dir), before);
}
