//! Pinning and deleting published snapshots, under the catalog lock.
//!
//! Rule: a snapshot vanishes by a rename, before the first of its files does; so a kill leaves a complete
//! snapshot or leftovers to sweep, never a part that looks like a snapshot.

use drift_db::{ExclusiveLock, durable};

use crate::error::{IoContext, Result};
use crate::format;
use crate::id::SnapshotId;
use crate::store::{Snapshot, SnapshotStore, TRASH_PREFIX};

/// Whether retention may remove a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    Pinned,
    Free,
}

/// Pins or unpins; returns the snapshot as it is now.
pub fn pin(snapshot: &Snapshot, pin: Pin, _catalog: &ExclusiveLock) -> Result<Snapshot> {
    let mut changed = snapshot.clone();
    changed.header.pinned = pin == Pin::Pinned;
    if changed != *snapshot {
        durable::write_file(&snapshot.dir().join(format::FILE_NAME), &changed.header.encode())?;
    }
    Ok(changed)
}

/// Deletes a snapshot for good.
pub fn delete(store: &SnapshotStore, snapshot: &Snapshot, catalog: &ExclusiveLock) -> Result<()> {
    discard(store, snapshot.id(), catalog)
}

/// Deletes the directory of a snapshot, complete or not. Names come only from ids that parsed.
pub fn discard(store: &SnapshotStore, id: &SnapshotId, _catalog: &ExclusiveLock) -> Result<()> {
    let trash = store.dir().join(format!("{TRASH_PREFIX}{id}"));
    if trash.exists() {
        // Left by a deletion that was killed, of a snapshot whose id came up again.
        fs_err::remove_dir_all(&trash).doing("remove", &trash)?;
    }
    durable::rename(&store.dir().join(id.as_str()), &trash)?;
    fs_err::remove_dir_all(&trash).doing("remove", &trash)
}
