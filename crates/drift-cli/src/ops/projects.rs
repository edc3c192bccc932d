//! Projects: what the last scan found, and whether the manifests have changed since.

use drift_db::store::graph::{self, ProjectRow};
use drift_db::store::scan::{self, ManifestRow, Stamp};
use drift_db::{Database, DatabaseKind, Need, WorkspacePaths};
use drift_discover::{RepoPath, Stat, first_changed, input_stat_if_readable};
use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{self, ProblemView};
use super::workspace::Workspace;
use super::{Session, Warning};
use crate::error::CommandError;

/// The projects of the workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ProjectsReport {
    pub(crate) stale: bool,
    pub(crate) workspaces: Vec<NativeWorkspaceView>,
    pub(crate) projects: Vec<ProjectView>,
    pub(crate) problems: Vec<ProblemView>,
}

/// What the native tool calls a workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct NativeWorkspaceView {
    pub(crate) id: String,
    pub(crate) root: String,
    pub(crate) ecosystem: String,
    pub(crate) manager: String,
}

/// A project.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ProjectView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) version: Option<String>,
    pub(crate) ecosystem: String,
    pub(crate) workspace: Option<String>,
    pub(crate) manifest: String,
    pub(crate) private: bool,
    pub(crate) files: i64,
    pub(crate) languages: Vec<String>,
    pub(crate) frameworks: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) path_lossy: bool,
}

/// `drift workspace projects`.
pub(crate) fn run(session: &Session<'_>) -> Result<ProjectsReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let database = workspace.reader(DatabaseKind::Drift)?;
    let (manifests, workspaces, projects, problems) = database.read(|c| {
        Ok((scan::manifests(c)?, graph::workspaces(c)?, graph::projects(c)?, scan::problems(c)?))
    })?;
    if projects.is_empty() {
        warn_unless_scanned(session, &database)?;
    }
    Ok(ProjectsReport {
        stale: warn_if_stale(session, &workspace.paths, &manifests),
        workspaces: (workspaces.into_iter())
            .map(|w| NativeWorkspaceView {
                id: w.id,
                root: wire::path(&w.root),
                ecosystem: w.ecosystem,
                manager: w.manager,
            })
            .collect(),
        projects: projects.into_iter().map(view).collect(),
        problems: problems.iter().map(ProblemView::from).collect(),
    })
}

fn view(row: ProjectRow) -> ProjectView {
    ProjectView {
        path: wire::path(&row.path),
        manifest: wire::path(&row.manifest),
        path_lossy: std::str::from_utf8(&row.path.0).is_err(),
        id: row.id,
        name: row.name,
        version: row.version,
        ecosystem: row.ecosystem,
        workspace: row.workspace,
        private: row.private,
        files: row.files,
        languages: row.languages,
        frameworks: row.frameworks,
    }
}

/// Says in a warning that no project is known because nothing was looked at.
pub(super) fn warn_unless_scanned(session: &Session<'_>, database: &Database) -> Result<(), CommandError> {
    if database.read(scan::last)?.is_none() {
        let warning = Warning::new("scan.none", "nothing was scanned yet");
        session.warn(warning.with_hint("run `drift workspace scan`"));
    }
    Ok(())
}

/// Whether a file that the graph depends on is not as the last scan saw it; says so in one warning.
pub(super) fn warn_if_stale(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    manifests: &[ManifestRow],
) -> bool {
    let is_same = |at: usize, now: Option<Stat>| {
        let row = &manifests[at];
        let now = match row.stamp {
            // What is still unreadable is as it was.
            None if now.is_some() => {
                input_stat_if_readable(paths.root(), &RepoPath::new(&row.path.0).unwrap_or_default())
            }
            _ => now,
        };
        now.map(|stat| Stamp { size: stat.size as i64, mtime: stat.mtime_ns }) == row.stamp
    };
    let path = |at: usize| &*manifests[at].path.0;
    let Some(changed) = first_changed(paths.root(), manifests.len(), &path, &is_same) else { return false };
    let changed = &manifests[changed];
    let message = format!("{} has changed since the last scan", wire::path(&changed.path));
    session.warn(Warning::new("scan.stale", message).with_hint("run `drift workspace scan`"));
    true
}
