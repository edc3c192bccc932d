//! [`Known`]: what the database holds of the last scan, read while the tree is still being walked.
//!
//! Owns the decision that discovery would find the same again. It holds only with evidence of everything that
//! discovery looked at, as drift-discover has it, taken by this very drift with these options; and only while
//! the walk sees no file come or go and no manifest change.

use std::path::Path;
use std::sync::Arc;

use drift_db::store::directory;
use drift_db::store::discovery::{self, DiscoveryRows, LookRow};
use drift_db::store::file;
use drift_db::store::graph::{self, Replaced};
use drift_db::store::scan::{self, ProblemRow, ScanRow};
use drift_db::{Database, DbError, Reads, wal_unsafe};
use drift_discover::{
    Changes, Files, Look, Owners, ProjectGraph, RepoPath, StoredFiles, Tree, Walk, WalkMemory,
};

use super::rows::stored_graph;
use super::{Rehash, ScanOptions, started_ns, stat};
use crate::ops::Session;
use crate::ops::wire::stored;

/// More looks than this are not worth remembering.
const MAX_LOOKS: usize = 200_000;

/// The last scan; by default there was none.
#[derive(Default)]
pub(in crate::ops) struct Known {
    /// With its key.
    last: Option<(i64, ScanRow)>,
    files: Arc<Files>,
    memory: Option<WalkMemory>,
}

/// The graph that the last discovery found, where there is evidence that it is still there.
pub(super) struct StoredGraph {
    graph: ProjectGraph,
    looks: Vec<LookRow>,
    same: Same,
}

/// What the database says of a graph that is the same.
pub(super) struct Same {
    pub(super) replaced: Replaced,
    /// How many files each project owns.
    pub(super) files: Vec<u64>,
    pub(super) problems: Vec<ProblemRow>,
}

impl Known {
    /// What there is to know before the first scan.
    pub(in crate::ops) fn nothing(session: &Session<'_>, root: &Path, options: &ScanOptions) -> Known {
        Known { memory: memory(session, root, options), ..Known::default() }
    }

    /// Reads what a walk can start with.
    pub(in crate::ops) fn read(
        session: &Session<'_>,
        root: &Path,
        options: &ScanOptions,
        reads: &impl Reads,
    ) -> Result<Known, DbError> {
        let mut memory = memory(session, root, options);
        let mut files = StoredFiles::default();
        let last = reads.read(|c| {
            if let Some(memory) = memory.as_mut().filter(|_| options.rehash == Rehash::Changed) {
                directory::for_each(c, |row| memory.directory(row.path, row.rules, row.evidence))?;
            }
            file::for_each_stat(c, |row| files.push(row.path, stat(&row)))?;
            scan::last_with_id(c)
        })?;
        let files = Arc::new(files.finish());
        if let Some(memory) = &mut memory {
            memory.files(Arc::clone(&files));
        }
        Ok(Known { last, files, memory })
    }

    /// The key of the last scan.
    pub(super) fn last_id(&self) -> Option<i64> {
        self.last.as_ref().map(|(id, _)| *id)
    }

    /// Takes out what a walk is to remember.
    pub(super) fn take_memory(&mut self) -> Option<WalkMemory> {
        self.memory.take()
    }

    /// What differs between the last scan and the walk, by metadata alone.
    pub(super) fn compare(&self, files: &Files, rehash: Rehash) -> Changes {
        let last_ns = match rehash {
            Rehash::Changed => started_ns(self.last.as_ref().map(|(_, scan)| scan)),
            // Every file counts as written after the last scan.
            Rehash::All => i64::MIN,
        };
        Changes::between(files, &self.files, last_ns)
    }
}

/// Looks for the graph that is stored, which takes time and may be done beside the walk.
pub(super) fn find_graph(
    session: &Session<'_>,
    root: &Path,
    options: &ScanOptions,
    database: &Database,
) -> Result<Option<StoredGraph>, DbError> {
    if options.rehash == Rehash::All {
        return Ok(None);
    }
    database.read(|c| {
        let Some(rows) = discovery::read(c)? else { return Ok(None) };
        let looks = rows.looks;
        if evidence(session, root, &looks, options) != Some(rows.evidence) {
            return Ok(None);
        }
        let (keys, projects): (Vec<i64>, Vec<_>) = graph::live_projects(c)?.into_iter().unzip();
        let owned = projects.iter().map(|project| project.files.cast_unsigned()).collect();
        let ids = projects.iter().map(|project| project.id.clone());
        let replaced = Replaced { keys: ids.zip(keys).collect(), ..Replaced::default() };
        let same = Same { replaced, files: owned, problems: scan::problems(c)? };
        let graph = stored_graph(graph::workspaces(c)?, projects, graph::edges(c)?);
        Ok(Some(StoredGraph { graph, looks, same }))
    })
}

