//! Graph: the projects of the last scan and the edges between them.

use drift_db::store::{graph, scan};
use drift_db::{DatabaseKind, Need};
use serde::Serialize;

use super::projects::warn_if_stale;
use super::workspace::Workspace;
use super::{Session, wire};
use crate::error::CommandError;

/// The graph of the workspace.
#[derive(Debug, Serialize)]
pub(crate) struct GraphReport {
    pub(crate) stale: bool,
    pub(crate) nodes: Vec<NodeView>,
    pub(crate) edges: Vec<EdgeView>,
}

/// A project.
#[derive(Debug, Serialize)]
pub(crate) struct NodeView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) ecosystem: String,
}

/// A declared dependency, by ids.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct EdgeView {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) kind: String,
}

/// `drift workspace graph`.
pub(crate) fn run(session: &Session<'_>) -> Result<GraphReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let database = workspace.reader(DatabaseKind::Drift)?;
    let (manifests, projects, edges) =
        database.read(|c| Ok((scan::manifests(c)?, graph::projects(c)?, graph::edges(c)?)))?;
    Ok(GraphReport {
        stale: warn_if_stale(session, &workspace.paths, &manifests),
        nodes: (projects.into_iter())
            .map(|p| NodeView { path: wire::path(&p.path), id: p.id, name: p.name, ecosystem: p.ecosystem })
            .collect(),
        edges: edges.into_iter().map(|e| EdgeView { from: e.from, to: e.to, kind: e.kind }).collect(),
    })
}
