//! Repair: what verify found, mended where that loses nothing: a plan first, then the plan done.
//!
//! A damaged database is replaced by the newest snapshot that passes its checks, through the restore that keeps
//! what was live; an index is rebuilt from its table. Nothing here touches drift.toml.

use std::collections::BTreeMap;
use std::fmt;

use drift_backup::{Snapshot, SnapshotStore};
use drift_db::store::{event, memory};
use drift_db::{DatabaseKind, LockName, Need, WorkspacePaths, durable, inspect, lock_exclusive, lock_shared};
use drift_gc::RetentionPolicy;
use schemars::JsonSchema;
use serde::Serialize;

use super::recovery::{settle, sweep_staging};
use super::restore::{self, RestoreOptions};
use super::verify::{self, FindingView, VerifyOptions};
use super::work::with_work;
use super::workspace::{is_there, locate, unfinished};
use super::{Session, context};
use crate::error::CommandError;

/// One step of a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    FinishIntent,
    /// Those that come from one snapshot go live together.
    Restore {
        snapshot: String,
        databases: Vec<DatabaseKind>,
    },
    RebuildIndex,
    RebuildContext,
    Restrict,
    SweepStaging,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::FinishIntent => f.write_str("finish or undo the change that was interrupted"),
            Step::Restore { snapshot, databases } => {
                let names: Vec<&str> = databases.iter().map(|kind| kind.file_name()).collect();
                write!(f, "restore {} from snapshot {snapshot}", names.join(" and "))
            }
            Step::RebuildIndex => f.write_str("rebuild the full-text index of cortex.db"),
            Step::RebuildContext => f.write_str("rebuild the context from the tables of drift.db"),
            Step::Restrict => f.write_str("take others their rights to .drift and .drift-backups"),
            Step::SweepStaging => f.write_str("remove what interrupted commands left in .drift/tmp"),
        }
    }
}

/// What would be done.
#[derive(Debug)]
pub(crate) struct RepairPlan {
    steps: Vec<Step>,
    level: &'static str,
    findings: Vec<FindingView>,
}

/// What was done, or would be.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct RepairReport {
    pub(crate) dry_run: bool,
    pub(crate) level: &'static str,
    pub(crate) plan: Vec<String>,
    pub(crate) done: Vec<String>,
    pub(crate) healthy: bool,
    /// What is still wrong.
    pub(crate) findings: Vec<FindingView>,
}

impl RepairPlan {
    /// Whether there is nothing that a repair could do.
    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps, for people.
    pub(crate) fn describe(&self) -> Vec<String> {
        self.steps.iter().map(Step::to_string).collect()
    }

    /// The plan as a report of nothing done.
    pub(crate) fn into_report(self, dry_run: bool) -> RepairReport {
        RepairReport {
            dry_run,
            level: self.level,
            plan: self.describe(),
            done: Vec::new(),
            healthy: !self.findings.iter().any(FindingView::is_error),
            findings: self.findings,
        }
    }
}

/// Verifies, and looks what could be mended. Changes nothing.
pub(crate) fn plan(session: &Session<'_>, options: &VerifyOptions) -> Result<RepairPlan, CommandError> {
    let report = verify::run(session, options)?;
    let paths = locate(session.place)?;
    let mut steps = Vec::new();
    let has = |code: &str| report.findings.iter().any(|finding| finding.code == code);
    if has("intent.pending") {
        steps.push(Step::FinishIntent);
    }
    let mut sources: BTreeMap<String, Vec<DatabaseKind>> = BTreeMap::new();
    let newer = has("schema.newer");
    for kind in DatabaseKind::WORKSPACE {
        let damaged = |finding: &FindingView| {
            finding.database == Some(kind) && finding.is_error() && finding.code != "fts.out_of_step"
        };
        // A newer drift wrote it: its rows are whole, and not this one's to replace.
        if !newer
            && report.findings.iter().any(damaged)
            && let Some(good) = newest_good(session, &paths, kind)?
        {
            sources.entry(good.id().to_string()).or_default().push(kind);
        }
    }
    steps.extend(sources.into_iter().map(|(snapshot, databases)| Step::Restore { snapshot, databases }));
    if has("fts.out_of_step") {
        steps.push(Step::RebuildIndex);
    }
    if has("context.out_of_step") {
        steps.push(Step::RebuildContext);
    }
    if has("fs.permissions") {
        steps.push(Step::Restrict);
    }
    if fs_err::read_dir(paths.staging()).is_ok_and(|mut entries| entries.next().is_some()) {
        steps.push(Step::SweepStaging);
    }
    Ok(RepairPlan { steps, level: report.level, findings: report.findings })
}

