//! Storing what is live before it is replaced or deleted.
//!
//! Rule: what is sound goes into a safety snapshot, the rest to quarantine byte for byte; if either cannot be
//! stored, for want of space or permission, that is an error, and the caller changes nothing.

use std::path::{Path, PathBuf};

use drift_db::integrity::Level;
use drift_db::{DatabaseKind, DbError, ExclusiveLock};

use super::plan::{LiveState, live_state};
use super::quarantine;
use crate::create::{CreateOptions, Created, Hold, create};
use crate::error::{BackupError, Result};
use crate::id::SnapshotId;
use crate::reason::Reason;
use crate::work::Work;

/// What is about to happen.
#[derive(Clone, Copy, Debug)]
pub struct Keep<'a> {
    /// The databases that will not be there afterwards. All that are sound go into the snapshot.
    pub replaced: &'a [DatabaseKind],
    /// Where damaged ones go.
    pub dir: &'a Path,
    /// The operation, for the note of the snapshot.
    pub before: &'a str,
    /// How far the snapshot is checked; only [`Level::Full`] counts as verified.
    pub check: Level,
}

/// Where what was live is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Holds what was sound.
    pub safety: Option<SnapshotId>,
    /// Holds what was not.
    pub quarantine: Option<PathBuf>,
}

/// Stores what is live.
pub fn keep_live(work: &Work<'_>, keep: Keep<'_>, lock: &ExclusiveLock) -> Result<Kept> {
    let mut kept = Kept::default();
    let mut keep_aside = |kind: DatabaseKind| -> Result<()> {
        if keep.replaced.contains(&kind) {
            quarantine::copy_set(work, kind, keep.dir)?;
            kept.quarantine = Some(keep.dir.to_path_buf());
        }
        Ok(())
    };
    let mut sound = Vec::new();
    for kind in DatabaseKind::WORKSPACE {
        match live_state(work.paths, kind)? {
            LiveState::Sound => sound.push(kind),
            LiveState::Missing => {}
            LiveState::Unusable { .. } => keep_aside(kind)?,
        }
    }
    while !sound.is_empty() {
        let mut options = CreateOptions::new(Reason::PreDestructive);
        options.check = keep.check;
        options.databases.clone_from(&sound);
        options.note = Some(format!("before {}", keep.before));
        match create(work, &options, Hold::Exclusive(lock)) {
            Ok(Created::Snapshot(snapshot)) => {
                kept.safety = Some(snapshot.id().clone());
                break;
            }
            Ok(Created::Unchanged(id)) => {
                kept.safety = Some(id);
                break;
            }
            // It opens and yet is broken inside: no snapshot of it, then, but every byte.
            Err(BackupError::FailedCheck { database, .. }) => {
                let Some(at) = sound.iter().position(|kind| kind.name() == database) else { break };
                keep_aside(sound.remove(at))?;
            }
            Err(BackupError::Db(DbError::Corrupt { database: Some(kind), .. })) if sound.contains(&kind) => {
                sound.retain(|other| *other != kind);
                keep_aside(kind)?;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(kept)
}
