//! Migrate: both databases to the schema that this drift knows, or one of them to another on purpose.
//!
//! Order: exclusive lock → versions read under it → verified snapshot of both → every walk rehearsed on a
//! private copy → the live files, one transaction each. Killed anywhere, each database is old or new; one of
//! each is legal, told as `schema.mixed`, and finished by running again.

use drift_backup::{CreateOptions, Created, Hold, Reason, create};
use drift_db::{
    DatabaseKind, DatabaseState, ExclusiveLock, Inspection, LockName, MigrationEvent, MigrationPlan, Need,
    SafetySnapshot, WorkspacePaths, apply, copy, database_set, durable, free_bytes, inspect, lock_exclusive,
    rehearse,
};
use drift_gc::RetentionPolicy;
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::retain;
use super::recovery::{settle, sweep_staging};
use super::work::with_work;
use super::workspace::{Workspace, is_there, locate, none_at, unfinished};
use super::{Phase, Session, Unit, context, random};
use crate::error::{CommandError, ErrorCode};

/// Which databases go where.
#[derive(Clone, Debug)]
pub(crate) struct MigrateOptions {
    /// All, if empty.
    pub(crate) databases: Vec<DatabaseKind>,
    /// The latest, if `None`.
    pub(crate) to: Option<u32>,
    pub(crate) retention: RetentionPolicy,
}

impl MigrateOptions {
    /// Both databases to the latest schema.
    pub(super) fn to_latest(retention: &RetentionPolicy) -> MigrateOptions {
        MigrateOptions { databases: Vec::new(), to: None, retention: retention.clone() }
    }
}

/// What was done, or would be.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct MigrateReport {
    pub(crate) databases: Vec<MigratedView>,
    pub(crate) safety_backup: Option<String>,
}

/// The way of one database.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct MigratedView {
    pub(crate) name: &'static str,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) latest: u32,
    pub(crate) applied: Vec<&'static str>,
    pub(crate) pending: Vec<&'static str>,
}

/// Where each database is.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SchemaReport {
    pub(crate) databases: Vec<SchemaView>,
    pub(crate) safety_backup: Option<String>,
}

/// Where one database is.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SchemaView {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    pub(crate) latest: u32,
    pub(crate) applied: Vec<&'static str>,
    pub(crate) pending: Vec<&'static str>,
}

/// What [`run`] would do now. Changes nothing.
pub(crate) fn plan(
    session: &Session<'_>,
    options: &MigrateOptions,
) -> Result<Vec<MigrationPlan>, CommandError> {
    let workspace = Workspace::look(session, Need::Known)?;
    plans(&workspace.inspection, options)
}

/// `drift workspace migrate --status`, also for a schema that is newer than this drift.
pub(crate) fn status(session: &Session<'_>) -> Result<SchemaReport, CommandError> {
    let workspace = Workspace::look(session, Need::Known)?;
    let databases = versions(&workspace.inspection).map(|(kind, version)| {
        let names = || kind.migrations().iter().map(|migration| migration.name);
        SchemaView {
            name: kind.name(),
            version,
            latest: kind.latest(),
            applied: names().take(version as usize).collect(),
            pending: names().skip(version as usize).collect(),
        }
    });
    Ok(SchemaReport { databases: databases.collect(), safety_backup: None })
}

/// `drift workspace migrate`.
pub(crate) fn run(session: &Session<'_>, options: &MigrateOptions) -> Result<MigrateReport, CommandError> {
    let paths = locate(session.place)?;
    if !is_there(&paths.drift_dir())? {
        return Err(none_at(paths.root()));
    }
    let lock = lock_exclusive(&paths, LockName::Workspace, &session.lock_request())?;
    settle(session, &paths, &lock)?;
    sweep_staging(&paths, &lock)?;
    let inspection = inspect(&paths)?;
    inspection.usable(Need::Known)?;
    if !inspection.initialised() {
        return Err(unfinished(paths.root()));
    }
    let plans = plans(&inspection, options)?;
    drop(inspection);
    let safety = execute(session, &paths, &plans, &options.retention, &lock)?;
    let databases = plans.iter().map(|plan| view(plan, true)).collect();
    Ok(MigrateReport { databases, safety_backup: safety.map(|safety| safety.id) })
}

/// What a plan would do, for the dry run.
pub(crate) fn planned(plans: &[MigrationPlan]) -> MigrateReport {
    MigrateReport { databases: plans.iter().map(|plan| view(plan, false)).collect(), safety_backup: None }
}

