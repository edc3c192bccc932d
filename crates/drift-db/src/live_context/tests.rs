use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::json;

use super::LiveContext;
use crate::create::{JournalMode, create};
use crate::error::DbError;
use crate::intent::{self, Intent, IntentDatabase, Operation};
use crate::kind::DatabaseKind;
use crate::lock::{Holder, LockName, LockRequest, lock_exclusive};
use crate::migrate::Author;
use crate::paths::{WorkspacePaths, database_set};
use crate::store::{context, event};

const TTL: Duration = Duration::from_secs(60);

static NEVER: AtomicBool = AtomicBool::new(false);

fn request() -> LockRequest<'static> {
    let holder = Holder { pid: 1, command: "test".into(), since: "t".into() };
    LockRequest { holder, wait: Duration::ZERO, interrupt: &NEVER }
}

fn workspace(journal: JournalMode) -> (tempfile::TempDir, WorkspacePaths) {
    let temp = tempfile::tempdir().unwrap();
    let paths = WorkspacePaths::new(crate::root::canonical(temp.path()).unwrap());
    fs_err::create_dir(paths.drift_dir()).unwrap();
    let author = Author { now: "t".into(), drift_version: "0.0.0" };
    for kind in DatabaseKind::WORKSPACE {
        create(&paths.database(kind), kind, journal, &author).unwrap();
        let init = |connection: &rusqlite::Connection| event::append(connection, "t", "init", &json!({}));
        init(&rusqlite::Connection::open(paths.database(kind)).unwrap()).unwrap();
    }
    (temp, paths)
}

/// As another process would: with a connection of its own.
fn tell(path: &Path, value: u32) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    context::put(&connection, "overview", &json!(value), "t").unwrap();
}

fn told(live: &LiveContext) -> Result<Vec<String>, DbError> {
    let sections = live.sections(&request(), Instant::now())?;
    Ok(sections.iter().map(|section| section.value.to_string()).collect())
}

#[test]
fn what_others_commit_is_seen_at_once_and_nothing_is_read_twice() {
    for journal in [JournalMode::Wal, JournalMode::Delete] {
        let (_temp, paths) = workspace(journal);
        let path = paths.database(DatabaseKind::Drift);
        let live = LiveContext::new(paths, &["overview"], TTL);
        assert_eq!(told(&live).unwrap(), [""; 0]);
        for value in 0..20 {
            tell(&path, value);
            assert_eq!(told(&live).unwrap(), [value.to_string()], "{journal:?}");
        }
        let now = Instant::now();
        let (first, second) =
            (live.sections(&request(), now).unwrap(), live.sections(&request(), now).unwrap());
        assert!(Arc::ptr_eq(&first, &second), "unchanged, so not read again");
        let third = live.sections(&request(), now + TTL).unwrap();
        assert!(!Arc::ptr_eq(&first, &third), "its time is over");
        live.invalidate();
        assert!(!Arc::ptr_eq(&third, &live.sections(&request(), now).unwrap()));
        drop(live);
        assert_eq!(database_set(&path)[1..].iter().filter(|file| file.exists()).count(), 0);
    }
}

#[test]
fn the_lock_is_held_for_a_request_only() {
    let (_temp, paths) = workspace(JournalMode::Wal);
    let live = LiveContext::new(paths.clone(), &["overview"], TTL);
    told(&live).unwrap();
    let exclusive = lock_exclusive(&paths, LockName::Workspace, &request()).unwrap();
    assert!(matches!(told(&live), Err(DbError::Locked { .. })));
    drop(exclusive);
    told(&live).unwrap();
}

