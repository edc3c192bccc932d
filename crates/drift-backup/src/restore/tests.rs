use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use drift_db::intent::{self, Operation};
use drift_db::private::Results;
use drift_db::{DatabaseKind, DbError, LockName, database_set};
use rusqlite::Connection;

use super::{LiveState, Recovery, Swap, Swapped, extract, plan, recover, stage, swap};
use crate::archive::Compression;
use crate::create::CreateOptions;
use crate::error::{BackupError, Result};
use crate::fixture::Fixture;
use crate::reason::Reason;
use crate::store::Snapshot;
use crate::work::BackupEvent;

const BOTH: [DatabaseKind; 2] = DatabaseKind::WORKSPACE;
const OLD: [&str; 2] = ["g1:1000", "g1:1000"];
const NEW: [&str; 2] = ["g2:2000", "g2:2000"];

fn restore_with(
    fixture: &Fixture,
    snapshot: &Snapshot,
    kinds: &[DatabaseKind],
    events: &(dyn Fn(BackupEvent) + Sync),
) -> Result<Swapped> {
    drift_db::durable::private_dir(&fixture.paths.drift_dir()).unwrap();
    fixture.with_events(events, |work| {
        let staged = stage(work, snapshot, kinds)?;
        let lock = fixture.exclusive(LockName::Workspace);
        let (operation, detail) = (Operation::Restore, serde_json::Map::new());
        swap(work, Swap { operation, staged, detail, results: Results::AsTheyAre }, &lock)
    })
}

fn restore(fixture: &Fixture, snapshot: &Snapshot) -> Result<Swapped> {
    restore_with(fixture, snapshot, &BOTH, &|_| {})
}

/// A snapshot of generation 1, live generation 2, then `damage`, then a restore.
fn restored_after(damage: impl FnOnce(&Fixture)) -> (Fixture, Swapped) {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    damage(&fixture);
    let swapped = restore(&fixture, &snapshot).unwrap();
    assert_eq!(fixture.generations(), OLD);
    assert_eq!(intent::read(&fixture.paths).unwrap(), None);
    assert!(fs_err::read_dir(fixture.paths.staging()).unwrap().next().is_none(), "staging is empty");
    (fixture, swapped)
}

fn overwrite(path: &Path, at: usize, length: usize) {
    let mut bytes = fs_err::read(path).unwrap();
    bytes[at..at + length].fill(0x5a);
    fs_err::write(path, bytes).unwrap();
}

#[test]
fn a_restore_can_be_undone() {
    let (fixture, swapped) = restored_after(|_| {});
    assert_eq!(swapped.quarantine, None);
    let safety = fixture.store().resolve(swapped.safety.unwrap().as_str()).unwrap();
    assert_eq!(safety.header.reason, Reason::PreDestructive);
    restore(&fixture, &safety).unwrap();
    assert_eq!(fixture.generations(), NEW);
}

