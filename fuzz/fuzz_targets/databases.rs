//! The small files beside the databases: the header of a snapshot and the intent of a swap, read from disk as
//! every command does. The first byte chooses.
#![no_main]

use std::{fs, sync::LazyLock};

use drift_backup::SnapshotStore;
use drift_db::{WorkspacePaths, intent};
use tempfile::TempDir;

const ID: &str = "20260101T000000Z-0000";

static WORKSPACE: LazyLock<(TempDir, WorkspacePaths)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let paths = WorkspacePaths::new(dir.path().to_path_buf());
    fs::create_dir_all(paths.drift_dir()).expect("a new directory");
    fs::create_dir_all(paths.backups_dir().join(ID)).expect("a new directory");
    (dir, paths)
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let paths = &WORKSPACE.1;
    let Some((&first, content)) = data.split_first() else { return };
    if first % 2 == 0 {
        fs::write(paths.intent(), content).expect("room for a small file");
        let _ = intent::read(paths);
    } else {
        fs::write(paths.backups_dir().join(ID).join("snapshot.json"), content)
            .expect("room for a small file");
        let catalog =
            SnapshotStore::open(paths).and_then(|store| store.catalog()).expect("the store is there");
        assert_eq!(catalog.snapshots.len() + catalog.skipped.len(), 1);
    }
});
