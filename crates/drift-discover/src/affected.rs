//! [`affected`]: which projects a set of changed files touches, and why.
//!
//! Pure: what changed is given, contents come through a [`Source`]. Directly affected are the owners of
//! changed files, the projects that use a package which a lock file changed, all projects a changed global
//! file concerns, and those that depended on a project which is gone. From there every reverse dependency is
//! followed, but those of kind peer.
//! Invariant: whatever cannot be told exactly widens the result, never narrows it, and the reason says so.

mod globals;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::git::{ChangeKind, ChangedFile};
use crate::graph::{Edge, EdgeKind, ProjectGraph, ProjectId};
use crate::lockfile::{self, LockChange, LockText, MAX_LOCK_BYTES, PackageChange, Touched};
use crate::owner::Owners;
use crate::path::RepoPath;
use crate::problem::Problem;
use crate::source::{ReadError, Source};
use globals::Globals;

/// What is asked.
pub struct AffectedInput<'a> {
    /// The tree that changed and its projects.
    pub head: (&'a dyn Source, &'a ProjectGraph),
    /// The tree it is compared with and its projects, where there is one.
    pub base: Option<(&'a dyn Source, &'a ProjectGraph)>,
    /// The files that differ between the two.
    pub changed: &'a [ChangedFile],
    /// Patterns of files that concern every project, in order; `!` takes back, the last that matches counts.
    pub globals: &'a [String],
    /// How many steps of dependents are followed; `None` for all.
    pub depth: Option<usize>,
}

/// A project that the changes touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    pub project: ProjectId,
    /// At least one: first what changed, then what it depends on.
    pub reasons: Vec<Reason>,
}

/// Why a project is affected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A file that it owns changed.
    File { path: RepoPath, change: ChangeKind },
    /// A file that concerns every project changed.
    Global { path: RepoPath, pattern: String, named_by: Option<RepoPath> },
    /// It uses packages that a lock file changed.
    Lockfile { file: RepoPath, packages: Vec<PackageChange> },
    /// A lock file changed and does not tell who is touched.
    WholeLockfile { file: RepoPath, because: String },
    /// It depended on a project that is gone.
    Deleted { project: ProjectId, kind: EdgeKind },
    /// It depends on an affected project.
    Dependency { project: ProjectId, kind: EdgeKind },
}

impl Reason {
    /// The name in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::File { .. } => "file",
            Reason::Global { .. } => "global",
            Reason::Lockfile { .. } => "lockfile",
            Reason::WholeLockfile { .. } => "lockfile_everything",
            Reason::Deleted { .. } => "deleted",
            Reason::Dependency { .. } => "dependency",
        }
    }
}

/// The affected projects, sorted by id, and what of the global patterns could not be read.
pub fn affected(input: &AffectedInput) -> (Vec<Affected>, Vec<Problem>) {
    let (source, graph) = input.head;
    let (globals, problems) = Globals::new(source, graph, input.globals);
    let locks = lock_changes(input);
    let mut direct = Direct::default();
    let locked: HashSet<&RepoPath> = locks.iter().map(|lock| &lock.file).collect();
    let owners = Owners::new(graph);
    // Only a submodule is a changed path that is a project or has one below it.
    let above: HashSet<RepoPath> =
        graph.projects.iter().flat_map(|project| project.path.ancestors()).collect();
    let base = input.base.map(|(_, base)| (base, Owners::new(base)));
    let present: HashMap<&ProjectId, usize> =
        graph.projects.iter().enumerate().map(|(at, project)| (&project.id, at)).collect();
    for file in input.changed {
        for (project, pattern, named_by) in globals.concerned(&file.path) {
            let (path, pattern) = (file.path.clone(), pattern.to_owned());
            direct.add(project, Reason::Global { path, pattern, named_by: named_by.cloned() });
        }
        // What a lock file means its content says, not its place.
        if locked.contains(&file.path) {
            continue;
        }
        let reason = || Reason::File { path: file.path.clone(), change: file.kind };
        match &base {
            // A deleted file belonged to who owned it then, which may be gone with it.
            Some((base, owners)) if file.kind == ChangeKind::Deleted => {
                for &owner in owners.of(file.path.as_bytes()) {
                    if present.contains_key(&base.projects[owner].id) {
                        direct.add(&base.projects[owner].id, reason());
                    }
                }
            }
            _ => {
                for at in owners_of(&owners, graph, &above, &file.path) {
                    direct.add(&graph.projects[at].id, reason());
                }
            }
        }
    }
    for lock in &locks {
        direct.add_lock(lock, &present);
    }
    if let Some((base, _)) = &base {
        for (edge, project) in gone(base, &present, input.changed) {
            direct.add(&edge.from, Reason::Deleted { project: project.clone(), kind: edge.kind });
        }
    }
    (close(direct, graph, input.depth), problems)
}

/// What is affected by itself.
#[derive(Default)]
struct Direct(BTreeMap<ProjectId, BTreeSet<Reason>>);

impl Direct {
    fn add(&mut self, project: &ProjectId, reason: Reason) {
        match self.0.get_mut(project) {
            Some(reasons) => {
                reasons.insert(reason);
            }
            None => {
                self.0.insert(project.clone(), BTreeSet::from([reason]));
            }
        }
    }

