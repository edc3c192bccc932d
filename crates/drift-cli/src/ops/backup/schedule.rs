//! Scheduled snapshots without a daemon: taken by commands that have just written, once their result is safe.

use drift_backup::{CreateOptions, Created, Reason, SnapshotStore};
use drift_db::{LockName, Need};
use drift_gc::{Candidate, RetentionPolicy, due_tier};

use super::{retain, take};
use crate::error::{CommandError, ErrorCode};
use crate::ops::scan::Upkeep;
use crate::ops::workspace::{Workspace, locate};
use crate::ops::{Session, Wait, Warning};

/// Whether and what is taken.
#[derive(Clone, Debug)]
pub(crate) struct ScheduleOptions {
    /// `[backup] auto`, and not in CI.
    pub(crate) enabled: bool,
    pub(crate) retention: RetentionPolicy,
}

/// Takes the scheduled snapshot that is due, if one is and something changed, and says so. The command that
/// calls this has done what it promised, so nothing here fails it: held locks skip, everything else warns.
pub(crate) fn scheduled(session: &Session<'_>, upkeep: Upkeep, options: &ScheduleOptions) {
    if !options.enabled {
        return;
    }
    // Nobody asked for it, so nobody waits for it.
    let session = Session { wait: Wait::No, ..*session };
    match take_due(&session, upkeep, options) {
        Ok(()) => {}
        Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::Interrupted) => {}
        Err(error) => {
            let message = format!("the scheduled backup was not taken: {}", error.message);
            let hint = error.hint.unwrap_or_else(|| "take one with `drift workspace backup`".into());
            session.warn(Warning::new("backup.scheduled_failed", message).with_hint(hint));
        }
    }
}

fn take_due(session: &Session<'_>, upkeep: Upkeep, options: &ScheduleOptions) -> Result<(), CommandError> {
    let catalog = SnapshotStore::open(&locate(session.place)?)?.catalog()?;
    let candidates: Vec<Candidate> = catalog.snapshots.iter().map(Candidate::from).collect();
    let made = upkeep.made.unwrap_or(session.now);
    let Some(tier) = due_tier(&candidates, &options.retention, made, session.now) else {
        return Ok(());
    };
    let workspace = Workspace::open(session, Need::Known)?;
    if drift_db::holder(&workspace.paths, LockName::Writer).is_some() {
        return Ok(());
    }
    let mut wanted = CreateOptions::new(Reason::Scheduled);
    wanted.tier = tier;
    wanted.unless_unchanged = true;
    if let Created::Snapshot(snapshot) = take(session, &workspace.paths, &wanted, &workspace.lock)? {
        session.note(&format!("took the {tier} backup {}", snapshot.id()));
        let removed = retain(session, &workspace.paths, &options.retention, &[snapshot.id()]);
        for gone in removed {
            session.note(&format!("removed the backup {} ({})", gone.id, gone.reason));
        }
    }
    Ok(())
}
