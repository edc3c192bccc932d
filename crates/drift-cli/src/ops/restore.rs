//! Restore: what a snapshot holds becomes what is live, and what was live can be brought back.
//!
//! Two steps, so that a person can be asked in between: [`plan`] changes nothing, [`apply`] does it.

use std::path::Path;

use drift_backup::{BackupError, LiveState, RestorePlan, SnapshotStore, Swap, Swapped, extract, stage, swap};
use drift_db::intent::{self, Operation};
use drift_db::private::Results;
use drift_db::{DatabaseKind, LockName, WorkspacePaths, canonical, choose_root, lock_exclusive, lock_shared};
use drift_gc::RetentionPolicy;
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::{RemovedView, retain};
use super::init::prepare_dir;
use super::recovery::{tell, warn_if_pending};
use super::wire::below;
use super::work::with_work;
use super::workspace::{home, identity, locate, named_dir};
use super::{Session, Warning, context, known};
use crate::error::{CommandError, ErrorCode};

/// What is restored.
#[derive(Clone, Debug)]
pub(crate) struct RestoreOptions {
    /// As the user wrote it.
    pub(crate) id: String,
    /// Empty means everything in the snapshot.
    pub(crate) databases: Vec<DatabaseKind>,
    pub(crate) retention: RetentionPolicy,
}

/// A restore that could be done now.
#[derive(Debug)]
pub(crate) struct Planned {
    paths: WorkspacePaths,
    pub(crate) plan: RestorePlan,
}

/// What a restore did, or would do.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub(crate) struct RestoreReport {
    pub(crate) dry_run: bool,
    /// The id of the snapshot.
    pub(crate) restored: String,
    pub(crate) created_at: String,
    pub(crate) databases: Vec<&'static str>,
    /// What was live and sound; restoring it undoes this.
    pub(crate) safety_backup: Option<String>,
    /// What was live and was not: a directory, relative to the root.
    pub(crate) quarantine: Option<String>,
    /// Whether the schema of the snapshot was older.
    pub(crate) migrated: bool,
    pub(crate) other_workspace: bool,
    /// Where the databases were written instead of going live.
    pub(crate) to: Option<String>,
    /// What happens to each live database, for a dry run.
    pub(crate) plan: Vec<PlannedView>,
    pub(crate) removed: Vec<RemovedView>,
}

/// What happens to one database.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct PlannedView {
    pub(crate) database: &'static str,
    pub(crate) bytes: u64,
    /// `safety_backup`, `quarantine` or `none`: what becomes of what is live.
    pub(crate) live: &'static str,
    pub(crate) detail: Option<String>,
    pub(crate) migrate: bool,
}

impl PlannedView {
    pub(super) fn new(kind: DatabaseKind, bytes: u64, live: &LiveState, migrate: bool) -> PlannedView {
        let (live, detail) = match live {
            LiveState::Sound => ("safety_backup", None),
            LiveState::Missing => ("none", None),
            LiveState::Unusable { detail } => ("quarantine", Some(detail.clone())),
        };
        PlannedView { database: kind.name(), bytes, live, detail, migrate }
    }
}

/// Finds the snapshot and looks what restoring it would do.
pub(crate) fn plan(session: &Session<'_>, options: &RestoreOptions) -> Result<Planned, CommandError> {
    let paths = place(session)?;
    let snapshot = SnapshotStore::open(&paths)?.resolve(&options.id)?;
    let plan = drift_backup::plan(&paths, &snapshot, &options.databases)?;
    Ok(Planned { paths, plan })
}

/// The plan as a report, for `--dry-run`. What goes into a directory of its own changes nothing that is live.
pub(crate) fn describe(
    session: &Session<'_>,
    planned: &Planned,
    to: Option<&Path>,
) -> Result<RestoreReport, CommandError> {
    warn_if_pending(session, &planned.paths)?;
    let report = RestoreReport { dry_run: true, ..report(planned) };
    Ok(match to {
        Some(dir) => RestoreReport { to: Some(dir.display().to_string()), plan: Vec::new(), ..report },
        None => report,
    })
}

