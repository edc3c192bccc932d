//! Finds the projects of a repository and how they depend on each other, by reading manifests alone.
//!
//! Two levels, one lowering: each ecosystem reads its own files in its own words (`ecosystem/`), and
//! `lower.rs` turns what they found into a [`ProjectGraph`].
//! Invariants: nothing found in a manifest is executed; what only running code could tell is a [`Problem`],
//! never a guess; a broken manifest never stops the rest.
//! Knows nothing about databases, configuration files, the terminal, the environment or the clock.

mod affected;
mod changed;
mod check;
mod context;
mod disk;
mod ecosystem;
mod evidence;
mod files;
mod fingerprint;
mod frameworks;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz;
mod git;
mod glob;
mod graph;
mod language;
mod lockfile;
mod lower;
mod mention;
mod options;
mod owner;
mod path;
mod problem;
mod requirement;
mod source;
mod tree;
mod walk;

use rayon::prelude::*;

use ecosystem::custom;

pub use affected::{Affected, AffectedInput, Reason, affected};
pub use changed::first_changed;
pub use check::{
    CheckInput, Counts, Finding, Gate, GateResult, Limits, Rule, Severity, check, health, workspace_health,
};
pub use context::{Context, MAX_MANIFEST_BYTES, MAX_NESTING};
pub use disk::DiskSource;
pub use ecosystem::custom::{CustomEcosystem, DependencyKeys, Format};
pub use ecosystem::{BUILTIN, Definition, Found, FoundProject, FoundWorkspace, Link, Range};
pub use evidence::{Look, evidence};
pub use files::{FileEntry, FileKind, Files, Stat, StoredFiles};
pub use fingerprint::{Changes, Fingerprint, Hashing, Work, fingerprint};
pub use git::{
    ChangeKind, ChangedFile, Git, GitError, Head, RevisionSource, Tracked, Vouch, Vouched, find_top,
};
pub use graph::{
    DeclaredRange, Ecosystem, Edge, EdgeKind, ExternalDependency, Facts, NativeWorkspace, Project,
    ProjectGraph, ProjectId,
};
pub use language::language_of;
pub use lockfile::{LockChange, LockText, MAX_LOCK_BYTES, PackageChange, Touched, is_lock_file, lock_change};
pub use mention::line_of;
pub use options::DiscoverOptions;
pub use owner::Owners;
pub use path::RepoPath;
pub use problem::Problem;
pub use source::{Entry, EntryKind, MemorySource, ReadError, Source};
pub use tree::{
    Examined, Input, Tree, TreeOptions, discover_tree, input_stat, input_stat_if_readable, read_tree,
};
pub use walk::{Event, OnEvent, Walk, WalkError, WalkMemory, WalkOptions, WalkedDir, walk, walk_again};

/// What discovery says of a repository.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    pub graph: ProjectGraph,
    pub facts: Facts,
    /// Sorted by file and line.
    pub problems: Vec<Problem>,
    /// Every file the result depends on, present or not, sorted: if none changed, neither would the graph.
    pub inputs: Vec<RepoPath>,
}

/// Reads all ecosystems of `source`.
pub fn discover(source: &dyn Source, options: &DiscoverOptions) -> Discovery {
    let context = Context::new(source, options, options.manifests());
    let own = options.ecosystems.par_iter();
    let own = own.map(|own| (Ecosystem(own.name.clone().into()), custom::find(&context, own)));
    let found = BUILTIN.par_iter().map(|def| (Ecosystem::of(def.name), (def.find)(&context)));
    let found = found.chain(own).collect();
    let (graph, facts) = lower::lower(found, context.exclusions());
    let (inputs, problems) = context.finish();
    Discovery { graph, facts, problems, inputs }
}
