//! From what discovery found to the rows that drift-db keeps, and back: a mapping, and no decision.

use std::borrow::Cow;

use drift_db::store::StoredPath;
use drift_db::store::file::{FileRow, FileStat};
use drift_db::store::graph::{EdgeRow, ExternalRow, GraphRows, ProjectRow, WorkspaceRow};
use drift_db::store::scan::{ManifestRow, ProblemRow, Stamp};
use drift_discover::{
    Ecosystem, Edge, EdgeKind, Fingerprint, Input, NativeWorkspace, Problem, Project, ProjectGraph,
    ProjectId, RepoPath, Stat, Tree, language_of,
};

use crate::ops::wire::stored;

/// The graph of a tree; `files` is how many each project owns.
pub(super) fn graph(tree: &Tree, files: &[u64]) -> GraphRows {
    let graph = &tree.graph;
    let workspaces = (graph.workspaces.iter())
        .map(|w| WorkspaceRow {
            id: w.id.clone(),
            root: stored(&w.root),
            ecosystem: w.ecosystem.to_string(),
            manager: w.manager.clone(),
        })
        .collect();
    let projects = (graph.projects.iter().zip(files))
        .map(|(p, files)| ProjectRow {
            id: p.id.to_string(),
            ecosystem: p.ecosystem.to_string(),
            path: stored(&p.path),
            name: p.name.clone(),
            version: p.version.clone(),
            manifest: stored(&p.manifest),
            workspace: p.workspace.clone(),
            private: p.private,
            languages: p.languages.clone(),
            frameworks: p.frameworks.clone(),
            files: i64::try_from(*files).unwrap_or(i64::MAX),
        })
        .collect();
    let edges = (graph.edges.iter())
        .map(|e| EdgeRow { from: e.from.to_string(), to: e.to.to_string(), kind: e.kind.name().to_owned() })
        .collect();
    let externals = (graph.projects.iter())
        .flat_map(|p| p.external.iter().map(move |dep| (p, dep)))
        .map(|(p, dep)| ExternalRow {
            project: p.id.to_string(),
            name: dep.name.clone(),
            kind: dep.kind.name().to_owned(),
            requirement: dep.requirement.clone(),
        })
        .collect();
    GraphRows { workspaces, projects, edges, externals }
}

/// A problem as a row.
pub(super) fn problem(tree: &Tree, keys: &[i64], problem: &Problem) -> ProblemRow {
    let dir = problem.file.parent().unwrap_or_default();
    ProblemRow {
        file: stored(&problem.file),
        line: problem.line,
        code: problem.code.to_owned(),
        message: problem.message.clone(),
        project: owner(tree, keys, dir.as_bytes()),
    }
}

/// What the graph depends on, sorted as the table is.
pub(super) fn manifests(tree: &Tree) -> Vec<ManifestRow> {
    let row = |input: &Input| ManifestRow {
        path: stored(&input.path),
        stamp: input.stat.map(|stat| Stamp { size: stat.size as i64, mtime: stat.mtime_ns }),
    };
    let mut rows: Vec<ManifestRow> = tree.inputs.iter().map(row).collect();
    rows.sort_by(|a, b| StoredPath::cmp(&a.path, &b.path));
    rows
}

/// What a row says that the walk also sees.
pub(in crate::ops) fn stat(row: &FileStat<'_>) -> Stat {
    Stat { size: row.size as u64, mtime_ns: row.mtime, inode: row.inode as u64 }
}

/// Whose the files of a directory are. Files come by directory, so most of them ask for the same as the one before.
pub(super) struct OwnerKeys<'a> {
    tree: &'a Tree,
    keys: &'a [i64],
    last: Option<(Vec<u8>, Option<i64>)>,
}

impl<'a> OwnerKeys<'a> {
    /// `keys` are those of the projects, in the order of the graph.
    pub(super) fn new(tree: &'a Tree, keys: &'a [i64]) -> OwnerKeys<'a> {
        OwnerKeys { tree, keys, last: None }
    }

    /// The key of the project that the files right in `dir` count for.
    pub(super) fn of_dir(&mut self, dir: &[u8]) -> Option<i64> {
        match &self.last {
            Some((last, owner)) if last == dir => *owner,
            _ => {
                let owner = owner(self.tree, self.keys, dir);
                self.last = Some((dir.to_vec(), owner));
                owner
            }
        }
    }
}

/// One hashed file.
pub(super) fn file(tree: &Tree, owners: &mut OwnerKeys<'_>, found: &Fingerprint) -> FileRow {
    let (dir, name) = tree.files.split(found.file as usize);
    FileRow {
        path: StoredPath([dir, name].concat().into()),
        size: found.stat.size as i64,
        mtime: found.stat.mtime_ns,
        inode: found.stat.inode as i64,
        blake3: found.hash,
        language: language_of(name).map(Cow::Borrowed),
        project: owners.of_dir(dir.strip_suffix(b"/").unwrap_or(dir)),
        git_id: found.git_id,
    }
}

/// The key of the project that the files right in `dir` count for: the first, where several share it.
fn owner(tree: &Tree, keys: &[i64], dir: &[u8]) -> Option<i64> {
    tree.owners.of_dir(dir).first().map(|&at| keys[at])
}

/// The graph that was stored, without what lies outside of the repository.
pub(in crate::ops) fn stored_graph(
    workspaces: Vec<WorkspaceRow>,
    projects: Vec<ProjectRow>,
    edges: Vec<EdgeRow>,
) -> ProjectGraph {
    let workspaces = (workspaces.into_iter())
        .map(|row| NativeWorkspace {
            id: row.id,
            root: repo_path(&row.root),
            ecosystem: Ecosystem(row.ecosystem.into()),
            manager: row.manager,
        })
        .collect();
    let projects = (projects.into_iter())
        .map(|row| Project {
            id: ProjectId(row.id),
            name: row.name,
            version: row.version,
            ecosystem: Ecosystem(row.ecosystem.into()),
            path: repo_path(&row.path),
            manifest: repo_path(&row.manifest),
            workspace: row.workspace,
            private: row.private,
            languages: row.languages,
            frameworks: row.frameworks,
            external: Vec::new(),
        })
        .collect();
    let kind = |name: &str| EdgeKind::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind);
    let edges = (edges.into_iter())
        .filter_map(|row| {
            Some(Edge { kind: kind(&row.kind)?, from: ProjectId(row.from), to: ProjectId(row.to) })
        })
        .collect();
    ProjectGraph { workspaces, projects, edges }
}

fn repo_path(stored: &StoredPath) -> RepoPath {
    RepoPath::new(&stored.0).unwrap_or_default()
}
