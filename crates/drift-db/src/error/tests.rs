use std::path::Path;

use rusqlite::ffi;

use super::DbError;

fn of(path: &Path, code: i32) -> DbError {
    DbError::sqlite(path, rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
}

#[test]
fn a_failed_write_with_space_left_is_no_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_path_buf(), dir.path().join("missing/drift.db")] {
        for code in [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_READ] {
            assert!(matches!(of(&path, code), DbError::Sqlite { .. }), "{code}");
        }
        assert!(matches!(of(&path, ffi::SQLITE_FULL), DbError::NoSpace { .. }));
    }
}

/// A file system that is always full: there is nothing to write to in /sys.
#[cfg(target_os = "linux")]
#[test]
fn a_failed_write_without_space_is_a_full_disk() {
    let full = Path::new("/sys/kernel");
    if !crate::filesystem::is_full(full) {
        eprintln!("skipped: no /sys here");
        return;
    }
    for code in [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_SHMSIZE,
    ] {
        for path in [full.to_path_buf(), full.join("missing/drift.db")] {
            assert!(matches!(of(&path, code), DbError::NoSpace { .. }), "{code}");
        }
    }
    for code in [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ, ffi::SQLITE_CANTOPEN] {
        assert!(matches!(of(full, code), DbError::Sqlite { .. }), "{code}");
    }
}
