use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Database, MAX_READERS};
use crate::connection::{self, Access};
use crate::create::{JournalMode, create};
use crate::error::DbError;
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::paths::database_set;
use crate::state;

const INSERT: &str = "INSERT INTO event (at, kind, detail) VALUES ('2026-11-22T20:00:00Z', 'scan', '{}')";

fn fresh(journal: JournalMode) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("drift.db");
    let author = Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" };
    create(&path, DatabaseKind::Drift, journal, &author).unwrap();
    (temp, path)
}

fn readers(path: &std::path::Path) -> Database {
    let first = state::open_reader(path).unwrap();
    Database::new(DatabaseKind::Drift, path.to_path_buf(), first, None)
}

fn with_writer(path: &std::path::Path) -> Database {
    let writer = connection::open(path, Access::Write).unwrap();
    let first = connection::open(path, Access::Read).unwrap();
    Database::new(DatabaseKind::Drift, path.to_path_buf(), first, Some(writer))
}

fn add(database: &Database) -> Result<usize, DbError> {
    database.write(|tx| tx.run(|c| c.execute(INSERT, [])))
}

fn events(database: &Database) -> Result<i64, DbError> {
    database.read(|c| c.query_row("SELECT count(*) FROM event", [], |row| row.get(0)))
}

fn sidecars(path: &std::path::Path) -> usize {
    database_set(path)[1..].iter().filter(|file| file.exists()).count()
}

#[test]
fn eight_readers_beside_a_writer_never_find_it_busy() {
    let (_temp, path) = fresh(JournalMode::Wal);
    let database = with_writer(&path);
    let stop = AtomicBool::new(false);
    let (commits, reads) = std::thread::scope(|scope| {
        let read = || {
            let (mut last, mut reads) = (0, 0);
            while !stop.load(Ordering::Relaxed) || reads == 0 {
                // Two statements of one point in time, which never goes back.
                let both = database.read(|c| {
                    let count = || c.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0));
                    let first = count()?;
                    std::thread::sleep(Duration::from_millis(1));
                    Ok((first, count()?))
                });
                let (first, second) = both.unwrap();
                assert!(first == second && first >= last);
                (last, reads) = (first, reads + 1);
            }
            reads
        };
        let threads: Vec<_> = (0..MAX_READERS).map(|_| scope.spawn(read)).collect();
        let started = Instant::now();
        let mut commits = 0;
        while started.elapsed() < Duration::from_millis(500) {
            add(&database).unwrap();
            commits += 1;
        }
        stop.store(true, Ordering::Relaxed);
        (commits, threads.into_iter().map(|thread| thread.join().unwrap()).sum::<i64>())
    });
    assert!(commits > 0 && reads >= MAX_READERS as i64);
    assert_eq!(events(&database).unwrap(), commits);
    drop(database);
    assert_eq!(sidecars(&path), 0);
}

#[test]
fn no_reader_can_write() {
    let (_temp, path) = fresh(JournalMode::Wal);
    for database in [readers(&path), with_writer(&path)] {
        std::thread::scope(|scope| {
            for _ in 0..MAX_READERS {
                scope.spawn(|| {
                    for sql in [INSERT, "DELETE FROM migration_history", "CREATE TABLE t (a)"] {
                        let refused = database.read(|c| {
                            // Long enough for every thread to get a connection of its own.
                            std::thread::sleep(Duration::from_millis(5));
                            c.execute(sql, [])
                        });
                        assert!(refused.is_err(), "{sql}");
                    }
                });
            }
        });
        assert_eq!(events(&database).unwrap(), 0);
    }
}

#[test]
fn readers_leave_nothing_behind() {
    let (_temp, path) = fresh(JournalMode::Wal);
    let before = fs_err::read(&path).unwrap();
    let database = readers(&path);
    database.data_version().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..MAX_READERS {
            scope.spawn(|| {
                database.read(|c| {
                    std::thread::sleep(Duration::from_millis(20));
                    c.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0))
                })
            });
        }
    });
    drop(database);
    assert_eq!((sidecars(&path), fs_err::read(&path).unwrap()), (0, before));
}

#[test]
fn every_commit_is_noticed_whoever_made_it() {
    for journal in [JournalMode::Wal, JournalMode::Delete] {
        let (_temp, path) = fresh(journal);
        let database = with_writer(&path);
        let before = database.data_version().unwrap();
        events(&database).unwrap();
        assert!(!database.changed_since(before).unwrap());
        add(&database).unwrap();
        assert!(database.changed_since(before).unwrap(), "by this process");
        let before = database.data_version().unwrap();
        Connection::open(&path).unwrap().execute(INSERT, []).unwrap();
        assert!(database.changed_since(before).unwrap(), "by another one");
    }
}

#[cfg(unix)]
#[test]
fn another_file_behind_the_path_is_noticed_and_read() {
    let ((_temp, path), (_other_temp, other)) = (fresh(JournalMode::Wal), fresh(JournalMode::Wal));
    Connection::open(&other).unwrap().execute(INSERT, []).unwrap();
    let database = readers(&path);
    assert_eq!(events(&database).unwrap(), 0);
    let before = database.data_version().unwrap();
    for sidecar in &database_set(&path)[1..] {
        let _ = fs_err::remove_file(sidecar);
    }
    fs_err::rename(&other, &path).unwrap();
    assert!(database.changed_since(before).unwrap());
    assert_eq!(events(&database).unwrap(), 1);
    fs_err::rename(&path, &other).unwrap();
    assert!(matches!(events(&database), Err(DbError::Corrupt { .. })));
    // What lies there next passes the gate before it is read.
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE event (a)").unwrap();
    assert!(matches!(events(&database), Err(DbError::Corrupt { .. } | DbError::Untrusted { .. })));
}

#[test]
fn after_a_crash_callers_take_turns() {
    let (_temp, path) = fresh(JournalMode::Wal);
    let killed = connection::open(&path, Access::Write).unwrap();
    killed.execute(INSERT, []).unwrap();
    // The database and its WAL as a killed process leaves them, without shared memory.
    let left = path.with_file_name("left.db");
    for (from, to) in database_set(&path).iter().zip(database_set(&left)).take(2) {
        fs_err::copy(from, to).unwrap();
    }
    let database = readers(&left);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..MAX_READERS).map(|_| scope.spawn(|| events(&database))).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap().unwrap(), 1);
        }
    });
    let version = database.data_version().unwrap();
    assert!(!database.changed_since(version).unwrap());
    assert!(started.elapsed() < Duration::from_secs(4), "nobody waits for a lock that is never released");
}
