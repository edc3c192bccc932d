//! [`Files`]: the table of every file of a tree, with what tells whether it changed.
//!
//! A repository of a million files must fit in well under 300 MB together with all else that a scan holds,
//! so a row is 40 bytes, names share one buffer, and each directory's path is stored once.
//! It is made of the directories that a walk saw (`join.rs`), or of rows that were stored (`stored.rs`).
//! Invariants: rows are sorted by the bytes of their full path, each path is there once.

mod join;
mod paths;
mod stored;

use std::cmp::Ordering;
use std::fs::Metadata;
use std::ops::Range;

use crate::path::RepoPath;
pub(crate) use join::{DirFiles, Gathered};
use paths::Paths;
pub(crate) use stored::ByDir;
pub use stored::StoredFiles;

/// What of a file's metadata tells whether its content may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    pub size: u64,
    /// Modification time, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// 0 where the file system has none.
    pub inode: u64,
}

impl Stat {
    /// Of a file that a walk saw and had no reason to examine. No file has it.
    pub(crate) const UNSEEN: Stat = Stat { size: 0, mtime_ns: i64::MIN, inode: 0 };

    /// Reads it off `metadata`.
    pub fn of(metadata: &Metadata) -> Stat {
        Stat { size: metadata.len(), mtime_ns: mtime_ns(metadata), inode: inode(metadata) }
    }

    /// Reads it off what the system gives.
    #[cfg(target_os = "linux")]
    pub(crate) fn of_raw(stat: &rustix::fs::Stat) -> Stat {
        let mtime_ns = stat
            .st_mtime
            .saturating_mul(1_000_000_000)
            .saturating_add(i64::try_from(stat.st_mtime_nsec).unwrap_or(0));
        Stat { size: stat.st_size as u64, mtime_ns, inode: stat.st_ino }
    }
}

/// A file of the tree, by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    pub path: RepoPath,
    pub stat: Stat,
    pub kind: FileKind,
}

/// Whether a file is content or a link. As in git, a symlink is an entry whose content is its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Regular,
    Symlink,
}

/// All files of a tree, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Paths of directories, each ending with `/` unless it is the root.
    dirs: Paths,
    names: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    stat: Stat,
    dir: u32,
    /// The name's place in the shared buffer, in units of bytes; the buffer stays below 4 GiB.
    name_at: u32,
    name_len: u32,
    kind: FileKind,
}

impl Row {
    fn name(&self) -> Range<usize> {
        let start = self.name_at as usize;
        start..start + self.name_len as usize
    }
}

impl Files {
    /// How many files there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file at `at`, which is less than [`Files::len`].
    pub fn entry(&self, at: usize) -> FileEntry {
        FileEntry { path: self.path(at), stat: self.stat(at), kind: self.kind(at) }
    }

    /// The path of the file at `at`.
    pub fn path(&self, at: usize) -> RepoPath {
        let (dir, name) = self.split(at);
        let mut path = Vec::with_capacity(dir.len() + name.len());
        path.extend_from_slice(dir);
        path.extend_from_slice(name);
        RepoPath::from_clean(path)
    }

    /// The path of the file at `at` in two parts: its directory with a final `/` (empty for the root) and
    /// its name. Costs nothing, where [`Files::path`] allocates.
    pub fn split(&self, at: usize) -> (&[u8], &[u8]) {
        let row = &self.rows[at];
        (self.dirs.get(row.dir), &self.names[row.name()])
    }

    /// What the walk saw of the file at `at`.
    pub fn stat(&self, at: usize) -> Stat {
        self.rows[at].stat
    }

    /// Whether the file at `at` is a symlink.
    pub fn kind(&self, at: usize) -> FileKind {
        self.rows[at].kind
    }

    /// All files in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = FileEntry> + '_ {
        (0..self.len()).map(|at| self.entry(at))
    }

    /// The place of `path`.
    pub fn find(&self, path: &[u8]) -> Option<usize> {
        Some(self.place(self.len(), path)).filter(|&at| at < self.len() && self.compare(at, path).is_eq())
    }

    /// The same for paths that mostly come in the order of the table; `next` is the place after the last one.
    pub(crate) fn find_from(&self, next: &mut usize, path: &[u8]) -> Option<usize> {
        let is_next = *next < self.len() && self.compare(*next, path).is_eq();
        let at = if is_next { *next } else { self.find(path)? };
        *next = at + 1;
        Some(at)
    }

    /// How the path of the file at `at` compares with `path`.
    pub fn compare(&self, at: usize, path: &[u8]) -> Ordering {
        let (dir, name) = self.split(at);
        let head = dir.len().min(path.len());
        dir[..head].cmp(&path[..head]).then_with(|| match path.get(dir.len()..) {
            Some(rest) => name.cmp(rest),
            None => Ordering::Greater,
        })
    }

    /// How the path of the file at `at` compares with that of the file at `other_at` of `other`.
    pub(crate) fn compare_with(&self, at: usize, other: &Files, other_at: usize) -> Ordering {
        let ((dir, name), (other_dir, other_name)) = (self.split(at), other.split(other_at));
        if dir == other_dir {
            return name.cmp(other_name);
        }
        dir.iter().chain(name).cmp(other_dir.iter().chain(other_name))
    }

    /// Whether `rows`, ascending, are what `found` holds, metadata included.
    pub(crate) fn are_rows(&self, rows: &[u32], found: &Files) -> bool {
        let is_same = |(at, row): (usize, usize)| {
            let same = found.stat(at) == self.stat(row) && found.kind(at) == self.kind(row);
            same && found.compare_with(at, self, row).is_eq()
        };
        found.len() == rows.len() && (0..).zip(rows.iter().map(|&row| row as usize)).all(is_same)
    }

    /// The directories that hold files, by their number in [`ByDir`]. Each ends with `/` but the root.
    pub(crate) fn dirs(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.dirs.iter()
    }

    /// This table and the files of `more`, none of which it holds.
    pub(crate) fn with(mut self, more: &Files) -> Files {
        if u32::try_from(self.names.len() + more.names.len()).is_err() {
            // As when it was gathered.
            return self;
        }
        // From the end, so that the rows need no second place.
        let (mut rest, mut end) = (self.len(), self.len() + more.len());
        self.rows.extend_from_slice(&more.rows);
        let mut numbers = vec![None; more.dirs.len()];
        for at in (0..more.len()).rev() {
            let (dir, name) = more.split(at);
            let after = self.place(rest, &[dir, name].concat());
            end -= rest - after;
            self.rows.copy_within(after..rest, end);
            rest = after;
            end -= 1;
            let number = &mut numbers[more.rows[at].dir as usize];
            *number = number.or_else(|| self.dirs.push(dir));
            let name_at = self.names.len() as u32;
            self.rows[end] = Row { dir: number.unwrap_or_default(), name_at, ..more.rows[at] };
            self.names.extend_from_slice(name);
        }
        self.shrink()
    }

    /// How many of the first `count` rows come before `path`.
    fn place(&self, count: usize, path: &[u8]) -> usize {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.compare(middle, path) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal | Ordering::Greater => high = middle,
            }
        }
        low
    }

    /// A table of the same files in a buffer of just their size.
    fn shrink(mut self) -> Files {
        self.dirs.shrink();
        self.names.shrink_to_fit();
        self.rows.shrink_to_fit();
        self
    }
}

#[cfg(unix)]
fn mtime_ns(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

#[cfg(not(unix))]
fn mtime_ns(metadata: &Metadata) -> i64 {
    use std::time::UNIX_EPOCH;
    let Ok(time) = metadata.modified() else { return 0 };
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests;
