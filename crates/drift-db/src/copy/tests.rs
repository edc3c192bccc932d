use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{InPlace, PinnedSource, Watch, copy_in_place, vacuum_into};
use crate::create::{JournalMode, create};
use crate::error::DbError;
use crate::kind::DatabaseKind;
use crate::lock::{ExclusiveLock, Holder, LockName, LockRequest, lock_exclusive};
use crate::migrate::Author;
use crate::paths::{WorkspacePaths, database_set};

const KIND: DatabaseKind = DatabaseKind::Drift;

struct Place {
    _temp: tempfile::TempDir,
    paths: WorkspacePaths,
    stop: Arc<AtomicBool>,
}

impl Place {
    fn new() -> Place {
        let temp = tempfile::tempdir().unwrap();
        let paths = WorkspacePaths::new(crate::root::canonical(temp.path()).unwrap());
        crate::durable::private_dir(&paths.drift_dir()).unwrap();
        Place { _temp: temp, paths, stop: Arc::default() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.paths.drift_dir().join(name)
    }

    /// A database with `rows` events of some 200 bytes.
    fn database(&self, name: &str, rows: u32) -> PathBuf {
        let path = self.file(name);
        let author = Author { now: "2026-11-22T20:15:30Z".into(), drift_version: "test" };
        create(&path, KIND, JournalMode::Wal, &author).unwrap();
        fill(&path, rows, 'a');
        path
    }

    fn watch(&self) -> Watch<'_> {
        Watch { advance: &|_| {}, interrupt: &self.stop }
    }

    fn lock(&self) -> ExclusiveLock {
        let holder = Holder { pid: 1, command: "test".into(), since: String::new() };
        let request = LockRequest { holder, wait: Duration::ZERO, interrupt: &AtomicBool::new(false) };
        lock_exclusive(&self.paths, LockName::Workspace, &request).unwrap()
    }
}

fn fill(path: &Path, rows: u32, letter: char) {
    let connection = Connection::open(path).unwrap();
    let detail = letter.to_string().repeat(200);
    connection
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO event (at, kind, detail) SELECT 't', 'k', ?2 FROM n",
            (rows, detail),
        )
        .unwrap();
}

fn count(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    assert_eq!(
        connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(),
        "ok"
    );
    connection.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_copy_is_one_plain_file() {
    let place = Place::new();
    let source = place.database("a.db", 1000);
    // Commits that are only in the WAL belong to the copy.
    let writer = Connection::open(&source).unwrap();
    writer.execute_batch("INSERT INTO event (at, kind, detail) VALUES ('t', 'k', 'd')").unwrap();
    let (copied, target) = (AtomicU64::new(0), place.file("copy.db"));
    let advance = |by| {
        copied.fetch_add(by, Ordering::Relaxed);
    };
    let pinned = PinnedSource::open(&source, KIND).unwrap();
    pinned.copy_to(&target, Watch { advance: &advance, interrupt: &place.stop }).unwrap();
    assert_eq!(copied.into_inner(), pinned.bytes());
    let bytes = fs_err::read(&target).unwrap();
    assert_eq!((bytes.len() as u64, &bytes[18..20]), (pinned.bytes(), &[1, 1][..]), "not in WAL mode");
    assert!(database_set(&target)[1..].iter().all(|sidecar| !sidecar.exists()));
    assert_eq!(count(&target), 1001);
}

#[test]
fn an_interrupt_ends_a_copy() {
    let place = Place::new();
    let source = place.database("a.db", 10);
    place.stop.store(true, Ordering::Relaxed);
    let copied = PinnedSource::open(&source, KIND).unwrap().copy_to(&place.file("b.db"), place.watch());
    assert!(matches!(copied, Err(DbError::Interrupted)), "{copied:?}");
}

/// Steps without a pinned transaction start over at every commit of another connection; ours must not, and
/// must not keep the writer waiting either.
fn beside_a_writer(commits_per_second: u32) {
    let place = Place::new();
    let source = place.database("a.db", 200_000);
    let target = place.file("copy.db");
    let (stop, path) = (Arc::new(AtomicBool::new(false)), source.clone());
    let writer = std::thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            let connection = Connection::open(&path).unwrap();
            connection.execute_batch("PRAGMA synchronous = NORMAL").unwrap();
            let (started, mut commits, mut slowest) = (Instant::now(), 0, Duration::ZERO);
            while !stop.load(Ordering::Relaxed) {
                let begun = Instant::now();
                connection
                    .execute("INSERT INTO event (at, kind, detail) VALUES ('t', 'w', 'd')", [])
                    .unwrap();
                slowest = slowest.max(begun.elapsed());
                commits += 1;
                let due = Duration::from_secs(1) * commits / commits_per_second;
                std::thread::sleep(due.saturating_sub(started.elapsed()));
            }
            (commits, slowest)
        }
    });
    while count_of(&source, 'w') == 0 {}
    let started = Instant::now();
    let pinned = PinnedSource::open(&source, KIND).unwrap();
    let (before, steps) = (count_of(&source, 'w'), AtomicU64::new(0));
    let advance = |_| {
        steps.fetch_add(1, Ordering::Relaxed);
        // Slow enough that many commits fall into the copy.
        std::thread::sleep(Duration::from_millis(20));
    };
    pinned.copy_to(&target, Watch { advance: &advance, interrupt: &place.stop }).unwrap();
    let (elapsed, during) = (started.elapsed(), count_of(&source, 'w') - before);
    stop.store(true, Ordering::Relaxed);
    let (commits, slowest) = writer.join().unwrap();
    assert!(during > 0, "the writer stood still ({commits} commits in all)");
    assert!(elapsed < Duration::from_secs(20), "{elapsed:?}");
    assert!(slowest < Duration::from_secs(2), "a commit took {slowest:?}");
    let pages = pinned.bytes() / u64::from(crate::PAGE_SIZE);
    assert!(steps.into_inner() <= pages / 1024 + 1, "the copy started over");
    assert_eq!(fs_err::metadata(&target).unwrap().len(), pinned.bytes());
    assert!(count(&target) <= 200_000 + before);
}

