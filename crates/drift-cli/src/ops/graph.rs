//! Graph: the projects of the last scan and the edges between them, or the part that is asked for.
//!
//! Projects are places in a list until the very end: a graph of thousands is asked for by shells at every prompt.

mod document;
mod query;

use std::collections::HashMap;

use drift_db::store::graph::{self, NodeRow};
use drift_db::store::scan;
use drift_db::{DatabaseKind, Need};

use super::project::{self, Known};
use super::projects::{warn_if_stale, warn_unless_scanned};
use super::workspace::Workspace;
use super::{Session, wire};
use crate::error::CommandError;

pub(crate) use document::NodeView;
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

/// The graph of the workspace; nodes are named by their places.
#[derive(Debug)]
pub(crate) struct GraphReport {
    pub(crate) stale: bool,
    /// By id.
    pub(crate) nodes: Vec<NodeView>,
    /// Sorted.
    pub(crate) edges: Vec<Edge>,
    pub(crate) links: Links,
    /// The shortest chains, if they were asked for.
    pub(crate) chains: Option<Vec<Vec<usize>>>,
    /// The nodes from which a tree of it hangs.
    pub(crate) roots: Vec<usize>,
}

/// A declared dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: Box<str>,
}

/// `drift workspace graph`.
pub(crate) fn run(session: &Session<'_>, options: &GraphOptions) -> Result<GraphReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let database = workspace.reader(DatabaseKind::Drift)?;
    let (manifests, nodes, edges) = database.read(|c| {
        let nodes = graph::nodes(c)?;
        let places: HashMap<i64, usize> = nodes.iter().map(|node| node.key).zip(0..).collect();
        let mut edges = Vec::new();
        graph::for_each_edge(c, |from, to, kind| {
            // Rows come from a file that others can write: an edge may lead to a project that is gone.
            if let (Some(&from), Some(&to)) = (places.get(&from), places.get(&to)) {
                edges.push(Edge { from, to, kind: kind.into() });
            }
        })?;
        edges.sort_unstable();
        Ok((scan::manifests(c)?, nodes, edges))
    })?;
    if nodes.is_empty() {
        warn_unless_scanned(session, &database)?;
    }
    let stale = warn_if_stale(session, &workspace.paths, &manifests);
    let nodes = nodes.into_iter().map(node).collect();
    select(GraphReport::new(stale, nodes, edges), options)
}

fn node(row: NodeRow) -> NodeView {
    NodeView { path: wire::path(&row.path), id: row.id, name: row.name, ecosystem: row.ecosystem }
}

impl GraphReport {
    fn new(stale: bool, nodes: Vec<NodeView>, edges: Vec<Edge>) -> GraphReport {
        let links = Links::new(nodes.len(), edges.iter().map(|edge| (edge.from, edge.to)));
        GraphReport { stale, nodes, edges, links, chains: None, roots: Vec::new() }
    }

    /// The edges between two nodes.
    pub(crate) fn between(&self, from: usize, to: usize) -> &[Edge] {
        let start = self.edges.partition_point(|edge| (edge.from, edge.to) < (from, to));
        let count = self.edges[start..].iter().take_while(|edge| (edge.from, edge.to) == (from, to)).count();
        &self.edges[start..start + count]
    }

    fn find(&self, given: &str) -> Result<usize, CommandError> {
        let known: Vec<Known<'_>> = (self.nodes.iter())
            .map(|node| Known { id: &node.id, path: &node.path, name: node.name.as_deref() })
            .collect();
        project::find(given, &known)
    }

    /// What is left of it with the nodes that `keep` marks, and of their edges those that `is_kept`.
    fn part(self, keep: &[bool], is_kept: impl Fn(&Edge) -> bool) -> (GraphReport, Vec<Option<usize>>) {
        let mut next = 0;
        let places: Vec<Option<usize>> = (keep.iter())
            .map(|&keep| {
                keep.then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let edges = (self.edges.into_iter())
            .filter(is_kept)
            .filter_map(|edge| Some(Edge { from: places[edge.from]?, to: places[edge.to]?, ..edge }))
            .collect();
        let nodes = self.nodes.into_iter().zip(keep).filter(|(_, keep)| **keep).map(|(node, _)| node);
        (GraphReport::new(self.stale, nodes.collect(), edges), places)
    }
}

/// Keeps the part that is asked for.
fn select(whole: GraphReport, options: &GraphOptions) -> Result<GraphReport, CommandError> {
    match &options.part {
        Part::Between { from, to } => {
            let start = from.as_deref().map(|given| whole.find(given)).transpose()?;
            let to = to.as_deref().map(|given| whole.find(given)).transpose()?;
            let keep = between(&whole.links, start, to, options);
            let (mut part, places) = match keep.contains(&false) {
                true => whole.part(&keep, |_| true),
                false => (whole, (0..keep.len()).map(Some).collect()),
            };
            part.roots = match start.and_then(|start| places[start]) {
                Some(start) => vec![start],
                None => part.links.roots(options.direction),
            };
            Ok(part)
        }
        Part::Why { from, to } => {
            let mut chains = whole.links.chains(whole.find(from)?, whole.find(to)?, MAX_CHAINS);
            let mut keep = vec![false; whole.nodes.len()];
            chains.iter().flatten().for_each(|&node| keep[node] = true);
            let steps: Vec<[usize; 2]> =
                chains.iter().flat_map(|chain| chain.windows(2)).map(|step| [step[0], step[1]]).collect();
            let (part, places) = whole.part(&keep, |edge| steps.contains(&[edge.from, edge.to]));
            chains.iter_mut().flatten().for_each(|node| *node = places[*node].unwrap_or(*node));
            let roots = part.links.roots(options.direction);
            Ok(GraphReport { chains: Some(chains), roots, ..part })
        }
    }
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
