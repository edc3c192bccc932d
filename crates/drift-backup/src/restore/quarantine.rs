//! The quarantine: damaged, newer or foreign live files, kept byte for byte.
//!
//! Rule: a database and its sidecars go together. A `-wal` or `-journal` that stayed behind would be played
//! into the file that is put in its place, and SQLite would call the mixture "ok".

use std::io;
use std::path::Path;

use drift_db::{DatabaseKind, WorkspacePaths, database_set, durable};

use crate::error::{IoContext, Result};
use crate::work::Work;

/// A rollback journal lies beside the database: opening it for writing would play the journal back, and whether
/// it belongs to this file nobody can tell. Both are kept as they are before anybody opens them.
pub(super) fn needs_rollback(main: &Path) -> Option<String> {
    let journal = &database_set(main)[3];
    let hot = journal.symlink_metadata().is_ok_and(|meta| meta.len() > 0);
    hot.then(|| "a rollback journal lies beside it".into())
}

/// Copies a live set into the quarantine directory `dir`, which is created.
pub(super) fn copy_set(work: &Work<'_>, kind: DatabaseKind, dir: &Path) -> Result<()> {
    create(work.paths, dir)?;
    for file in database_set(&work.paths.database(kind)) {
        let Some(name) = file.file_name().filter(|_| file.symlink_metadata().is_ok()) else { continue };
        durable::refuse_foreign_file(&file)?;
        durable::copy_file(&file, &dir.join(name), work.interrupt, &|bytes| work.advance(bytes))?;
    }
    Ok(durable::sync_dir(dir)?)
}

/// Moves what is there of a live set into the quarantine directory `dir`; a copy of it that is there already is
/// replaced by the original.
pub(super) fn move_set(work: &Work<'_>, kind: DatabaseKind, dir: &Path) -> Result<()> {
    let set = database_set(&work.paths.database(kind));
    if set.iter().all(|file| file.symlink_metadata().is_err()) {
        return Ok(());
    }
    create(work.paths, dir)?;
    for file in set {
        let Some(name) = file.file_name().filter(|_| file.symlink_metadata().is_ok()) else { continue };
        let target = dir.join(name);
        match durable::rename(&file, &target) {
            Err(drift_db::DbError::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
                // The snapshots lie on another file system.
                if target.exists() {
                    fs_err::remove_file(&target).doing("replace", &target)?;
                }
                durable::copy_file(&file, &target, work.interrupt, &|_| {})?;
                durable::sync_dir(dir)?;
                fs_err::remove_file(&file).doing("remove", &file)?;
                durable::sync_dir(&work.paths.drift_dir())?;
            }
            moved => moved?,
        }
    }
    Ok(())
}

fn create(paths: &WorkspacePaths, dir: &Path) -> Result<()> {
    crate::store::SnapshotStore::create(paths)?;
    durable::private_dir(&paths.quarantine())?;
    durable::private_dir(dir)?;
    Ok(())
}
