//! What the libraries of snapshots get from a session: place, time, randomness, and where their events go.

use std::sync::{Mutex, PoisonError};

use drift_backup::{BackupEvent, Work};
use drift_db::WorkspacePaths;
use drift_discover::Git;

use super::{Phase, Session, Unit, random};

/// Calls `then` with everything that an operation on snapshots takes. Phases are shown as they come.
pub(super) fn with_work<T>(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    then: impl FnOnce(&Work<'_>) -> T,
) -> T {
    let phase: Mutex<Option<Phase<'_>>> = Mutex::new(None);
    let current = || phase.lock().unwrap_or_else(PoisonError::into_inner);
    let events = |event: BackupEvent| match event {
        BackupEvent::Phase { name, bytes } => {
            // The one before it ends first.
            current().take();
            let total = (bytes > 0).then_some(bytes);
            let unit = if bytes > 0 { Unit::Bytes } else { Unit::Items };
            current().replace(session.phase(name, total, unit));
        }
        BackupEvent::Advance(bytes) => {
            if let Some(phase) = &*current() {
                phase.advance(bytes);
            }
        }
    };
    let head = drift_db::git_work_tree(paths.root()).and_then(|_| Git::new(paths.root()).head().ok()?.commit);
    then(&Work {
        paths,
        locks: &session.lock_request(),
        now: session.now,
        random: random::number(),
        drift_version: env!("CARGO_PKG_VERSION"),
        git_head: head.as_deref(),
        journal: session.databases.journal,
        interrupt: session.interrupt.shared(),
        events: &events,
    })
}
