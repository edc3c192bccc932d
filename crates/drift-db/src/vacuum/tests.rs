use std::sync::Arc;

use super::*;
use crate::create::{JournalMode, create};
use crate::lock::{Holder, LockName, LockRequest, lock_exclusive};
use crate::migrate::Author;
use crate::paths::WorkspacePaths;
use crate::state::inspect;

struct Fixture {
    _temp: tempfile::TempDir,
    paths: WorkspacePaths,
    lock: ExclusiveLock,
}

impl Fixture {
    /// A workspace whose drift.db has some two hundred free pages before used ones.
    fn new() -> Fixture {
        let temp = tempfile::tempdir().unwrap();
        let paths = WorkspacePaths::new(crate::canonical(temp.path()).unwrap());
        crate::durable::private_dir(&paths.drift_dir()).unwrap();
        let author = Author { now: "2026-11-22T20:15:30Z".into(), drift_version: "0.0.0" };
        for kind in DatabaseKind::WORKSPACE {
            create(&paths.database(kind), kind, JournalMode::Wal, &author).unwrap();
        }
        let connection = Connection::open(paths.database(DatabaseKind::Drift)).unwrap();
        let fill = |from: u32, to: u32| {
            let sql = "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
                       INSERT INTO event (at, kind, detail) SELECT '2026', 'x', hex(zeroblob(4000)) FROM n";
            connection.execute(sql, [from, to]).unwrap();
        };
        connection.execute("INSERT INTO event (at, kind, detail) VALUES ('2026', 'init', '{}')", []).unwrap();
        fill(1, 200);
        fill(201, 220);
        connection.execute("DELETE FROM event WHERE kind = 'x' AND id <= 200", []).unwrap();
        drop(connection);
        let interrupt = AtomicBool::new(false);
        let holder = Holder { pid: 1, command: "test".into(), since: "now".into() };
        let request = LockRequest { holder, wait: std::time::Duration::ZERO, interrupt: &interrupt };
        let lock = lock_exclusive(&paths, LockName::Workspace, &request).unwrap();
        Fixture { _temp: temp, paths, lock }
    }

    fn path(&self) -> PathBuf {
        self.paths.database(DatabaseKind::Drift)
    }

    fn database(&self) -> Database {
        inspect(&self.paths).unwrap().writer(DatabaseKind::Drift, &self.lock).unwrap().unwrap()
    }

    fn facts(&self) -> PageFacts {
        self.database().read(page_facts).unwrap()
    }
}

#[test]
fn every_requested_page_is_freed_and_the_file_shrinks() {
    let check = |limit: Option<u64>| {
        let fixture = Fixture::new();
        let (before, bytes) = (fixture.facts(), file_bytes(&fixture.path()).0);
        assert!(before.freelist_count > 100, "{before:?}");
        let wanted = limit.unwrap_or(before.freelist_count);
        let done = vacuum_incrementally(&fixture.database(), limit, &Arc::default(), &fixture.lock).unwrap();
        assert_eq!(done, Vacuumed { pages: wanted, folded: true });
        let after = fixture.facts();
        assert_eq!(before.freelist_count - after.freelist_count, wanted);
        // Pages that map the others go as well.
        assert!(file_bytes(&fixture.path()).0 <= bytes - wanted * before.page_size);
        assert_eq!(file_bytes(&fixture.path()).0, after.page_count * after.page_size);
    };
    check(None);
    check(Some(1));
    check(Some(37));
}

#[test]
fn a_reader_keeps_the_wal_from_being_folded_and_that_is_told() {
    let fixture = Fixture::new();
    let reader = Connection::open(fixture.path()).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM event;").unwrap();
    let database = fixture.database();
    database.with_writer(|c, path| c.busy_timeout(std::time::Duration::ZERO).at(path)).unwrap();
    let done = vacuum_incrementally(&database, Some(5), &Arc::default(), &fixture.lock).unwrap();
    assert_eq!(done, Vacuumed { pages: 5, folded: false });
}

#[test]
fn a_full_vacuum_leaves_no_free_page() {
    let fixture = Fixture::new();
    let rows = |fixture: &Fixture| -> i64 {
        let count = "SELECT count(*) FROM event";
        fixture.database().read(|c| c.query_row(count, [], |row| row.get(0))).unwrap()
    };
    let count = rows(&fixture);
    let done = vacuum(&fixture.path(), DatabaseKind::Drift, &Arc::default(), &fixture.lock).unwrap();
    assert!(done.folded && done.before.freelist_count > 100, "{done:?}");
    assert_eq!(done.after.freelist_count, 0);
    assert!(done.after.page_count < done.before.page_count);
    assert_eq!(rows(&fixture), count);
}

#[test]
fn tables_are_told_with_their_indexes() {
    let fixture = Fixture::new();
    let facts = fixture.facts();
    let tables = fixture.database().read(table_sizes).unwrap();
    assert_eq!(tables[0].name, "event");
    assert!(tables.iter().any(|table| table.name == "project" && table.index_bytes > 0));
    let sum: u64 = tables.iter().map(|table| table.bytes + table.index_bytes).sum();
    assert!(sum <= facts.page_size * facts.page_count);
}

#[test]
fn the_preflight_asks_for_twice_the_size() {
    let facts = PageFacts { page_size: 8192, page_count: 10, freelist_count: 3, is_incremental: true };
    let space = VacuumSpace::look(Path::new("/"), facts);
    assert_eq!(space.needed, 163_840);
    assert!(VacuumSpace { available: Some(163_840), ..space.clone() }.fits());
    assert!(!VacuumSpace { available: Some(163_839), ..space }.fits());
    assert!(facts.exceeds(20) && !facts.exceeds(30));
}