/// Walks the plans that are not empty, safely. Returns the way back, if anything was done.
pub(super) fn execute(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    plans: &[MigrationPlan],
    retention: &RetentionPolicy,
    lock: &ExclusiveLock,
) -> Result<Option<SafetySnapshot>, CommandError> {
    let plans: Vec<&MigrationPlan> = plans.iter().filter(|plan| !plan.is_empty()).collect();
    if plans.is_empty() {
        return Ok(None);
    }
    preflight(paths, &plans)?;
    let safety = snapshot(session, paths, lock)?;
    tracing::info!(snapshot = safety.id, "took the safety snapshot");
    let staging = Staging::new(paths)?;
    let author = session.author();
    for plan in &plans {
        let phase = session.phase(&format!("rehearsing {}.db", plan.kind), None, Unit::Bytes);
        let watch =
            copy::Watch { advance: &|bytes| phase.advance(bytes), interrupt: session.interrupt.shared() };
        rehearse(paths, plan, &staging.dir, &author, watch)?;
        tracing::info!(database = %plan.kind, from = plan.from, to = plan.to, "rehearsed on a copy");
    }
    for plan in &plans {
        session.check()?;
        let phase = session.phase(&format!("migrating {}.db", plan.kind), None, Unit::Items);
        apply(paths, plan, &author, &mut |event| show(&phase, &event), &safety, lock)?;
        tracing::info!(database = %plan.kind, from = plan.from, to = plan.to, "migrated");
    }
    context::refresh(session, paths, lock);
    retain(session, paths, retention, &[]);
    Ok(Some(safety))
}

fn show(phase: &Phase<'_>, event: &MigrationEvent) {
    match event {
        MigrationEvent::Step { name, direction } => {
            phase.advance(1);
            tracing::info!(step = name, direction = direction.name(), "walked");
        }
        MigrationEvent::Rows { done, of } => tracing::debug!(done, of, "rows transformed"),
    }
}

/// Room for the way back, for the largest rehearsal, and for the pages that a walk may rewrite in the journal.
fn preflight(paths: &WorkspacePaths, plans: &[&MigrationPlan]) -> Result<(), CommandError> {
    let size = |kind: DatabaseKind| {
        let set = database_set(&paths.database(kind));
        set.iter().filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum::<u64>()
    };
    let all: u64 = DatabaseKind::WORKSPACE.into_iter().map(size).sum();
    let largest = plans.iter().map(|plan| size(plan.kind)).max().unwrap_or(0);
    // A walk that rebuilds a table doubles the copy, and writes as much again to the live journal.
    let needed = all + all / 10 + largest.saturating_mul(3);
    match free_bytes(&paths.drift_dir()) {
        Some(available) if available < needed => {
            let message = format!(
                "migrating needs {needed} bytes on the file system of {}, which has {available}",
                paths.drift_dir().display(),
            );
            let hint = "free some space, then run the command again; nothing was written";
            Err(CommandError::new(ErrorCode::NoSpace, message).with_hint(hint))
        }
        _ => Ok(()),
    }
}

/// Without a verified way back nothing is migrated.
fn snapshot(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    lock: &ExclusiveLock,
) -> Result<SafetySnapshot, CommandError> {
    let options = CreateOptions::new(Reason::SchemaMigration);
    match with_work(session, paths, |work| create(work, &options, Hold::Exclusive(lock)))? {
        Created::Snapshot(snapshot) => Ok(SafetySnapshot { id: snapshot.id().to_string() }),
        Created::Unchanged(id) => Ok(SafetySnapshot { id: id.to_string() }),
    }
}

fn versions(inspection: &Inspection) -> impl Iterator<Item = (DatabaseKind, u32)> + '_ {
    inspection.databases.iter().filter_map(|found| match found.state {
        DatabaseState::Known { version, .. } => Some((found.kind, version)),
        _ => None,
    })
}

/// The way of each database that is meant.
pub(super) fn plans(
    inspection: &Inspection,
    options: &MigrateOptions,
) -> Result<Vec<MigrationPlan>, CommandError> {
    let meant = |kind: DatabaseKind| options.databases.is_empty() || options.databases.contains(&kind);
    if options.to.is_some() && options.databases.len() != 1 {
        let message = "--to needs --database: each database counts its own versions";
        return Err(CommandError::usage(message).with_hint("add `--database drift` or `--database cortex`"));
    }
    (versions(inspection).filter(|(kind, _)| meant(*kind)))
        .map(|(kind, version)| Ok(MigrationPlan::new(kind, version, options.to)?))
        .collect()
}

fn view(plan: &MigrationPlan, done: bool) -> MigratedView {
    let steps: Vec<&'static str> = plan.steps().iter().map(|step| step.name).collect();
    let ahead = plan.kind.migrations().iter().skip(plan.to as usize).map(|migration| migration.name);
    let (applied, pending) = if done { (steps, ahead.collect()) } else { (Vec::new(), steps) };
    let latest = plan.kind.latest();
    MigratedView { name: plan.kind.name(), from: plan.from, to: plan.to, latest, applied, pending }
}

/// A directory for the rehearsals, gone when it is dropped.
struct Staging {
    dir: std::path::PathBuf,
}

impl Staging {
    fn new(paths: &WorkspacePaths) -> Result<Staging, CommandError> {
        durable::private_dir(&paths.staging())?;
        let dir = paths.staging().join(format!("migrate-{:016x}", random::number()));
        durable::private_dir(&dir)?;
        Ok(Staging { dir })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left is staging, and gc sweeps it.
        let _ = fs_err::remove_dir_all(&self.dir);
    }
}