#[test]
fn a_restore_is_told_in_both_databases() {
    let (fixture, swapped) = restored_after(|_| {});
    for kind in BOTH {
        let connection = Connection::open(fixture.live(kind)).unwrap();
        let detail = "SELECT detail FROM event WHERE kind = 'restore'";
        let detail: String = connection.query_row(detail, [], |row| row.get(0)).unwrap();
        assert!(detail.contains(swapped.safety.as_ref().unwrap().as_str()), "{detail}");
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}

#[test]
fn sound_live_files_become_a_safety_snapshot_and_broken_ones_are_kept_byte_for_byte() {
    let live = DatabaseKind::Drift;
    let (fixture, swapped) = restored_after(|fixture| overwrite(&fixture.live(live), 40_000, 60_000));
    let safety = fixture.store().resolve(swapped.safety.unwrap().as_str()).unwrap();
    assert_eq!(safety.header.databases[0].kind, DatabaseKind::Cortex, "the other one was sound");
    assert!(!safety.is_whole());
    let kept = fs_err::read(swapped.quarantine.unwrap().join("drift.db")).unwrap();
    assert!(kept[40_000..100_000].iter().all(|byte| *byte == 0x5a));
    assert_eq!(fixture.store().catalog().unwrap().snapshots.len(), 2);
}

#[test]
fn every_kind_of_damage_is_restored() {
    let both = |damage: fn(&Path)| {
        restored_after(|fixture| BOTH.iter().for_each(|kind| damage(&fixture.live(*kind))))
    };
    let truncate = |path: &Path| {
        let bytes = fs_err::read(path).unwrap();
        fs_err::write(path, &bytes[..bytes.len() / 2 + 100]).unwrap();
    };
    for damage in [|path: &Path| overwrite(path, 0, 100), |path: &Path| overwrite(path, 0, 8192), truncate] {
        let (_fixture, swapped) = both(damage);
        assert_eq!(swapped.safety, None);
        let quarantine = swapped.quarantine.unwrap();
        assert!(quarantine.join("drift.db").exists() && quarantine.join("cortex.db").exists());
    }
    let remove = |path: &Path| fs_err::remove_file(path).unwrap();
    for damage in [remove, |path: &Path| fs_err::write(path, "").unwrap()] {
        let (_fixture, swapped) = both(damage);
        assert_eq!((swapped.safety, swapped.quarantine), (None, None));
    }
}

#[test]
fn a_lost_directory_is_restored() {
    let (_fixture, swapped) =
        restored_after(|fixture| fs_err::remove_dir_all(fixture.paths.drift_dir()).unwrap());
    assert_eq!((swapped.safety, swapped.quarantine), (None, None));
}

#[test]
fn a_newer_database_goes_to_quarantine_byte_for_byte() {
    let bytes = Cell::new(Vec::new());
    let (_fixture, swapped) = restored_after(|fixture| {
        fixture.sql(DatabaseKind::Drift, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 999");
        bytes.set(fs_err::read(fixture.live(DatabaseKind::Drift)).unwrap());
    });
    let kept = fs_err::read(swapped.quarantine.unwrap().join("drift.db")).unwrap();
    assert!(kept == bytes.take());
}

#[test]
fn another_page_size_is_replaced_as_a_whole() {
    let (fixture, _) = restored_after(|fixture| {
        let sql = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM; PRAGMA journal_mode = WAL";
        fixture.sql(DatabaseKind::Drift, sql);
    });
    let connection = Connection::open(fixture.live(DatabaseKind::Drift)).unwrap();
    let size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
    assert_eq!(size, 8192);
}

/// A `-wal` full of commits of a crashed writer: by itself, or beside a file it does not belong to.
#[test]
fn a_stale_wal_is_never_played_into_the_restored_file() {
    let (_fixture, _) = restored_after(|fixture| {
        let live = fixture.live(DatabaseKind::Drift);
        let writer = Connection::open(&live).unwrap();
        writer.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE event SET kind = 'stale'").unwrap();
        let wal = fs_err::read(&database_set(&live)[1]).unwrap();
        drop(writer);
        fs_err::write(&database_set(&live)[1], wal).unwrap();
    });
    let (_fixture, _) = restored_after(|fixture| {
        let live = fixture.live(DatabaseKind::Drift);
        let writer = Connection::open(&live).unwrap();
        writer.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE event SET kind = 'stale'").unwrap();
        let wal = fs_err::read(&database_set(&live)[1]).unwrap();
        drop(writer);
        fs_err::remove_file(&live).unwrap();
        fs_err::write(&database_set(&live)[1], wal).unwrap();
    });
}

#[test]
fn a_hot_journal_is_never_played_into_the_restored_file() {
    for keep_main in [true, false] {
        let (_fixture, swapped) = restored_after(|fixture| {
            let live = fixture.live(DatabaseKind::Drift);
            let writer = Connection::open(&live).unwrap();
            let sql =
                "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 5; BEGIN; UPDATE event SET detail = 'x'";
            writer.execute_batch(sql).unwrap();
            let journal = fs_err::read(&database_set(&live)[3]).unwrap();
            assert!(!journal.is_empty());
            drop(writer);
            fs_err::write(&database_set(&live)[3], journal).unwrap();
            if !keep_main {
                fs_err::remove_file(&live).unwrap();
            }
        });
        assert!(swapped.quarantine.is_some() || !keep_main);
    }
}

#[test]
fn a_foreign_reader_keeps_its_state_and_sees_the_new_one_next() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    let reader = Connection::open(fixture.live(DatabaseKind::Drift)).unwrap();
    let count = || reader.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0)).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 2001);
    let swapped = restore(&fixture, &snapshot).unwrap();
    assert_eq!(swapped.unfolded, [DatabaseKind::Drift]);
    assert_eq!(count(), 2001);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 1002, "the rows of generation 1, init and restore");
    reader.execute_batch("DELETE FROM event WHERE kind = 'g1' AND id % 2").unwrap();
    assert_eq!(fixture.generation_of(DatabaseKind::Cortex), OLD[1]);
}