    fn add_lock(&mut self, lock: &LockChange, present: &HashMap<&ProjectId, usize>) {
        let file = || lock.file.clone();
        match &lock.touched {
            Touched::Users(users) => {
                for (user, packages) in users.iter().filter(|(user, _)| present.contains_key(user)) {
                    self.add(user, Reason::Lockfile { file: file(), packages: packages.clone() });
                }
            }
            Touched::Everything { reason, projects } => {
                for project in projects {
                    self.add(project, Reason::WholeLockfile { file: file(), because: reason.clone() });
                }
            }
        }
    }
}

/// The owners of a changed path; of a submodule, the projects in it, if there are any.
fn owners_of(
    owners: &Owners,
    graph: &ProjectGraph,
    above: &HashSet<RepoPath>,
    path: &RepoPath,
) -> Vec<usize> {
    if !above.contains(path) {
        return owners.of(path.as_bytes()).to_vec();
    }
    let inside = graph.projects.iter().enumerate().filter(|(_, project)| project.path.starts_with(path));
    inside.map(|(at, _)| at).collect()
}

/// What every changed lock file means.
fn lock_changes(input: &AffectedInput) -> Vec<LockChange> {
    let (source, head) = input.head;
    let base = input.base.map_or(head, |(_, base)| base);
    let changes = input.changed.iter().filter(|file| lockfile::is_lock_file(&file.path)).filter_map(|file| {
        let before = match (input.base, file.kind) {
            (_, ChangeKind::Added) => Ok(None),
            (Some((source, _)), _) => lock_text(source, &file.path),
            (None, _) => Err("no revision to compare with".into()),
        };
        lockfile::lock_change(&file.path, before, lock_text(source, &file.path), base, head)
    });
    changes.collect()
}

fn lock_text(source: &dyn Source, path: &RepoPath) -> LockText {
    match source.read(path, MAX_LOCK_BYTES) {
        Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "not UTF-8".into()),
        Err(ReadError::Absent) => Ok(None),
        Err(ReadError::TooLarge(size)) => Err(format!("{size} bytes are too many")),
        Err(ReadError::Io(why)) => Err(why),
    }
}

/// The edges to projects of the base that are no more, from projects that still are.
///
/// A project of the base also is not seen where drift was told to leave it out; it is gone only if its
/// manifest was deleted, or what lists it may have changed.
fn gone<'b>(
    base: &'b ProjectGraph,
    present: &HashMap<&ProjectId, usize>,
    changed: &[ChangedFile],
) -> impl Iterator<Item = (&'b Edge, &'b ProjectId)> {
    let deleted: HashSet<&RepoPath> =
        changed.iter().filter(|file| file.kind == ChangeKind::Deleted).map(|file| &file.path).collect();
    let dirs: HashSet<RepoPath> = changed.iter().filter_map(|file| file.path.parent()).collect();
    let roots: HashMap<&str, &RepoPath> =
        base.workspaces.iter().map(|workspace| (&*workspace.id, &workspace.root)).collect();
    let vanished: HashSet<&ProjectId> = (base.projects.iter())
        .filter(|project| !present.contains_key(&project.id))
        .filter(|project| {
            let root = project.workspace.as_deref().and_then(|id| roots.get(id));
            deleted.contains(&project.manifest) || root.is_some_and(|root| dirs.contains(*root))
        })
        .map(|project| &project.id)
        .collect();
    let kept: HashSet<ProjectId> = present.keys().map(|id| (*id).clone()).collect();
    base.edges
        .iter()
        .filter(move |edge| {
            edge.kind != EdgeKind::Peer && vanished.contains(&edge.to) && kept.contains(&edge.from)
        })
        .map(|edge| (edge, &edge.to))
}

/// Adds all that depends on what is affected, up to `depth` steps away.
fn close(mut direct: Direct, graph: &ProjectGraph, depth: Option<usize>) -> Vec<Affected> {
    let mut dependents: HashMap<&ProjectId, Vec<&Edge>> = HashMap::new();
    for edge in graph.edges.iter().filter(|edge| edge.kind != EdgeKind::Peer) {
        dependents.entry(&edge.to).or_default().push(edge);
    }
    let mut open: Vec<ProjectId> = direct.0.keys().cloned().collect();
    let mut done: HashSet<ProjectId> = open.iter().cloned().collect();
    let mut steps = depth.unwrap_or(usize::MAX);
    while steps > 0 && !open.is_empty() {
        steps -= 1;
        for project in std::mem::take(&mut open) {
            for edge in dependents.get(&project).into_iter().flatten() {
                direct.add(&edge.from, Reason::Dependency { project: project.clone(), kind: edge.kind });
                if done.insert(edge.from.clone()) {
                    open.push(edge.from.clone());
                }
            }
        }
    }
    let entry = |(project, reasons): (ProjectId, BTreeSet<Reason>)| Affected {
        project,
        reasons: reasons.into_iter().collect(),
    };
    direct.0.into_iter().map(entry).collect()
}

#[cfg(test)]
mod tests;
