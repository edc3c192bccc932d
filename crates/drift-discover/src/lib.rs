//! Finds the projects of a repository and how they depend on each other, by reading manifests alone.
//!
//! Two levels, one lowering: each ecosystem reads its own files in its own words (`ecosystem/`), and
//! `lower.rs` turns what they found into a [`ProjectGraph`].
//! Invariants: nothing found in a manifest is executed; what only running code could tell is a [`Problem`],
//! never a guess; a broken manifest never stops the rest.
//! Knows nothing about databases, configuration files, the terminal, the environment or the clock.

mod context;
mod ecosystem;
mod frameworks;
mod glob;
mod graph;
mod lower;
mod options;
mod path;
mod problem;
mod source;

use rayon::prelude::*;

pub use context::{Context, MAX_MANIFEST_BYTES, MAX_NESTING};
pub use ecosystem::{BUILTIN, Definition, Found, FoundProject, FoundWorkspace, Link};
pub use graph::{
    Ecosystem, Edge, EdgeKind, ExternalDependency, NativeWorkspace, Project, ProjectGraph, ProjectId,
};
pub use options::DiscoverOptions;
pub use path::RepoPath;
pub use problem::Problem;
pub use source::{Entry, EntryKind, MemorySource, ReadError, Source};

/// What discovery says of a repository.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    pub graph: ProjectGraph,
    /// Sorted by file and line.
    pub problems: Vec<Problem>,
    /// Every file the result depends on, present or not, sorted: if none changed, neither would the graph.
    pub inputs: Vec<RepoPath>,
}

/// Reads all ecosystems of `source`.
pub fn discover(source: &dyn Source, options: &DiscoverOptions) -> Discovery {
    let context = Context::new(source, options, |name| BUILTIN.iter().any(|def| (def.is_manifest)(name)));
    let found = BUILTIN.par_iter().map(|def| (Ecosystem::of(def.name), (def.find)(&context))).collect();
    let graph = lower::lower(found, options);
    let (inputs, problems) = context.finish();
    Discovery { graph, problems, inputs }
}
