//! Scheduled snapshots without a daemon: taken by commands that have just written, once their result is safe.

use drift_backup::{CreateOptions, Created, Reason, SnapshotStore};
use drift_db::store::workspace;
use drift_db::{DatabaseKind, LockName, Need};
use drift_gc::{Candidate, RetentionPolicy, due_tier};
use jiff::Timestamp;

use super::{retain, take};
use crate::error::{CommandError, ErrorCode};
use crate::ops::workspace::Workspace;
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
pub(crate) fn scheduled(session: &Session<'_>, options: &ScheduleOptions) {
    if !options.enabled {
        return;
    }
    // Nobody asked for it, so nobody waits for it.
    let session = Session { wait: Wait::No, ..*session };
    match take_due(&session, options) {
        Ok(()) => {}
        Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::Interrupted) => {}
        Err(error) => {
            let message = format!("the scheduled backup was not taken: {}", error.message);
            let hint = error.hint.unwrap_or_else(|| "take one with `drift workspace backup`".into());
            session.warn(Warning::new("backup.scheduled_failed", message).with_hint(hint));
        }
    }
}

fn take_due(session: &Session<'_>, options: &ScheduleOptions) -> Result<(), CommandError> {
    let mut workspace = Workspace::open(session, Need::Known)?;
    let store = SnapshotStore::open(&workspace.paths)?;
    let candidates: Vec<Candidate> = store.catalog()?.snapshots.iter().map(Candidate::from).collect();
    let created_at = created_at(&mut workspace)?.unwrap_or(session.now);
    let Some(tier) = due_tier(&candidates, &options.retention, created_at, session.now) else {
        return Ok(());
    };
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

/// When the workspace was made.
fn created_at(open: &mut Workspace) -> Result<Option<Timestamp>, CommandError> {
    let row = open.reader(DatabaseKind::Drift)?.read(workspace::get)?;
    Ok(row.and_then(|row| row.created_at.parse().ok()))
}
