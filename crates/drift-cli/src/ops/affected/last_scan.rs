//! The last scan as what changes are counted from: its files by fingerprint, its projects, and what is left of
//! the contents.
//!
//! A scan keeps no contents. Of a lock file the old text is still to be had where git has it: in the commit
//! that was checked out then, if the blob there has the fingerprint that was stored.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use drift_db::Database;
use drift_db::store::file;
use drift_db::store::graph;
use drift_db::store::scan::{self, ScanRow};
use drift_discover::{
    ChangeKind, ChangedFile, Changes, Entry, Event, Fingerprint, Git, ProjectGraph, ReadError, RepoPath,
    RevisionSource, Source, StoredFiles, Tree, Work, fingerprint, is_lock_file,
};

use super::AffectedOptions;
use crate::error::CommandError;
use crate::ops::scan::{started_ns, stat, stored_graph};
use crate::ops::wire::stored;
use crate::ops::{Session, Unit};

/// The last scan.
pub(super) struct LastScan {
    row: ScanRow,
    graph: ProjectGraph,
    contents: Contents,
}

/// What is known of the contents then.
#[derive(Default)]
struct Contents {
    /// The fingerprints of lock files.
    locks: HashMap<RepoPath, [u8; 32]>,
    revision: Option<RevisionSource>,
}

impl LastScan {
    /// `None` if nothing was scanned yet.
    pub(super) fn read(database: &Database) -> Result<Option<LastScan>, CommandError> {
        let stored = database.read(|c| {
            let Some(row) = scan::last(c)? else { return Ok(None) };
            Ok(Some((row, graph::workspaces(c)?, graph::projects(c)?, graph::edges(c)?)))
        })?;
        Ok(stored.map(|(row, workspaces, projects, edges)| {
            let graph = stored_graph(workspaces, projects, edges);
            LastScan { row, graph, contents: Contents::default() }
        }))
    }

    pub(super) fn at(&self) -> &str {
        &self.row.started_at
    }

    pub(super) fn graph(&self) -> &ProjectGraph {
        &self.graph
    }

    pub(super) fn source(&self) -> &dyn Source {
        &self.contents
    }

    /// The files of the tree at `root` that are not as they were, sorted by path.
    pub(super) fn changes(
        mut self,
        session: &Session<'_>,
        database: &Database,
        (root, tree): (&Path, &Tree),
        git: &Git,
        options: &AffectedOptions,
    ) -> Result<(Vec<ChangedFile>, LastScan), CommandError> {
        let (found, mut hashes) = database.read(|c| {
            let mut files = StoredFiles::default();
            file::for_each_stat(c, |row| files.push(row.path, stat(&row)))?;
            let found = Changes::between(&tree.files, &files.finish(), started_ns(Some(&self.row)));
            let mut hashes: HashMap<u32, [u8; 32]> = HashMap::new();
            for &at in &found.changed {
                let path = tree.files.path(at as usize);
                // Every file that is compared has a row.
                let Some(hash) = file::fingerprint_of(c, &stored(&path))? else { continue };
                hashes.insert(at, hash);
                if is_lock_file(&path) {
                    self.contents.locks.insert(path, hash);
                }
            }
            for path in found.removed.iter().filter(|path| is_lock_file(path)) {
                let hash = file::fingerprint_of(c, &stored(path))?;
                self.contents.locks.extend(hash.map(|hash| (path.clone(), hash)));
            }
            Ok((found, hashes))
        })?;
        let same = |found: Fingerprint| {
            if hashes.get(&found.file) == Some(&found.hash) {
                hashes.remove(&found.file);
            }
        };
        hash(session, root, tree, &found.changed, options, same)?;

        let mut changed: Vec<ChangedFile> = (found.added.iter().map(|&at| (at, ChangeKind::Added)))
            // Not found the same is different: what cannot be read may be, too.
            .chain(hashes.keys().map(|&at| (at, ChangeKind::Modified)))
            .map(|(at, kind)| ChangedFile { path: tree.files.path(at as usize), kind })
            .chain(found.removed.into_iter().map(|path| ChangedFile { path, kind: ChangeKind::Deleted }))
            .collect();
        changed.sort();
        if changed.iter().any(|file| is_lock_file(&file.path)) {
            let commit = self.row.git_head.as_deref().and_then(|commit| git.commit(commit).ok());
            self.contents.revision = commit.and_then(|commit| RevisionSource::new(git, &commit).ok());
        }
        Ok((changed, self))
    }
}

fn hash(
    session: &Session<'_>,
    root: &Path,
    tree: &Tree,
    places: &[u32],
    options: &AffectedOptions,
    mut sink: impl FnMut(Fingerprint),
) -> Result<(), CommandError> {
    let bytes = places.iter().map(|&at| tree.files.stat(at as usize).size).sum();
    let phase = session.phase("hashing", Some(bytes), Unit::Bytes);
    let on = |event: Event| {
        if let Event::Hashed { bytes, .. } = event {
            phase.reach(bytes);
        }
    };
    let (threads, cancel) = (options.tree.walk.threads, session.interrupt.flag());
    fingerprint(Work { root, files: &tree.files, places, threads, cancel, on: &on }, &mut sink)?;
    Ok(())
}

impl Source for Contents {
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let hash = self.locks.get(path).ok_or(ReadError::Absent)?;
        let gone = || ReadError::Io("a scan keeps no contents, and git has not the one of then".into());
        let bytes = self.revision.as_ref().ok_or_else(gone)?.read(path, limit).map_err(|_| gone())?;
        if blake3::hash(&bytes).as_bytes() == hash { Ok(bytes) } else { Err(gone()) }
    }

    fn list(&self, _: &RepoPath) -> Arc<[Entry]> {
        Arc::default()
    }

    fn visible(&self, _: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath> {
        Vec::new()
    }
}