/// The newest snapshot of `kind` that is what it was, hash and structure.
fn newest_good(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    kind: DatabaseKind,
) -> Result<Option<Snapshot>, CommandError> {
    let catalog = SnapshotStore::open(paths)?.catalog()?;
    for snapshot in catalog.snapshots.into_iter().rev() {
        let holds = snapshot.header.databases.iter().any(|database| database.kind == kind);
        if holds && with_work(session, paths, |work| drift_backup::verify(&snapshot, work))?.is_empty() {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

/// Does what was planned, and verifies again.
pub(crate) fn apply(
    session: &Session<'_>,
    plan: &RepairPlan,
    options: &VerifyOptions,
    retention: &RetentionPolicy,
) -> Result<RepairReport, CommandError> {
    let paths = locate(session.place)?;
    let mut done = Vec::new();
    for step in &plan.steps {
        session.check()?;
        match step {
            Step::FinishIntent => {
                let lock = lock_exclusive(&paths, LockName::Workspace, &session.lock_request())?;
                settle(session, &paths, &lock)?;
            }
            Step::Restore { snapshot, databases } => restore_from(session, snapshot, databases, retention)?,
            Step::RebuildIndex => rebuild_index(session, &paths)?,
            Step::RebuildContext => context::rebuild(session, &paths)?,
            Step::Restrict => restrict(&paths)?,
            Step::SweepStaging => sweep(session, &paths)?,
        }
        done.push(step.to_string());
    }
    let after = verify::run(session, options)?;
    Ok(RepairReport {
        dry_run: false,
        level: after.level,
        plan: plan.describe(),
        done,
        healthy: after.healthy,
        findings: after.findings,
    })
}

fn restore_from(
    session: &Session<'_>,
    snapshot: &str,
    databases: &[DatabaseKind],
    retention: &RetentionPolicy,
) -> Result<(), CommandError> {
    let (id, databases) = (snapshot.to_owned(), databases.to_vec());
    let options = RestoreOptions { id, databases, retention: retention.clone() };
    restore::apply(session, &restore::plan(session, &options)?, retention).map(drop)
}

fn rebuild_index(session: &Session<'_>, paths: &WorkspacePaths) -> Result<(), CommandError> {
    let _shared = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
    let writer = lock_exclusive(paths, LockName::Writer, &session.lock_request())?;
    let mut inspection = inspect(paths)?;
    for found in inspection.databases.iter().filter(|found| found.kind == DatabaseKind::Cortex) {
        inspection.usable_one(found, Need::Known)?;
    }
    let startup = session.databases.startup;
    inspection.check_one(DatabaseKind::Cortex, startup, session.interrupt.shared(), &writer)?;
    let cortex = inspection.writer(DatabaseKind::Cortex, &writer)?.ok_or_else(|| unfinished(paths.root()))?;
    let detail = serde_json::json!({ "rebuilt": "memory_fts" });
    let now = session.now.to_string();
    cortex.write(|tx| -> Result<(), CommandError> {
        tx.run(|c| memory::rebuild_index(c).and_then(|()| event::append(c, &now, "repair", &detail)))?;
        Ok(())
    })
}

fn restrict(paths: &WorkspacePaths) -> Result<(), CommandError> {
    for dir in [paths.drift_dir(), paths.backups_dir()] {
        if is_there(&dir)? {
            durable::restrict(&dir)?;
        }
    }
    Ok(())
}

fn sweep(session: &Session<'_>, paths: &WorkspacePaths) -> Result<(), CommandError> {
    let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
    sweep_staging(paths, &lock)
}
