//! Graph: the projects of the last scan and the edges between them, or the part that is asked for.

mod query;

use std::collections::{HashMap, HashSet};

use drift_db::store::{graph, scan};
use drift_db::{DatabaseKind, Need};
use schemars::JsonSchema;
use serde::Serialize;

use super::project::{self, Known};
use super::projects::{warn_if_stale, warn_unless_scanned};
use super::workspace::Workspace;
use super::{Session, wire};
use crate::error::CommandError;

pub(crate) use query::{Direction, Links};

/// More chains than these help nobody.
const MAX_CHAINS: usize = 20;

/// Which part of the graph. Projects are named by id, path or unique name.
#[derive(Clone, Debug)]
pub(crate) struct GraphOptions {
    pub(crate) part: Part,
    /// The way that the part is looked at: from its roots down.
    pub(crate) direction: Direction,
    /// How many steps; `None` for all.
    pub(crate) depth: Option<usize>,
}

/// A part of the graph.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// What lies between the two, where they are given, in the direction that is asked for.
    Between { from: Option<String>, to: Option<String> },
    /// The shortest chains from one to the other.
    Why { from: String, to: String },
}

/// The graph of the workspace.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct GraphReport {
    pub(crate) stale: bool,
    pub(crate) nodes: Vec<NodeView>,
    pub(crate) edges: Vec<EdgeView>,
    /// The projects that depend on each other in a circle, by ids.
    pub(crate) cycles: Vec<Vec<String>>,
    /// The ids along each of the shortest chains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chains: Option<Vec<Vec<String>>>,
    /// The places of the nodes from which a tree of it hangs.
    #[serde(skip)]
    pub(crate) roots: Vec<usize>,
}

/// A project.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct NodeView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) ecosystem: String,
}

/// A declared dependency, by ids.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
pub(crate) struct EdgeView {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) kind: String,
}

/// `drift workspace graph`.
pub(crate) fn run(session: &Session<'_>, options: &GraphOptions) -> Result<GraphReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let database = workspace.reader(DatabaseKind::Drift)?;
    let (manifests, projects, edges) =
        database.read(|c| Ok((scan::manifests(c)?, graph::projects(c)?, graph::edges(c)?)))?;
    if projects.is_empty() {
        warn_unless_scanned(session, &database)?;
    }
    let stale = warn_if_stale(session, &workspace.paths, &manifests);
    let nodes: Vec<NodeView> = (projects.into_iter())
        .map(|p| NodeView { path: wire::path(&p.path), id: p.id, name: p.name, ecosystem: p.ecosystem })
        .collect();
    // Rows come from a file that others can write: an edge may lead to a project that is gone.
    let ids: HashSet<&str> = nodes.iter().map(|node| &*node.id).collect();
    let edges = (edges.into_iter())
        .filter(|edge| ids.contains(&*edge.from) && ids.contains(&*edge.to))
        .map(|e| EdgeView { from: e.from, to: e.to, kind: e.kind })
        .collect();
    let cycles = Vec::new();
    select(GraphReport { stale, nodes, edges, cycles, chains: None, roots: Vec::new() }, options)
}

impl GraphReport {
    /// The graph by places in `nodes`.
    pub(crate) fn links(&self) -> Links {
        let places: HashMap<&str, usize> = self.nodes.iter().map(|node| &*node.id).zip(0..).collect();
        let edges = self.edges.iter().map(|edge| (places[&*edge.from], places[&*edge.to]));
        Links::new(self.nodes.len(), edges)
    }

    fn find(&self, given: &str) -> Result<usize, CommandError> {
        let known: Vec<Known<'_>> = (self.nodes.iter())
            .map(|node| Known { id: &node.id, path: &node.path, name: node.name.as_deref() })
            .collect();
        project::find(given, &known)
    }
}

/// Keeps the part that is asked for.
fn select(whole: GraphReport, options: &GraphOptions) -> Result<GraphReport, CommandError> {
    let links = whole.links();
    let mut start = None;
    let (keep, chains) = match &options.part {
        Part::Between { from, to } => {
            start = from.as_deref().map(|given| whole.find(given)).transpose()?;
            let to = to.as_deref().map(|given| whole.find(given)).transpose()?;
            (between(&links, start, to, options), None)
        }
        Part::Why { from, to } => {
            let chains = links.chains(whole.find(from)?, whole.find(to)?, MAX_CHAINS);
            let mut keep = vec![false; whole.nodes.len()];
            chains.iter().flatten().for_each(|&node| keep[node] = true);
            (keep, Some(chains))
        }
    };
    let id = |node: usize| whole.nodes[node].id.clone();
    let chains: Option<Vec<Vec<String>>> =
        chains.map(|chains| chains.into_iter().map(|chain| chain.into_iter().map(id).collect()).collect());
    let kept: HashSet<&str> =
        whole.nodes.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(node, _)| &*node.id).collect();
    let steps: Option<HashSet<(&str, &str)>> = chains.as_ref().map(|chains| {
        chains.iter().flat_map(|chain| chain.windows(2)).map(|step| (&*step[0], &*step[1])).collect()
    });
    let is_kept = |edge: &&EdgeView| match &steps {
        Some(steps) => steps.contains(&(&*edge.from, &*edge.to)),
        None => kept.contains(&*edge.from) && kept.contains(&*edge.to),
    };
    let mut part = GraphReport {
        stale: whole.stale,
        nodes: whole.nodes.iter().filter(|node| kept.contains(&*node.id)).cloned().collect(),
        edges: whole.edges.iter().filter(is_kept).cloned().collect(),
        cycles: Vec::new(),
        chains: chains.clone(),
        roots: Vec::new(),
    };
    let links = part.links();
    let start = start.and_then(|start| part.nodes.iter().position(|node| node.id == whole.nodes[start].id));
    part.roots = start.map_or_else(|| links.roots(options.direction), |start| vec![start]);
    let ids = |circle: Vec<usize>| circle.into_iter().map(|node| part.nodes[node].id.clone()).collect();
    part.cycles = links.circles().into_iter().map(ids).collect();
    Ok(part)
}

/// Whether each node is on a way from `from` to `to`; without them, from the roots, and to anywhere.
fn between(links: &Links, from: Option<usize>, to: Option<usize>, options: &GraphOptions) -> Vec<bool> {
    let way = options.direction;
    let down = |starts: &[usize]| links.distances(starts.iter().copied(), way, options.depth);
    let up = |depth| to.map(|to| links.distances([to], way.reversed(), depth));
    let (below, above) = match (from, to) {
        (Some(from), _) => (down(&[from]), up(None)),
        // Nothing else says where to count from.
        (None, Some(_)) => (links.distances(links.roots(way), way, None), up(options.depth)),
        (None, None) => (down(&links.roots(way)), None),
    };
    let leads = |node: usize| above.as_ref().is_none_or(|above| above[node].is_some());
    below.iter().enumerate().map(|(node, below)| below.is_some() && leads(node)).collect()
}
