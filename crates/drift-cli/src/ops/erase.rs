//! Reset and delete: what is live is stored first, then it goes.
//!
//! Two steps, so that a person can be asked in between: [`plan`] changes nothing, [`reset`] and [`delete`] do
//! it. Snapshots, quarantine and drift.toml stay in any case.

use std::path::Path;

use drift_backup::{
    BackupError, Keep, LiveState, SnapshotId, SnapshotStore, Staged, Swap, keep_live, live_state, swap,
};
use drift_db::integrity::Level;
use drift_db::intent::Operation;
use drift_db::private::{Results, create_empty};
use drift_db::store::workspace::WorkspaceRow;
use drift_db::{
    Author, BACKUPS_DIR, DatabaseKind, DbError, ExclusiveLock, LockName, WorkspacePaths, durable,
    lock_exclusive, lock_shared,
};
use drift_gc::{RetentionPolicy, aside, finish_deletes, remove_ours, set_aside};
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::retain;
use super::init::prepare_dir;
use super::recovery::{tell, warn_if_pending};
use super::wire::below;
use super::work::with_work;
use super::workspace::{is_there, locate, none_at};
use super::{Session, Warning, random};
use crate::error::CommandError;

/// What would go, and what becomes of what is live.
#[derive(Debug)]
pub(crate) struct Planned {
    paths: WorkspacePaths,
    pub(crate) live: Vec<LiveView>,
    /// `.drift` is gone already; what a delete left is all there is.
    interrupted: bool,
}

/// What became of the workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct EraseReport {
    pub(crate) dry_run: bool,
    pub(crate) root: String,
    /// What was live and sound; restoring it undoes this.
    pub(crate) safety_backup: Option<String>,
    /// What was live and was not: a directory, relative to the root.
    pub(crate) quarantine: Option<String>,
    pub(crate) removed: Vec<String>,
    pub(crate) kept: Vec<String>,
    /// What happens to each live database.
    pub(crate) plan: Vec<LiveView>,
}

/// What happens to one live database.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct LiveView {
    pub(crate) database: &'static str,
    /// `safety_backup`, `quarantine` or `none`: where it goes first.
    pub(crate) live: &'static str,
    pub(crate) detail: Option<String>,
}

/// Finds the workspace and looks what would go.
pub(crate) fn plan(session: &Session<'_>) -> Result<Planned, CommandError> {
    let paths = locate(session.place)?;
    durable::refuse_foreign_dir(&paths.backups_dir())?;
    if !is_there(&paths.drift_dir())? {
        return Ok(Planned { paths, live: Vec::new(), interrupted: true });
    }
    let _lock = lock_shared(&paths, LockName::Workspace, &session.lock_request())?;
    warn_if_pending(session, &paths)?;
    let mut live = Vec::new();
    for kind in DatabaseKind::WORKSPACE {
        let (database, state) = (kind.name(), live_state(&paths, kind)?);
        live.push(match state {
            LiveState::Sound => LiveView { database, live: "safety_backup", detail: None },
            LiveState::Missing => LiveView { database, live: "none", detail: None },
            LiveState::Unusable { detail } => LiveView { database, live: "quarantine", detail: Some(detail) },
        });
    }
    Ok(Planned { paths, live, interrupted: false })
}

impl Planned {
    /// The top of the workspace.
    pub(crate) fn root(&self) -> &Path {
        self.paths.root()
    }

    /// Fails where there is nothing that could be emptied.
    pub(crate) fn expect_workspace(&self) -> Result<(), CommandError> {
        if self.interrupted { Err(none_at(self.root())) } else { Ok(()) }
    }

    /// The plan as a report, for `--dry-run`.
    pub(crate) fn describe(&self) -> EraseReport {
        EraseReport { dry_run: true, plan: self.live.clone(), ..self.report() }
    }

    fn report(&self) -> EraseReport {
        let stays = |name: &&str| self.root().join(name).symlink_metadata().is_ok();
        EraseReport {
            dry_run: false,
            root: self.root().display().to_string(),
            safety_backup: None,
            quarantine: None,
            removed: Vec::new(),
            kept: [BACKUPS_DIR, "drift.toml"]
                .iter()
                .filter(|name| stays(name))
                .map(ToString::to_string)
                .collect(),
            plan: self.live.clone(),
        }
    }

    fn relative(&self, path: &Path) -> String {
        below(self.root(), path)
    }
}

