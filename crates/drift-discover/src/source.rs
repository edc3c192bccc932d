//! [`Source`]: where manifests are read from: the disk, a git revision, or a fixture in memory.
//!
//! Ecosystems see the repository only through this trait, so `affected` can discover a commit that is not
//! checked out, and tests need no disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::path::RepoPath;

/// What a directory entry is, after following a symlink that stays inside the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    File,
    Dir,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub name: Box<[u8]>,
    pub kind: EntryKind,
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file (or it is a directory).
    Absent,
    /// It is larger than the limit; holds its size in bytes.
    TooLarge(u64),
    /// The system refused; holds its message.
    Io(String),
}

/// A tree of files, named by path.
pub trait Source: Sync {
    /// The whole content of `path`, if it is at most `limit` bytes.
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// The entries of `dir`, sorted by name, ignored and hidden ones included; empty if it is no directory.
    fn list(&self, dir: &RepoPath) -> Arc<[Entry]>;

    /// Of the files that ignore rules leave visible, and those git tracks, the ones whose name `wanted`
    /// accepts, sorted.
    fn visible(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath>;

    /// Whether `path`, an entry of a directory that was listed, is a symlink. Where trees cannot loop, none is.
    fn is_symlink(&self, _path: &RepoPath) -> bool {
        false
    }

    /// Whether `path` is a file (symlinks that stay inside the repository are followed).
    fn is_file(&self, path: &RepoPath) -> bool {
        self.has(path, EntryKind::File)
    }

    /// Whether `path` is a directory.
    fn is_dir(&self, path: &RepoPath) -> bool {
        path.is_root() || self.has(path, EntryKind::Dir)
    }

    /// Whether the parent of `path` lists it as `kind`.
    fn has(&self, path: &RepoPath, kind: EntryKind) -> bool {
        let Some(parent) = path.parent() else { return false };
        let entries = self.list(&parent);
        entries
            .binary_search_by(|entry| (*entry.name).cmp(path.file_name()))
            .is_ok_and(|at| entries[at].kind == kind)
    }
}

/// A tree held in memory: fixtures, and the manifests of a git revision.
#[derive(Default)]
pub struct MemorySource {
    files: BTreeMap<RepoPath, Vec<u8>>,
    dirs: BTreeMap<RepoPath, Arc<[Entry]>>,
}

impl MemorySource {
    /// All files are visible. A path that is also the parent of another counts as a directory.
    pub fn new(files: impl IntoIterator<Item = (RepoPath, Vec<u8>)>) -> MemorySource {
        let files: BTreeMap<_, _> = files.into_iter().collect();
        let mut dirs: BTreeMap<RepoPath, BTreeSet<Entry>> = BTreeMap::new();
        for file in files.keys() {
            let mut kind = EntryKind::File;
            for path in file.ancestors() {
                let Some(parent) = path.parent() else { break };
                let known =
                    !dirs.entry(parent).or_default().insert(Entry { name: path.file_name().into(), kind });
                if known && kind == EntryKind::Dir {
                    break;
                }
                kind = EntryKind::Dir;
            }
        }
        let dirs = dirs.into_iter().map(|(dir, entries)| (dir, entries.into_iter().collect())).collect();
        MemorySource { files, dirs }
    }

    /// A fixture in one string: each file starts with a line `//- path`, its content follows.
    pub fn fixture(text: &str) -> MemorySource {
        let files = text.split("//- ").skip(1).filter_map(|part| {
            let (path, content) = part.split_once('\n').unwrap_or((part, ""));
            Some((RepoPath::new(path.trim().trim_start_matches('/'))?, content.as_bytes().to_vec()))
        });
        MemorySource::new(files)
    }
}

impl Source for MemorySource {
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let content = self.files.get(path).ok_or(ReadError::Absent)?;
        if content.len() as u64 > limit {
            return Err(ReadError::TooLarge(content.len() as u64));
        }
        Ok(content.clone())
    }

    fn list(&self, dir: &RepoPath) -> Arc<[Entry]> {
        self.dirs.get(dir).cloned().unwrap_or_default()
    }

    fn visible(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath> {
        self.files.keys().filter(|path| wanted(path.file_name())).cloned().collect()
    }
}