fn count_of(path: &Path, kind: char) -> i64 {
    let connection = Connection::open(path).unwrap();
    let sql = "SELECT count(*) FROM event WHERE id > 200000 AND kind = ?";
    connection.query_row(sql, [kind.to_string()], |row| row.get(0)).unwrap()
}

#[test]
fn a_copy_ends_beside_100_commits_a_second() {
    beside_a_writer(100);
}

#[test]
fn a_copy_ends_beside_1000_commits_a_second() {
    beside_a_writer(1000);
}

#[test]
fn compacted_copies_of_equal_content_are_equal() {
    let place = Place::new();
    let source = place.database("a.db", 1000);
    vacuum_into(&source, &place.file("b.db"), &place.stop).unwrap();
    vacuum_into(&source, &place.file("c.db"), &place.stop).unwrap();
    let read = |name: &str| fs_err::read(place.file(name)).unwrap();
    assert!(read("b.db") == read("c.db"));
    assert_eq!(count(&place.file("b.db")), 1000);
}

/// Copies a database of 1000 rows over what `damage` left of a live one of 3000.
fn in_place(damage: impl FnOnce(&Path)) -> (Place, PathBuf, InPlace) {
    let place = Place::new();
    let good = place.database("good.db", 1000);
    let source = place.file("source.db");
    PinnedSource::open(&good, KIND).unwrap().copy_to(&source, place.watch()).unwrap();
    let live = place.database("drift.db", 3000);
    damage(&live);
    let done = copy_in_place(&source, &live, &place.lock(), place.watch()).unwrap();
    (place, live, done)
}

fn overwrite(path: &Path, at: usize, length: usize) {
    let mut bytes = fs_err::read(path).unwrap();
    bytes[at..at + length].fill(0x5a);
    fs_err::write(path, bytes).unwrap();
}

#[test]
fn in_place_replaces_a_live_database() {
    for damage in [
        |_: &Path| {},
        |live: &Path| overwrite(live, 100_000, 50_000),
        |live: &Path| fs_err::write(live, "").unwrap(),
        |live: &Path| fs_err::write(&database_set(live)[1], "rubbish".repeat(9999)).unwrap(),
    ] {
        let (_place, live, done) = in_place(damage);
        assert_eq!(done, InPlace::Done { folded: true });
        assert_eq!(count(&live), 1000);
    }
}

#[test]
fn in_place_tells_apart_what_it_cannot_do() {
    let (_place, live, done) = in_place(|live| overwrite(live, 0, 100));
    assert!(matches!(done, InPlace::Unusable { .. }), "{done:?}");
    assert_eq!(fs_err::read(live).unwrap()[0], 0x5a, "left as it was");
    let (_place, _, done) = in_place(|live| {
        let connection = Connection::open(live).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode=DELETE; PRAGMA page_size=4096; VACUUM; PRAGMA journal_mode=WAL",
            )
            .unwrap();
    });
    assert_eq!(done, InPlace::PageSizeDiffers);
}

#[test]
fn in_place_is_seen_by_open_readers_and_waits_for_no_writer_forever() {
    let place = Place::new();
    let source = place.file("source.db");
    let live = place.database("drift.db", 10);
    PinnedSource::open(&live, KIND).unwrap().copy_to(&source, place.watch()).unwrap();
    fill(&live, 5, 'b');
    let reader = Connection::open(&live).unwrap();
    let rows = || reader.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0)).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(rows(), 15);
    let done = copy_in_place(&source, &live, &place.lock(), place.watch()).unwrap();
    assert_eq!(done, InPlace::Done { folded: false }, "the reader still needs the old pages");
    assert_eq!(rows(), 15, "its transaction goes on as it began");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(), 10);
    reader.execute_batch("BEGIN IMMEDIATE").unwrap();
    let done = copy_in_place(&source, &live, &place.lock(), place.watch());
    assert!(matches!(done, Err(DbError::Busy { .. })), "{done:?}");
}