#[test]
fn a_foreign_writer_is_waited_for_and_then_nothing_has_changed() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    let writer = Connection::open(fixture.live(DatabaseKind::Drift)).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE; DELETE FROM event WHERE kind = 'nothing'").unwrap();
    let error = restore(&fixture, &snapshot).unwrap_err();
    assert!(error.is_busy(), "{error}");
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(fixture.generations(), NEW);
    assert_eq!(intent::read(&fixture.paths).unwrap(), None);
}

#[test]
fn archives_restore_as_well() {
    for compression in [Compression::Zstd, Compression::Gzip] {
        let fixture = Fixture::new();
        let mut options = CreateOptions::new(Reason::UserRequested);
        options.compression = compression;
        let snapshot = fixture.backup(&options);
        fixture.generation(2);
        restore(&fixture, &snapshot).unwrap();
        assert_eq!(fixture.generations(), OLD);
    }
}

#[test]
fn one_database_can_be_restored_alone() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    restore_with(&fixture, &snapshot, &[DatabaseKind::Cortex], &|_| {}).unwrap();
    assert_eq!(fixture.generations(), [NEW[0], OLD[1]]);
}

/// A broken snapshot is refused before anything live is touched.
#[test]
fn a_damaged_snapshot_changes_nothing() {
    for compression in [Compression::None, Compression::Zstd] {
        let fixture = Fixture::new();
        let mut options = CreateOptions::new(Reason::UserRequested);
        options.compression = compression;
        let snapshot = fixture.backup(&options);
        fixture.generation(2);
        let file = snapshot.file(&snapshot.header.databases[1]);
        let mut bytes = fs_err::read(&file).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 4;
        fs_err::write(&file, bytes).unwrap();
        let error = restore(&fixture, &snapshot).unwrap_err();
        assert!(matches!(error, BackupError::Damaged { .. }), "{error:?}");
        assert_eq!(fixture.generations(), NEW);
        assert_eq!(fixture.store().catalog().unwrap().snapshots.len(), 1, "no safety snapshot for nothing");
    }
}

#[test]
fn a_plan_tells_what_is_there() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fs_err::remove_file(fixture.live(DatabaseKind::Cortex)).unwrap();
    overwrite(&fixture.live(DatabaseKind::Drift), 0, 100);
    let before = fixture.files();
    let plan = plan(&fixture.paths, &snapshot, &[]).unwrap();
    assert!(fixture.files() == before);
    assert!(matches!(plan.databases[0].live, LiveState::Unusable { .. }));
    assert_eq!(plan.databases[1].live, LiveState::Missing);
    assert!(!plan.other_workspace && !plan.databases[0].migrates());
}

#[test]
fn another_workspace_is_noticed() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.sql(DatabaseKind::Drift, "UPDATE workspace SET id = 'bb'");
    assert!(plan(&fixture.paths, &snapshot, &[]).unwrap().other_workspace);
}

#[test]
fn extracting_needs_an_empty_directory_and_changes_nothing_else() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    let dir = fixture.paths.root().join("out");
    let extract = || fixture.with_work(|work| extract(work, &snapshot, &BOTH, &dir));
    extract().unwrap();
    assert!(
        fs_err::read(dir.join("drift.db")).unwrap() == fs_err::read(snapshot.dir().join("drift.db")).unwrap()
    );
    assert!(matches!(extract(), Err(BackupError::NotEmpty { .. })));
    assert_eq!(fixture.generations(), NEW);
}

/// Ends a restore as a kill would, when its `at`th phase of that name begins.
fn killed(fixture: &Fixture, snapshot: &Snapshot, phase: &str, at: u32) {
    let seen = AtomicU32::new(0);
    let events = |event: BackupEvent| {
        if let BackupEvent::Phase { name, .. } = event
            && name == phase
        {
            assert!(seen.fetch_add(1, Ordering::Relaxed) + 1 < at, "killed");
        }
    };
    let killed = AssertUnwindSafe(|| restore_with(fixture, snapshot, &BOTH, &events));
    assert!(std::panic::catch_unwind(killed).is_err());
    assert!(intent::read(&fixture.paths).unwrap().is_some());
}

fn recovered(fixture: &Fixture) -> Result<Option<Recovery>> {
    let lock = fixture.exclusive(LockName::Workspace);
    fixture.with_work(|work| recover(work, &lock))
}