/// Puts empty databases in place of the live ones. The workspace stays the same one.
pub(crate) fn reset(
    session: &Session<'_>,
    planned: &Planned,
    retention: &RetentionPolicy,
) -> Result<EraseReport, CommandError> {
    planned.expect_workspace()?;
    let paths = &planned.paths;
    prepare_dir(paths)?;
    let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
    settle_or_discard(session, paths, &lock)?;
    let identity = identity(session, paths, &lock)?;
    let author = Author { now: session.now.to_string(), drift_version: env!("CARGO_PKG_VERSION") };
    let swapped = with_work(session, paths, |work| {
        let mut staged = Staged::new(work)?;
        for kind in DatabaseKind::WORKSPACE {
            create_empty(&staged.add(kind), kind, &identity, &author)?;
        }
        let detail = serde_json::Map::new();
        let results = Results::AsTheyAre;
        swap(work, Swap { operation: Operation::Reset, staged, detail, results }, &lock)
    })?;
    drop(lock);
    for kind in &swapped.unfolded {
        let message =
            format!("another program still reads the old {}; its WAL stays until then", kind.file_name());
        session.warn(Warning::new("reset.reader", message));
    }
    keep_to_policy(session, paths, retention, swapped.safety.as_ref());
    Ok(EraseReport {
        safety_backup: swapped.safety.as_ref().map(ToString::to_string),
        quarantine: swapped.quarantine.as_deref().map(|dir| planned.relative(dir)),
        removed: swapped.databases.iter().map(|kind| planned.relative(&paths.database(*kind))).collect(),
        ..planned.report()
    })
}

/// Removes `.drift`, but for what drift did not put there.
pub(crate) fn delete(
    session: &Session<'_>,
    planned: &Planned,
    retention: &RetentionPolicy,
) -> Result<EraseReport, CommandError> {
    let paths = &planned.paths;
    if planned.interrupted {
        let removal = finish_deletes(paths)?;
        if removal.removed.is_empty() && removal.kept.is_empty() {
            return Err(none_at(paths.root()));
        }
        let mut report = planned.report();
        report.removed = removal.removed;
        report.kept.extend(removal.kept);
        return Ok(report);
    }
    let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
    settle_or_discard(session, paths, &lock)?;
    let id = free_id(session, paths)?;
    let dir = paths.quarantine().join(id.as_str());
    let kept = with_work(session, paths, |work| {
        let replaced = &DatabaseKind::WORKSPACE;
        keep_live(work, Keep { replaced, dir: &dir, before: "delete", check: Level::Full }, &lock)
    })?;
    session.check()?;
    let set_aside = set_aside(paths, &id, lock)?;
    // Nothing is live any more, so whatever fails from here on is finished by the next gc or init.
    let removal = remove_ours(paths.root(), &set_aside)?;
    keep_to_policy(session, paths, retention, kept.safety.as_ref());
    let mut report = EraseReport {
        safety_backup: kept.safety.as_ref().map(ToString::to_string),
        quarantine: kept.quarantine.as_deref().map(|dir| planned.relative(dir)),
        removed: removal.removed,
        ..planned.report()
    };
    report.kept.extend(removal.kept);
    Ok(report)
}

/// Finishes what is pending; what can be neither finished nor undone goes with everything else.
fn settle_or_discard(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    lock: &ExclusiveLock,
) -> Result<(), CommandError> {
    match with_work(session, paths, |work| drift_backup::recover(work, lock)) {
        Err(stuck @ BackupError::Stuck { .. }) => {
            session.warn(Warning::new("intent.replaced", format!("{stuck}; both databases go")));
            Ok(())
        }
        Err(other) => Err(other.into()),
        Ok(recovery) => {
            tell(session, recovery);
            Ok(())
        }
    }
}

/// Who the workspace is: as its database says, else its newest snapshot, else somebody new.
pub(super) fn identity(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    lock: &ExclusiveLock,
) -> Result<WorkspaceRow, CommandError> {
    if let Some(row) = super::workspace::identity(paths, lock)? {
        return Ok(row);
    }
    let catalog = SnapshotStore::open(paths)?.catalog()?;
    let id = catalog.snapshots.iter().rev().find_map(|snapshot| snapshot.header.workspace.clone());
    let name = paths.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(WorkspaceRow { id: id.unwrap_or_else(random::id), name, created_at: session.now.to_string() })
}

/// An id under which nothing was set aside yet.
fn free_id(session: &Session<'_>, paths: &WorkspacePaths) -> Result<SnapshotId, CommandError> {
    let free = |id: &SnapshotId| {
        aside(paths, id).symlink_metadata().is_err()
            && paths.quarantine().join(id.as_str()).symlink_metadata().is_err()
    };
    let first = random::number();
    let mut ids = (0..=0xffff).map(|more: u64| SnapshotId::new(session.now, first.wrapping_add(more)));
    let why = || DbError::io("set aside", &paths.drift_dir(), std::io::ErrorKind::AlreadyExists.into());
    Ok(ids.find(free).ok_or_else(why)?)
}

/// Enforces the retention policy after a safety snapshot was taken, and says what that removed.
fn keep_to_policy(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    retention: &RetentionPolicy,
    safety: Option<&SnapshotId>,
) {
    let Some(safety) = safety else { return };
    for gone in retain(session, paths, retention, &[safety]) {
        session.note(&format!("removed the backup {} ({})", gone.id, gone.reason));
    }
}
