//! A workspace for tests: both databases, with a generation marker in each.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use drift_db::{
    Author, DatabaseKind, ExclusiveLock, Holder, JournalMode, LockName, LockRequest, SharedLock,
    WorkspacePaths, durable, lock_exclusive, lock_shared,
};
use rusqlite::Connection;

use crate::create::{CreateOptions, Created, Hold, create};
use crate::error::Result;
use crate::reason::Reason;
use crate::store::{Snapshot, SnapshotStore};
use crate::work::{BackupEvent, Work};

pub(crate) struct Fixture {
    _temp: tempfile::TempDir,
    pub(crate) paths: WorkspacePaths,
    pub(crate) interrupt: Arc<AtomicBool>,
    random: AtomicU64,
    seconds: AtomicU64,
}

impl Fixture {
    /// A workspace at generation 1.
    pub(crate) fn new() -> Fixture {
        let temp = tempfile::tempdir().unwrap();
        let paths = WorkspacePaths::new(drift_db::canonical(temp.path()).unwrap());
        let fixture = Fixture {
            _temp: temp,
            paths,
            interrupt: Arc::default(),
            random: AtomicU64::new(0),
            seconds: AtomicU64::new(0),
        };
        fixture.init("aa");
        fixture
    }

    /// Creates what is not there yet.
    pub(crate) fn init(&self, id: &str) {
        durable::private_dir(&self.paths.drift_dir()).unwrap();
        let author = Author { now: "2026-11-22T20:15:30Z".into(), drift_version: "test" };
        for kind in DatabaseKind::WORKSPACE {
            let path = self.paths.database(kind);
            drift_db::create(&path, kind, JournalMode::Wal, &author).unwrap();
            let init = "INSERT INTO event (at, kind, detail) VALUES ('t', 'init', '{}')";
            self.sql(kind, init);
        }
        let row = format!("INSERT OR REPLACE INTO workspace VALUES ('{id}', 'w', 't')");
        self.sql(DatabaseKind::Drift, &row);
        self.generation(1);
    }

    pub(crate) fn sql(&self, kind: DatabaseKind, sql: &str) {
        Connection::open(self.paths.database(kind)).unwrap().execute_batch(sql).unwrap();
    }

    /// Writes the marker of a generation into both databases, and enough rows to have many pages.
    pub(crate) fn generation(&self, number: u32) {
        for kind in DatabaseKind::WORKSPACE {
            let sql = format!(
                "DELETE FROM event WHERE kind <> 'init';
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
                 INSERT INTO event (at, kind, detail) SELECT 't', 'g{number}', hex(zeroblob(100)) FROM n",
                1000 * number
            );
            self.sql(kind, &sql);
        }
    }

    /// The generation of a database that is whole, else what is wrong with it.
    pub(crate) fn generation_of(&self, kind: DatabaseKind) -> String {
        let connection = Connection::open(self.paths.database(kind)).unwrap();
        let text = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let check = text("PRAGMA integrity_check");
        assert_eq!(check, "ok");
        text("SELECT kind || ':' || count(*) FROM event WHERE kind GLOB 'g*' GROUP BY kind")
    }

    pub(crate) fn generations(&self) -> [String; 2] {
        DatabaseKind::WORKSPACE.map(|kind| self.generation_of(kind))
    }

    pub(crate) fn with_work<T>(&self, then: impl FnOnce(&Work<'_>) -> T) -> T {
        self.with_events(&|_| {}, then)
    }

    pub(crate) fn with_events<T>(
        &self,
        events: &(dyn Fn(BackupEvent) + Sync),
        then: impl FnOnce(&Work<'_>) -> T,
    ) -> T {
        let second = self.seconds.fetch_add(1, Ordering::Relaxed);
        let now: jiff::Timestamp = "2026-11-22T20:15:30Z".parse().unwrap();
        then(&Work {
            paths: &self.paths,
            locks: &self.locks(),
            now: now + Duration::from_secs(second),
            random: self.random.fetch_add(1, Ordering::Relaxed),
            drift_version: "0.1.0-test",
            git_head: Some("0123456"),
            journal: None,
            interrupt: &self.interrupt,
            events,
        })
    }

    fn locks(&self) -> LockRequest<'_> {
        let holder = Holder { pid: 1, command: "drift test".into(), since: "now".into() };
        LockRequest { holder, wait: Duration::ZERO, interrupt: &self.interrupt }
    }

    pub(crate) fn shared(&self) -> SharedLock {
        lock_shared(&self.paths, LockName::Workspace, &self.locks()).unwrap()
    }

    pub(crate) fn exclusive(&self, name: LockName) -> ExclusiveLock {
        lock_exclusive(&self.paths, name, &self.locks()).unwrap()
    }

    pub(crate) fn try_backup(&self, options: &CreateOptions) -> Result<Created> {
        let lock = self.shared();
        self.with_work(|work| create(work, options, Hold::Shared(&lock)))
    }

    pub(crate) fn backup(&self, options: &CreateOptions) -> Snapshot {
        match self.try_backup(options).unwrap() {
            Created::Snapshot(snapshot) => *snapshot,
            Created::Unchanged(id) => panic!("unchanged since {id}"),
        }
    }

    pub(crate) fn manual(&self) -> Snapshot {
        self.backup(&CreateOptions::new(Reason::UserRequested))
    }

    pub(crate) fn store(&self) -> SnapshotStore {
        SnapshotStore::open(&self.paths).unwrap()
    }

    pub(crate) fn live(&self, kind: DatabaseKind) -> PathBuf {
        self.paths.database(kind)
    }

    /// Every file under the root with its content, locks and the shared memory of SQLite left out.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut dirs = vec![self.paths.root().to_path_buf()];
        while let Some(dir) = dirs.pop() {
            for entry in fs_err::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                let name = path.to_string_lossy().into_owned();
                if path.is_dir() {
                    dirs.push(path);
                } else if !name.contains(".lock") && !name.ends_with("-shm") && !name.ends_with("-wal") {
                    files.push((path.clone(), fs_err::read(path).unwrap()));
                }
            }
        }
        files.sort();
        files
    }
}
