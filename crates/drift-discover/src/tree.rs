//! [`read_tree`]: one call that walks a tree and discovers its projects.
//!
//! What `init` and `scan` store and what `affected` and `check` look at afresh comes from here. The files'
//! content is left to [`crate::fingerprint()`], which needs the stored rows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::context::UNREADABLE;
use crate::disk::DiskSource;
use crate::evidence::Look;
use crate::files::{FileKind, Files, Stat};
use crate::language;
use crate::options::DiscoverOptions;
use crate::owner::Owners;
use crate::path::RepoPath;
use crate::problem::Problem;
use crate::walk::{Examine, OnEvent, Walk, WalkError, WalkOptions, walk_with};
use crate::{Discovery, Facts, ProjectGraph, discover};

/// How a tree is read.
#[derive(Clone, Debug, Default)]
pub struct TreeOptions {
    pub walk: WalkOptions,
    pub discover: DiscoverOptions,
}

/// Which files a reading of a tree examines besides finding them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examined {
    /// All, so that [`Files::stat`] can be compared with what was stored.
    Files,
    /// Manifests, which is enough to know the projects. Of most files that saves a system call.
    Manifests,
}

/// A work tree: its files, its projects, and what was wrong.
#[derive(Debug, Default)]
pub struct Tree {
    pub files: Arc<Files>,
    pub graph: ProjectGraph,
    pub facts: Facts,
    /// Which projects each file belongs to.
    pub owners: Owners,
    /// Of the walk and of discovery, sorted by file and line.
    pub problems: Vec<Problem>,
    /// Every file that the graph depends on, sorted by path.
    pub inputs: Vec<Input>,
    /// Everything that discovery looked at, for [`crate::evidence()`].
    pub looks: BTreeSet<Look>,
}

/// A file that the graph depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub path: RepoPath,
    /// As [`input_stat`] gives it; `None` if there is no such file, or it cannot be read.
    pub stat: Option<Stat>,
}

/// Reads the tree at `root`, an absolute path.
pub fn read_tree(
    root: &Path,
    options: &TreeOptions,
    examined: Examined,
    cancel: &AtomicBool,
    on: OnEvent,
) -> Result<Tree, WalkError> {
    let is_manifest = options.discover.manifests();
    let examine = match examined {
        Examined::Files => Examine::All,
        Examined::Manifests => Examine::Named(&is_manifest),
    };
    let walked = walk_with(root, &options.walk, None, examine, cancel, on)?;
    discover_tree(root, walked, &options.discover, cancel)
}

/// Discovers the projects of the tree at `root` that `walked` saw.
pub fn discover_tree(
    root: &Path,
    walked: Walk,
    options: &DiscoverOptions,
    cancel: &AtomicBool,
) -> Result<Tree, WalkError> {
    let source = DiskSource::new(root, &walked.files);
    let Discovery { mut graph, facts, mut problems, inputs } = discover(&source, options);
    if cancel.load(std::sync::atomic::Ordering::Relaxed) {
        return Err(WalkError::Cancelled);
    }
    let looks = source.into_looks();
    let owners = Owners::new(&graph);
    language::fill(&mut graph, &walked.files, &owners);
    problems.extend(walked.problems);
    problems.sort();
    let unreadable = problems.iter().filter(|problem| problem.code == UNREADABLE);
    let unreadable: BTreeSet<RepoPath> = unreadable.map(|problem| problem.file.clone()).collect();
    let inputs = (inputs.into_iter())
        .map(|path| {
            if unreadable.contains(&path) {
                Input { path, stat: None }
            } else {
                input(root, &walked.files, path)
            }
        })
        .collect();
    Ok(Tree { files: walked.files, graph, facts, owners, problems, inputs, looks })
}

/// What `status` compares to know whether the graph is stale. Symlinks are followed, as manifests are read.
pub fn input_stat(root: &Path, path: &RepoPath) -> Option<Stat> {
    fs::metadata(path.to_fs(root)).ok().filter(fs::Metadata::is_file).map(|metadata| Stat::of(&metadata))
}

/// The same for a file that was absent or could not be read: what is still unreadable is as it was.
pub fn input_stat_if_readable(root: &Path, path: &RepoPath) -> Option<Stat> {
    input_stat(root, path).filter(|_| fs::File::open(path.to_fs(root)).is_ok())
}

/// What the walk saw comes first: it was there before the manifest was read, so that a change in between
/// shows as stale.
fn input(root: &Path, files: &Files, path: RepoPath) -> Input {
    let walked = files.find(path.as_bytes()).filter(|&at| files.kind(at) == FileKind::Regular);
    let stat = walked.map(|at| files.stat(at)).filter(|stat| *stat != Stat::UNSEEN);
    let stat = stat.or_else(|| input_stat(root, &path));
    Input { path, stat }
}

#[cfg(test)]
mod tests;