#[test]
fn a_file_that_was_replaced_is_opened_anew() {
    let (_temp, paths) = workspace(JournalMode::Delete);
    let path = paths.database(DatabaseKind::Drift);
    tell(&path, 1);
    let live = LiveContext::new(paths, &["overview"], Duration::ZERO);
    assert_eq!(told(&live).unwrap(), ["1"]);
    let other = path.with_extension("new");
    fs_err::copy(&path, &other).unwrap();
    tell(&other, 2);
    // An open file cannot be replaced on Windows.
    if cfg!(windows) {
        live.invalidate();
    }
    fs_err::rename(&other, &path).unwrap();
    assert_eq!(told(&live).unwrap(), ["2"]);
    fs_err::remove_file(&path).unwrap();
    assert!(matches!(told(&live), Err(DbError::Lost { .. })));
}

#[test]
fn sections_and_rows_are_of_one_point_in_time() {
    let (_temp, paths) = workspace(JournalMode::Wal);
    let path = paths.database(DatabaseKind::Drift);
    let live = LiveContext::new(paths, &["overview"], TTL);
    tell(&path, 0);
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for value in 1..200_u32 {
                let mut connection = rusqlite::Connection::open(&path).unwrap();
                connection.busy_timeout(Duration::from_secs(5)).unwrap();
                let tx = connection.transaction().unwrap();
                event::append(&tx, "t", "scan", &json!({})).unwrap();
                context::put(&tx, "overview", &json!(value), "t").unwrap();
                tx.commit().unwrap();
            }
        });
        let mut last = 0;
        while !writing.is_finished() {
            told(&live).unwrap();
            let (told, rows) = live
                .read(&request(), |sections, c| {
                    let count = "SELECT count(*) FROM event WHERE kind = 'scan'";
                    Ok((
                        sections[0].value.as_i64().unwrap(),
                        c.query_row(count, [], |row| row.get::<_, i64>(0))?,
                    ))
                })
                .unwrap();
            assert!(told == rows && told >= last, "{told} {rows} {last}");
            last = told;
        }
    });
    assert_eq!(told(&live).unwrap(), ["199"]);
}

#[test]
fn a_reader_that_has_the_file_for_itself_lets_go_of_it() {
    let (_temp, paths) = workspace(JournalMode::Wal);
    let path = paths.database(DatabaseKind::Drift);
    // As a writer that was killed leaves it: a WAL with content and no shared memory.
    let copy = path.with_extension("copy");
    let writer = rusqlite::Connection::open(&path).unwrap();
    context::put(&writer, "overview", &json!(7), "t").unwrap();
    let [_, wal, shm, _] = database_set(&path);
    fs_err::copy(&path, &copy).unwrap();
    let content = fs_err::read(&wal).unwrap();
    drop(writer);
    fs_err::rename(&copy, &path).unwrap();
    fs_err::write(&wal, content).unwrap();
    assert!(!shm.exists());
    let live = LiveContext::new(paths, &["overview"], TTL);
    assert_eq!(told(&live).unwrap(), ["7"]);
    tell(&path, 8);
    assert_eq!(told(&live).unwrap(), ["8"]);
}

#[test]
fn nothing_is_handed_out_while_an_interrupted_restore_waits() {
    let (_temp, paths) = workspace(JournalMode::Wal);
    tell(&paths.database(DatabaseKind::Drift), 1);
    let live = LiveContext::new(paths.clone(), &["overview"], TTL);
    assert_eq!(told(&live).unwrap(), ["1"]);
    let mut intent = Intent::new(Operation::Restore, "20261122T201530Z-7f3a");
    intent.databases.push(IntentDatabase { name: "drift".into(), blake3: "0".repeat(64) });
    {
        let lock = lock_exclusive(&paths, LockName::Workspace, &request()).unwrap();
        intent.write(&paths, &lock).unwrap();
    }
    assert!(matches!(told(&live), Err(DbError::RecoveryNeeded { operation: "restore" })));
    assert!(matches!(live.read(&request(), |_, _| Ok(())), Err(DbError::RecoveryNeeded { .. })));
    {
        let lock = lock_exclusive(&paths, LockName::Workspace, &request()).unwrap();
        intent::clear(&paths, &lock).unwrap();
    }
    assert_eq!(told(&live).unwrap(), ["1"]);
}
