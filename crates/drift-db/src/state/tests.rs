//! What `inspect` makes of the files, and what can be done with its answer.

use std::time::Duration;

use super::*;
use crate::create::{JournalMode, create};
use crate::lock::{Holder, LockName, LockRequest, lock_exclusive};
use crate::migrate::Author;

#[test]
fn a_database_left_by_a_killed_writer_can_be_written_at_once() {
    let temp = tempfile::tempdir().unwrap();
    let root = crate::root::canonical(temp.path()).unwrap();
    let paths = WorkspacePaths::new(root.join("crashed"));
    fs_err::create_dir_all(paths.drift_dir()).unwrap();
    let author = Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" };
    let insert = "INSERT INTO event (at, kind, detail) VALUES ('2026-11-22T20:00:00Z', 'init', '{}')";

    // A killed writer leaves a WAL with a commit in it, and, if it was just closing, no shared memory.
    let original = root.join("drift.db");
    create(&original, DatabaseKind::Drift, JournalMode::Wal, &author).unwrap();
    let killed = connection::open(&original, Access::Write).unwrap();
    killed.execute_batch(insert).unwrap();
    let live = paths.database(DatabaseKind::Drift);
    for (from, to) in database_set(&original).iter().zip(database_set(&live)).take(2) {
        fs_err::copy(from, to).unwrap();
    }

    let mut inspection = inspect(&paths).unwrap();
    let interrupt = AtomicBool::new(false);
    let holder = Holder { pid: 1, command: "test".into(), since: "2026-11-22T20:00:00Z".into() };
    let request = LockRequest { holder, wait: Duration::ZERO, interrupt: &interrupt };
    let lock = lock_exclusive(&paths, LockName::Writer, &request).unwrap();
    let database = inspection.writer(DatabaseKind::Drift, &lock).unwrap().unwrap();
    database.write(|changing| changing.run(|connection| connection.execute(insert, []))).unwrap();
    let count: i64 = database
        .read(|connection| {
            connection.query_row("SELECT count(*) FROM event WHERE kind = 'init'", [], |row| row.get(0))
        })
        .unwrap();
    assert_eq!(count, 2);
}
