use std::sync::atomic::Ordering;

use drift_db::{DatabaseKind, DbError, LockName};

use super::{CreateOptions, Created};
use crate::archive::Compression;
use crate::error::BackupError;
use crate::fixture::Fixture;
use crate::reason::{Reason, Tier};

fn options() -> CreateOptions {
    CreateOptions::new(Reason::UserRequested)
}

#[test]
fn a_snapshot_holds_both_databases_and_says_so() {
    let fixture = Fixture::new();
    let mut options = options();
    options.note = Some("before the release".into());
    options.pinned = true;
    let snapshot = fixture.backup(&options);
    assert_eq!(fixture.store().resolve("latest").unwrap(), snapshot);
    let header = &snapshot.header;
    assert_eq!(header.workspace.as_deref(), Some("aa"));
    assert_eq!(
        (header.tier, header.pinned, header.note.as_deref()),
        (Tier::Manual, true, Some("before the release"))
    );
    assert_eq!(header.git_head.as_deref(), Some("0123456"));
    assert!(header.verified_at.is_some());
    let kinds: Vec<_> = header.databases.iter().map(|database| database.kind).collect();
    assert_eq!(kinds, DatabaseKind::WORKSPACE);
    assert!(header.databases[1].read_at <= header.databases[0].read_at, "cortex is read first");
    for database in &header.databases {
        assert_eq!(database.rows["event"], 1001);
        let file = snapshot.dir().join(database.kind.file_name());
        assert_eq!(database.blake3, blake3::hash(&fs_err::read(file).unwrap()).to_hex().as_str());
    }
    let mut names: Vec<_> = (fs_err::read_dir(snapshot.dir()).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["cortex.db", "drift.db", "snapshot.json"]);
}

#[cfg(unix)]
#[test]
fn everything_is_private_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    let mode = |path: &std::path::Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.paths.backups_dir()), 0o700);
    assert_eq!(mode(snapshot.dir()), 0o700);
    for entry in fs_err::read_dir(snapshot.dir()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn archives_are_compressed_and_equal_for_equal_content() {
    let fixture = Fixture::new();
    for compression in [Compression::Zstd, Compression::Gzip] {
        let mut options = options();
        options.compression = compression;
        let (first, second) = (fixture.backup(&options), fixture.backup(&options));
        for (one, other) in first.header.databases.iter().zip(&second.header.databases) {
            assert_eq!(one.content_blake3, other.content_blake3);
            assert!(one.bytes < one.content_bytes / 2);
        }
        assert_eq!(fs_err::read_dir(first.dir()).unwrap().count(), 3, "nothing is left of the way there");
    }
}

#[test]
fn unchanged_databases_give_no_second_snapshot_if_asked() {
    let fixture = Fixture::new();
    let mut options = CreateOptions::new(Reason::Scheduled);
    options.unless_unchanged = true;
    let first = fixture.backup(&options);
    match fixture.try_backup(&options).unwrap() {
        Created::Unchanged(id) => assert_eq!(id, *first.id()),
        Created::Snapshot(other) => panic!("{:?}", other.header),
    }
    fixture.generation(2);
    fixture.backup(&options);
    assert_eq!(fixture.store().catalog().unwrap().snapshots.len(), 2);
}

#[test]
fn two_in_the_same_second_do_not_meet() {
    let fixture = Fixture::new();
    let lock = fixture.shared();
    fixture.with_work(|work| {
        let ids =
            [(); 20].map(|()| match super::create(work, &options(), super::Hold::Shared(&lock)).unwrap() {
                Created::Snapshot(snapshot) => snapshot.id().clone(),
                Created::Unchanged(id) => panic!("{id}"),
            });
        assert!(ids.is_sorted() && ids[0] < ids[19], "{ids:?}");
    });
    assert_eq!(fixture.store().catalog().unwrap().snapshots.len(), 20);
}

/// After `break_it`, a snapshot fails, and nothing is left of it.
fn fails(break_it: impl FnOnce(&Fixture)) -> BackupError {
    let fixture = Fixture::new();
    let good = fixture.manual();
    break_it(&fixture);
    let error = fixture.try_backup(&options()).unwrap_err();
    let mut names: Vec<_> = (fs_err::read_dir(fixture.paths.backups_dir()).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock.json"))
        .collect();
    names.sort();
    assert_eq!(names, [".gitignore", good.id().as_str(), "catalog.lock"]);
    error
}

#[test]
fn nothing_is_left_of_a_snapshot_that_failed() {
    let error = fails(|fixture| fixture.interrupt.store(true, Ordering::Relaxed));
    assert!(error.is_interrupted(), "{error}");
    let error = fails(|fixture| {
        let path = fixture.live(DatabaseKind::Cortex);
        let mut bytes = fs_err::read(&path).unwrap();
        let end = bytes.len();
        bytes[end - 20_000..].fill(0x5a);
        fs_err::write(path, bytes).unwrap();
    });
    assert!(matches!(error, BackupError::FailedCheck { database: "cortex", .. }), "{error:?}");
    let error = fails(|fixture| {
        fixture
            .sql(DatabaseKind::Drift, "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM file; END");
    });
    assert!(matches!(error, BackupError::Db(DbError::Untrusted { .. })), "{error:?}");
    let error = fails(|fixture| fs_err::remove_file(fixture.live(DatabaseKind::Drift)).unwrap());
    assert!(matches!(error, BackupError::Db(DbError::Corrupt { .. })), "{error:?}");
}

#[test]
fn a_held_catalog_is_noticed_before_the_work() {
    let fixture = Fixture::new();
    fixture.manual();
    let _catalog = fixture.exclusive(LockName::Catalog);
    let error = fixture.try_backup(&options()).unwrap_err();
    assert!(error.is_busy(), "{error}");
}
