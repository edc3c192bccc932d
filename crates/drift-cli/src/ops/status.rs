//! Status: the state of the workspace on one screen, read off stored counts, never counted.

use std::collections::BTreeMap;

use drift_backup::SnapshotStore;
use drift_db::store::scan::{self, ScanRow};
use drift_db::store::summary::{self, LastResult};
use drift_db::store::workspace;
use drift_db::{
    DatabaseKind, DatabaseState, FoundDatabase, LockName, Need, WorkspacePaths, database_set, holder, intent,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::Session;
use super::advice::{Advice, Facts, advise};
use super::context::old_schemas;
use super::projects::warn_if_stale;
use super::workspace::Workspace;
use crate::error::CommandError;

/// The state of the workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct StatusReport {
    pub(crate) root: String,
    pub(crate) name: Option<String>,
    pub(crate) stale: bool,
    /// By database.
    /// Not `schema`: that names the document.
    pub(crate) schemas: BTreeMap<&'static str, SchemaView>,
    pub(crate) last_scan: Option<ScanView>,
    pub(crate) projects: i64,
    pub(crate) edges: i64,
    pub(crate) files: i64,
    pub(crate) problems: i64,
    pub(crate) backups: BackupsView,
    pub(crate) locks: Vec<LockView>,
    /// Of the databases with their sidecars.
    pub(crate) size_bytes: u64,
    /// The newest check that was recorded.
    pub(crate) last_check: Option<CheckView>,
    /// What to do next, the most important first.
    pub(crate) advice: Vec<Advice>,
}

/// A recorded check.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CheckView {
    pub(crate) at: String,
    /// 0 to 100.
    pub(crate) health: u8,
    /// `pass` or `fail`.
    pub(crate) gate: String,
}

/// The schema of a database.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SchemaView {
    pub(crate) version: u32,
    pub(crate) latest: u32,
}

/// The newest scan.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ScanView {
    pub(crate) at: String,
    pub(crate) command: String,
    pub(crate) git_head: Option<String>,
    pub(crate) git_branch: Option<String>,
}

/// The snapshots beside the workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct BackupsView {
    pub(crate) count: usize,
    pub(crate) latest: Option<String>,
    /// When the latest was taken.
    pub(crate) latest_at: Option<String>,
}

/// An exclusive lock that is held.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct LockView {
    pub(crate) name: String,
    pub(crate) pid: u32,
    pub(crate) command: String,
    pub(crate) since: String,
}

/// `drift workspace status`.
pub(crate) fn run(session: &Session<'_>) -> Result<StatusReport, CommandError> {
    let mut workspace = Workspace::look(session, Need::Known)?;
    let old_schemas = old_schemas(session, &workspace);
    let schemas = schemas(&workspace);
    let database = workspace.reader(DatabaseKind::Drift)?;
    let (identity, last, manifests, check) = database
        .read(|c| Ok((workspace::get(c)?, scan::last(c)?, scan::manifests(c)?, summary::last_result(c)?)))?;
    let paths = &workspace.paths;
    let counts = last.clone().unwrap_or_default();
    let catalog = SnapshotStore::open(paths)?.catalog()?;
    let facts = Facts {
        interrupted: intent::read(paths)?.map(|pending| pending.operation.name()),
        old_schemas,
        scanned: last.is_some(),
        stale: warn_if_stale(session, paths, &manifests),
        gate_failed: check.as_ref().is_some_and(|check| check.gate == "fail"),
        problems: counts.problems,
        snapshots: catalog.snapshots.len(),
        damaged_snapshots: catalog.skipped.len(),
    };
    Ok(StatusReport {
        root: paths.root().display().to_string(),
        name: identity.map(|row| row.name),
        stale: facts.stale,
        schemas,
        last_scan: last.map(scan_view),
        projects: counts.projects,
        edges: counts.edges,
        files: counts.files,
        problems: counts.problems,
        backups: BackupsView {
            count: catalog.snapshots.len(),
            latest: catalog.latest().map(|snapshot| snapshot.id().to_string()),
            latest_at: catalog.latest().map(|snapshot| snapshot.header.created_at.to_string()),
        },
        locks: locks(paths),
        size_bytes: size(paths),
        last_check: check.map(|LastResult { checked_at: at, health, gate }| CheckView { at, health, gate }),
        advice: advise(&facts),
    })
}

fn schemas(workspace: &Workspace) -> BTreeMap<&'static str, SchemaView> {
    let view = |found: &FoundDatabase| match found.state {
        DatabaseState::Known { version, .. } => {
            Some((found.kind.name(), SchemaView { version, latest: found.kind.latest() }))
        }
        _ => None,
    };
    workspace.inspection.databases.iter().filter_map(view).collect()
}

fn scan_view(scan: ScanRow) -> ScanView {
    ScanView {
        at: scan.started_at,
        command: scan.command,
        git_head: scan.git_head,
        git_branch: scan.git_branch,
    }
}

fn locks(paths: &WorkspacePaths) -> Vec<LockView> {
    // This command itself holds workspace.lock shared, so nobody holds it exclusively.
    [LockName::Writer, LockName::Catalog]
        .into_iter()
        .filter_map(|name| {
            let holder = holder(paths, name)?;
            Some(LockView {
                name: name.to_string(),
                pid: holder.pid,
                command: holder.command,
                since: holder.since,
            })
        })
        .collect()
}

fn size(paths: &WorkspacePaths) -> u64 {
    let files = DatabaseKind::WORKSPACE.into_iter().flat_map(|kind| database_set(&paths.database(kind)));
    files.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
}
