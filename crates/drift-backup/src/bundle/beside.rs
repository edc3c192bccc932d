//! What an export leaves beside its output while it works there, which only a kill lets stay.
//!
//! It lies where no workspace is, so gc never looks there: the next export to the same directory sweeps it. Nobody
//! holds a lock on it, so only what is older than any export takes is swept, by the time in its name.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::id::SnapshotId;

/// Before the id of the export.
const PREFIX: &str = ".tmp-drift-";
/// No export takes that long.
const GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Where an export to `dir` works.
pub(super) fn place(dir: &Path, id: &SnapshotId) -> PathBuf {
    dir.join(format!("{PREFIX}{id}"))
}

/// Removes from `dir` what exports left there that were killed more than a day ago.
pub(super) fn sweep(dir: &Path, now: Timestamp) {
    let (Ok(until), Ok(entries)) = (now.checked_sub(GRACE), dir.read_dir()) else { return };
    let until = SnapshotId::new(until, 0);
    for entry in entries.flatten() {
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).and_then(SnapshotId::parse);
        if id.is_some_and(|id| id < until) {
            let path = entry.path();
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            // What cannot be removed is no reason not to export.
            let _ = if is_dir { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}