impl StoredGraph {
    /// The tree that `walked` saw with the projects that are stored, if discovery would find just these.
    /// Otherwise the walk comes back.
    pub(super) fn tree(
        self,
        walked: Walk,
        changes: &Changes,
        options: &ScanOptions,
    ) -> Result<(Tree, Same), Walk> {
        let StoredGraph { graph, looks, same } = self;
        let is_manifest = options.tree.discover.manifests();
        let matters = |&at: &u32| {
            let name = walked.files.split(at as usize).1;
            let is_looked_at = || {
                let path = stored(&walked.files.path(at as usize));
                looks.binary_search_by(|look| (look.kind.as_str(), &look.path).cmp(&(CONTENT, &path))).is_ok()
            };
            is_manifest(name) || is_looked_at()
        };
        let differs = !changes.added.is_empty()
            || !changes.removed.is_empty()
            || !walked.problems.is_empty()
            || changes.changed.iter().any(matters);
        if differs {
            return Err(walked);
        }
        let owners = Owners::new(&graph);
        Ok((Tree { files: walked.files, graph, owners, ..Tree::default() }, same))
    }
}

/// The memory that a walk starts with, with nothing in it. A network file system gets none: it answers from a
/// memory of its own, also about what has changed elsewhere.
fn memory(session: &Session<'_>, root: &Path, options: &ScanOptions) -> Option<WalkMemory> {
    if wal_unsafe(root).is_some() {
        return None;
    }
    let now = i64::try_from(session.now.as_nanosecond()).ok()?;
    Some(WalkMemory::new(&options.build, now))
}

/// What is to be remembered of a discovery; nothing where something may have changed unseen.
pub(super) fn remember(
    session: &Session<'_>,
    root: &Path,
    tree: &Tree,
    options: &ScanOptions,
) -> Option<DiscoveryRows> {
    if tree.looks.len() > MAX_LOOKS {
        return None;
    }
    let mut looks: Vec<LookRow> = tree.looks.iter().map(row).collect();
    looks.sort();
    Some(DiscoveryRows { evidence: evidence(session, root, &looks, options)?, looks })
}

/// The state of all that `looks` name, of drift and of the options.
fn evidence(
    session: &Session<'_>,
    root: &Path,
    looks: &[LookRow],
    options: &ScanOptions,
) -> Option<[u8; 32]> {
    // For the reason that a walk has no memory there.
    if wal_unsafe(root).is_some() {
        return None;
    }
    let looks: Vec<Look> = looks.iter().map(look).collect::<Option<_>>()?;
    let now = i64::try_from(session.now.as_nanosecond()).ok()?;
    let mut hasher = blake3::Hasher::new();
    let by = format!("{}\0{:?}\0", options.build, options.tree.discover);
    hasher.update(by.as_bytes());
    hasher.update(&drift_discover::evidence(root, &looks, now)?);
    Some(*hasher.finalize().as_bytes())
}

const ENTRIES: &str = "entries";
const CONTENT: &str = "content";
const TARGET: &str = "target";

fn row(look: &Look) -> LookRow {
    let (kind, path) = match look {
        Look::Entries(path) => (ENTRIES, path),
        Look::Content(path) => (CONTENT, path),
        Look::Target(path) => (TARGET, path),
    };
    LookRow { kind: kind.to_owned(), path: stored(path) }
}

/// `None` for a row that drift did not write.
fn look(row: &LookRow) -> Option<Look> {
    let path = RepoPath::new(&row.path.0)?;
    match row.kind.as_str() {
        ENTRIES => Some(Look::Entries(path)),
        CONTENT => Some(Look::Content(path)),
        TARGET => Some(Look::Target(path)),
        _ => None,
    }
}