#[test]
fn an_interrupted_restore_is_finished() {
    // Before the first, before the second, after both.
    for (phase, at) in [("restoring", 1), ("restoring", 2), ("checking", 3)] {
        for damage in [|_: &Path| {}, |path: &Path| overwrite(path, 0, 100)] {
            let fixture = Fixture::new();
            let snapshot = fixture.manual();
            fixture.generation(2);
            damage(&fixture.live(DatabaseKind::Drift));
            killed(&fixture, &snapshot, phase, at);
            assert_eq!(recovered(&fixture).unwrap(), Some(Recovery::Finished(Operation::Restore)));
            assert_eq!(fixture.generations(), OLD);
            assert_eq!(recovered(&fixture).unwrap(), None);
        }
    }
}

#[test]
fn one_whose_copies_are_gone_is_undone() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    killed(&fixture, &snapshot, "restoring", 2);
    assert_eq!(fixture.generations(), [OLD[0], NEW[1]], "the test means to look at a mixed pair");
    fs_err::remove_dir_all(fixture.paths.staging()).unwrap();
    assert_eq!(recovered(&fixture).unwrap(), Some(Recovery::Undone(Operation::Restore, None)));
    assert_eq!(fixture.generations(), NEW);
    assert_eq!(intent::read(&fixture.paths).unwrap(), None);
}

/// Breaks what has just gone live, before the `at`th check looks at it.
fn broken_when_live(fixture: &Fixture, at: u32) -> impl Fn(BackupEvent) + Sync {
    let live = fixture.live(DatabaseKind::Cortex);
    let seen = AtomicU32::new(0);
    move |event| {
        if matches!(event, BackupEvent::Phase { name: "checking", .. })
            && seen.fetch_add(1, Ordering::Relaxed) + 1 == at
        {
            overwrite(&live, 60_000, 60_000);
        }
    }
}

#[test]
fn what_fails_its_check_when_live_is_undone() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    fixture.generation(2);
    let error = restore_with(&fixture, &snapshot, &BOTH, &broken_when_live(&fixture, 3)).unwrap_err();
    let is_damage = |error: &BackupError| {
        matches!(error, BackupError::FailedCheck { .. } | BackupError::Db(DbError::Corrupt { .. }))
    };
    assert!(is_damage(&error), "{error:?}");
    assert_eq!(fixture.generations(), NEW);
    assert_eq!(intent::read(&fixture.paths).unwrap(), None);
    // The same when the check is that of whoever finishes an interrupted one.
    for (phase, at) in [("restoring", 1), ("restoring", 2), ("checking", 3)] {
        let fixture = Fixture::new();
        let snapshot = fixture.manual();
        fixture.generation(2);
        killed(&fixture, &snapshot, phase, at);
        let lock = fixture.exclusive(LockName::Workspace);
        let recovery = fixture.with_events(&broken_when_live(&fixture, 1), |work| recover(work, &lock));
        let recovery = recovery.unwrap();
        assert!(
            matches!(recovery, Some(Recovery::Undone(Operation::Restore, Some(_)))),
            "{phase} {at}: {recovery:?}"
        );
        assert_eq!(fixture.generations(), NEW);
        assert_eq!(intent::read(&fixture.paths).unwrap(), None);
    }
}

#[test]
fn a_planted_intent_changes_nothing() {
    let plant = |change: &dyn Fn(&Fixture, &mut serde_json::Value)| {
        let fixture = Fixture::new();
        let snapshot = fixture.manual();
        fixture.generation(2);
        killed(&fixture, &snapshot, "restoring", 1);
        let mut planted = serde_json::from_slice(&fs_err::read(fixture.paths.intent()).unwrap()).unwrap();
        change(&fixture, &mut planted);
        fs_err::write(fixture.paths.intent(), planted.to_string()).unwrap();
        let before = fixture.files();
        let error = recovered(&fixture).unwrap_err();
        assert!(fixture.files() == before, "{error}");
        assert_eq!(fixture.generations(), NEW);
        error
    };
    let error = plant(&|_, intent| intent["workspaces"] = serde_json::json!(["bb"]));
    assert!(matches!(error, BackupError::Db(DbError::Untrusted { .. })), "{error:?}");
    let error = plant(&|_, intent| intent["id"] = "../../etc".into());
    assert!(matches!(error, BackupError::Db(DbError::Untrusted { .. })), "{error:?}");
    let error = plant(&|_, intent| {
        intent["databases"][0]["blake3"] = "0".repeat(64).into();
        intent["safety"] = serde_json::Value::Null;
    });
    assert!(matches!(error, BackupError::Stuck { .. }), "{error:?}");
}
