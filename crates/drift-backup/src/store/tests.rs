use drift_db::LockName;

use crate::create::CreateOptions;
use crate::edit::{self, Pin};
use crate::error::BackupError;
use crate::fixture::Fixture;
use crate::reason::Reason;

#[test]
fn snapshots_are_named_by_id_prefix_and_age() {
    let fixture = Fixture::new();
    let (first, second) = (fixture.manual(), fixture.manual());
    let safety = fixture.backup(&CreateOptions::new(Reason::PreDestructive));
    let store = fixture.store();
    let found = |given: &str| store.resolve(given).map(|snapshot| snapshot.id().clone());
    assert_eq!(found("latest").unwrap(), *second.id(), "a safety snapshot is not the latest");
    assert_eq!(found("latest~1").unwrap(), *first.id());
    assert!(matches!(found("latest~2"), Err(BackupError::NotFound { any: true, .. })));
    assert_eq!(found(safety.id().as_str()).unwrap(), *safety.id());
    assert_eq!(found(&first.id().as_str()[..16]).unwrap(), *first.id());
    match found("2026") {
        Err(BackupError::Ambiguous { candidates, .. }) => assert_eq!(candidates.len(), 3),
        other => panic!("{other:?}"),
    }
    match found("1999") {
        Err(BackupError::NotFound { any: true, ids, .. }) => assert_eq!(ids.len(), 3),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_outside_the_store_has_a_name() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    let outside = fixture.paths.root().join("x");
    fs_err::create_dir(&outside).unwrap();
    for file in ["snapshot.json", "drift.db", "cortex.db"] {
        fs_err::copy(snapshot.dir().join(file), outside.join(file)).unwrap();
    }
    let store = fixture.store();
    let absolute = outside.to_str().unwrap().to_owned();
    for given in ["../x", "", ".", "..", "/", &absolute, "./20261122", "..\\x", "quarantine/", "a b", "~"] {
        assert!(matches!(store.resolve(given), Err(BackupError::BadId { .. })), "{given:?}");
    }
}

/// A snapshot that `break_it` touched is neither listed nor found, and the catalog says why.
fn skipped(break_it: impl FnOnce(&std::path::Path)) -> String {
    let fixture = Fixture::new();
    let (good, bad) = (fixture.manual(), fixture.manual());
    break_it(bad.dir());
    let catalog = fixture.store().catalog().unwrap();
    assert_eq!(catalog.snapshots.len(), 1);
    assert_eq!(catalog.resolve("latest").unwrap(), &good);
    assert!(catalog.resolve(bad.id().as_str()).is_err());
    catalog.skipped.iter().map(|skipped| skipped.why.clone()).collect()
}

#[test]
fn what_is_not_complete_is_no_snapshot() {
    let remove =
        |name: &'static str| move |dir: &std::path::Path| fs_err::remove_file(dir.join(name)).unwrap();
    assert_eq!(skipped(remove("snapshot.json")), "it has no header");
    assert_eq!(skipped(remove("cortex.db")), "cortex.db is missing or has another size");
    assert_eq!(
        skipped(|dir| fs_err::OpenOptions::new()
            .write(true)
            .open(dir.join("drift.db"))
            .unwrap()
            .set_len(100)
            .unwrap()),
        "drift.db is missing or has another size"
    );
    assert_eq!(
        skipped(|dir| {
            let path = dir.join("snapshot.json");
            let text = fs_err::read_to_string(&path).unwrap().replace("manual", "daily");
            fs_err::write(path, text).unwrap();
        }),
        "its header does not match its own hash"
    );
    assert_eq!(
        skipped(|dir| fs_err::write(dir.join("snapshot.json"), r#"{"format": 7}"#).unwrap()),
        "its format 7 is newer than this drift knows"
    );
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let link = |dir: &std::path::Path, name: &str| {
        let moved = dir.parent().unwrap().join("elsewhere");
        fs_err::rename(dir.join(name), &moved).unwrap();
        std::os::unix::fs::symlink(&moved, dir.join(name)).unwrap();
    };
    assert_eq!(skipped(|dir| link(dir, "drift.db")), "drift.db is missing or has another size");
    assert_eq!(skipped(|dir| link(dir, "snapshot.json")), "its header is no file of a sensible size");
}

#[test]
fn strangers_are_not_looked_at() {
    let fixture = Fixture::new();
    let good = fixture.manual();
    let dir = fixture.paths.backups_dir();
    for name in [".tmp-20261122T201530Z-0009", "quarantine", "notes", ".trash-20261122T201530Z-0009"] {
        fs_err::create_dir_all(dir.join(name)).unwrap();
        fs_err::copy(good.dir().join("snapshot.json"), dir.join(name).join("snapshot.json")).unwrap();
    }
    let catalog = fixture.store().catalog().unwrap();
    assert_eq!((catalog.snapshots, catalog.skipped), (vec![good], vec![]));
}

#[test]
fn a_pin_is_kept_in_the_header() {
    let fixture = Fixture::new();
    let snapshot = fixture.manual();
    let catalog = fixture.exclusive(LockName::Catalog);
    assert!(edit::pin(&snapshot, Pin::Pinned, &catalog).unwrap().header.pinned);
    let found = fixture.store().resolve("latest").unwrap();
    assert!(found.header.pinned);
    assert!(!edit::pin(&found, Pin::Free, &catalog).unwrap().header.pinned);
    assert_eq!(fixture.store().resolve("latest").unwrap(), snapshot);
}

#[test]
fn a_deleted_snapshot_is_gone_and_no_other() {
    let fixture = Fixture::new();
    let (first, second) = (fixture.manual(), fixture.manual());
    let store = fixture.store();
    edit::delete(&store, &first, &fixture.exclusive(LockName::Catalog)).unwrap();
    assert_eq!(store.catalog().unwrap().snapshots, [second]);
    assert!(!first.dir().exists());
}