/// Does what was planned.
pub(crate) fn apply(
    session: &Session<'_>,
    planned: &Planned,
    retention: &RetentionPolicy,
) -> Result<RestoreReport, CommandError> {
    let (paths, snapshot) = (&planned.paths, &planned.plan.snapshot);
    prepare_dir(paths)?;
    let kinds = planned.kinds();
    // Shared while staging, so that nobody sweeps what is being staged; never upgraded.
    let using = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
    // An intent that is refused is refused before anything is written.
    intent::read(paths)?;
    let staged = with_work(session, paths, |work| stage(work, snapshot, &kinds))?;
    drop(using);
    let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
    settle_or_replace(session, planned, &lock)?;
    let staged = if staged.is_complete() {
        staged
    } else {
        // Another drift had the lock between the two, and swept what it took for left over.
        with_work(session, paths, |work| stage(work, snapshot, &kinds))?
    };
    let mut detail = serde_json::Map::new();
    detail.insert("snapshot".into(), snapshot.id().as_str().into());
    detail.insert("databases".into(), kinds.iter().map(|kind| kind.name()).collect());
    let swapped = with_work(session, paths, |work| {
        let results = Results::AsTheyAre;
        swap(work, Swap { operation: Operation::Restore, staged, detail, results }, &lock)
    })?;
    if swapped.databases.contains(&DatabaseKind::Drift) {
        context::refresh(session, paths, &lock);
    }
    // What is live is restored, whether or not it can be looked at once more.
    let identity = identity(paths, &lock).unwrap_or_default();
    drop(lock);
    if let Some(identity) = identity {
        known::remember(session, paths.root(), &identity);
    }
    for kind in &swapped.unfolded {
        let message =
            format!("another program still reads the old {}; its WAL stays until then", kind.file_name());
        session.warn(Warning::new("restore.reader", message));
    }
    let in_use: Vec<_> = swapped.safety.iter().chain([snapshot.id()]).collect();
    let removed = match swapped.safety {
        Some(_) => retain(session, paths, retention, &in_use),
        None => Vec::new(),
    };
    Ok(done(planned, &swapped, removed))
}

/// Writes the databases of a snapshot into a directory, touching nothing that is live.
pub(crate) fn extract_to(
    session: &Session<'_>,
    planned: &Planned,
    dir: &Path,
) -> Result<RestoreReport, CommandError> {
    let (paths, snapshot) = (&planned.paths, &planned.plan.snapshot);
    // SQLite wants to know a directory without links; the last part may not be there yet.
    let dir = match (dir.parent(), dir.file_name()) {
        (Some(parent), Some(name)) if !dir.exists() => named_dir(parent)?.join(name),
        _ => named_dir(dir)?,
    };
    with_work(session, paths, |work| extract(work, snapshot, &planned.kinds(), &dir))?;
    Ok(RestoreReport { to: Some(dir.display().to_string()), ..report(planned) })
}

impl Planned {
    /// The databases that go live.
    pub(crate) fn kinds(&self) -> Vec<DatabaseKind> {
        self.plan.databases.iter().map(|database| database.kind).collect()
    }
}

/// Finishes what is pending; what can be neither finished nor undone is replaced, if all of it is.
fn settle_or_replace(
    session: &Session<'_>,
    planned: &Planned,
    lock: &drift_db::ExclusiveLock,
) -> Result<(), CommandError> {
    let recovered = with_work(session, &planned.paths, |work| drift_backup::recover(work, lock));
    match recovered {
        Err(stuck @ BackupError::Stuck { .. }) if planned.kinds() == DatabaseKind::WORKSPACE => {
            session.warn(Warning::new(
                "intent.replaced",
                format!("{stuck}; this restore replaces both databases"),
            ));
            Ok(())
        }
        Err(other) => Err(other.into()),
        Ok(recovery) => {
            tell(session, recovery);
            Ok(())
        }
    }
}

/// The workspace that is restored: the one that is named or found, else the one that init would make.
pub(super) fn place(session: &Session<'_>) -> Result<WorkspacePaths, CommandError> {
    if let Some(root) = &session.place.root {
        return Ok(WorkspacePaths::new(named_dir(root)?));
    }
    match locate(session.place) {
        Err(error) if error.code == ErrorCode::NoWorkspace => {
            let home = home(session.place);
            Ok(WorkspacePaths::new(choose_root(&canonical(&session.place.cwd)?, home.as_deref())?))
        }
        found => found,
    }
}

fn report(planned: &Planned) -> RestoreReport {
    let plan = &planned.plan;
    let view = |database: &drift_backup::PlannedDatabase| {
        PlannedView::new(database.kind, database.bytes, &database.live, database.migrates())
    };
    RestoreReport {
        restored: plan.snapshot.id().to_string(),
        created_at: plan.snapshot.header.created_at.to_string(),
        databases: planned.kinds().iter().map(|kind| kind.name()).collect(),
        other_workspace: plan.other_workspace,
        plan: plan.databases.iter().map(view).collect(),
        ..RestoreReport::default()
    }
}

fn done(planned: &Planned, swapped: &Swapped, removed: Vec<RemovedView>) -> RestoreReport {
    RestoreReport {
        databases: swapped.databases.iter().map(|kind| kind.name()).collect(),
        safety_backup: swapped.safety.as_ref().map(ToString::to_string),
        quarantine: swapped.quarantine.as_deref().map(|dir| below(planned.paths.root(), dir)),
        migrated: !swapped.migrated.is_empty(),
        removed,
        ..report(planned)
    }
}
