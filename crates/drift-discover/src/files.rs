//! [`Files`]: the table of every file of a tree, with what tells whether it changed.
//!
//! A repository of a million files must fit in well under 300 MB together with all else that a scan holds,
//! so a row is 40 bytes, names share one buffer, and each directory's path is stored once.
//! Invariants: rows are sorted by the bytes of their full path, each path is there once.

use std::cmp::Ordering;
use std::fs::Metadata;

use crate::path::RepoPath;

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
    dirs: Vec<Box<[u8]>>,
    names: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    stat: Stat,
    dir: u32,
    /// The name's place in the shared buffer, in units of bytes; the buffer stays below 4 GiB.
    name_at: u32,
    name_len: u16,
    kind: FileKind,
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
        let name = row.name_at as usize;
        (&self.dirs[row.dir as usize], &self.names[name..name + row.name_len as usize])
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
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.compare(middle, path) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
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

    /// This table and the files of `more`, none of which it holds.
    pub(crate) fn with(mut self, mut more: Vec<DirFiles>) -> Files {
        more.iter_mut().for_each(DirFiles::seal);
        let more = join(more);
        let mut rows = Vec::with_capacity(self.len() + more.len());
        let mut rest = 0;
        for at in 0..more.len() {
            let (dir, name) = more.split(at);
            let path = [dir, name].concat();
            let until = rest + (rest..self.len()).take_while(|&row| self.compare(row, &path).is_lt()).count();
            rows.extend_from_slice(&self.rows[rest..until]);
            rest = until;
            let Ok(name_at) = u32::try_from(self.names.len()) else { break };
            self.names.extend_from_slice(name);
            rows.push(Row { dir: more.rows[at].dir + self.dirs.len() as u32, name_at, ..more.rows[at] });
        }
        rows.extend_from_slice(&self.rows[rest..]);
        self.dirs.extend(more.dirs);
        Files { rows, ..self }.shrink()
    }

    /// A table of the same files in a buffer of just their size.
    fn shrink(mut self) -> Files {
        self.dirs.shrink_to_fit();
        self.names.shrink_to_fit();
        self.rows.shrink_to_fit();
        self
    }
}

/// The files of one directory, in any order, as the walk hands them over.
#[derive(Debug, Default)]
pub(crate) struct DirFiles {
    /// Empty for the root, else ending with `/`.
    pub(crate) dir: Box<[u8]>,
    names: Vec<u8>,
    rows: Vec<Row>,
}

impl DirFiles {
    /// No file yet below `dir`, which is empty or ends with `/`.
    pub(crate) fn new(dir: &[u8]) -> DirFiles {
        DirFiles { dir: dir.into(), ..DirFiles::default() }
    }

    pub(crate) fn push(&mut self, name: &[u8], stat: Stat, kind: FileKind) {
        // No file system allows a name this long; a longer one could only come from a broken git index.
        let Ok(name_len) = u16::try_from(name.len()) else { return };
        let Ok(name_at) = u32::try_from(self.names.len()) else { return };
        self.rows.push(Row { stat, dir: 0, name_at, name_len, kind });
        self.names.extend_from_slice(name);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Puts the rows in order and frees what is not needed.
    pub(crate) fn seal(&mut self) {
        let DirFiles { names, rows, .. } = self;
        rows.sort_unstable_by(|a, b| name_of(names, a).cmp(name_of(names, b)));
        rows.dedup_by(|a, b| name_of(names, a) == name_of(names, b));
        rows.shrink_to_fit();
        names.shrink_to_fit();
    }
}

fn name_of<'a>(names: &'a [u8], row: &Row) -> &'a [u8] {
    &names[row.name_at as usize..row.name_at as usize + row.name_len as usize]
}

/// Joins sealed directories, in any order but each only once, into one table.
///
/// Full paths interleave a directory's files with what is below its subdirectories (`a.rs`, `a/x`, `a0`).
/// So the directories are visited in path order with a stack of open ones; before a subdirectory opens, the
/// files of its parent that sort before it are written.
pub(crate) fn join(mut parts: Vec<DirFiles>) -> Files {
    parts.retain(|part| part.len() > 0);
    parts.sort_unstable_by(|a, b| a.dir.cmp(&b.dir));
    let mut files = Files {
        dirs: Vec::with_capacity(parts.len()),
        names: Vec::with_capacity(parts.iter().map(|part| part.names.len()).sum()),
        rows: Vec::with_capacity(parts.iter().map(DirFiles::len).sum()),
    };
    let mut open: Vec<OpenDir> = Vec::new();
    for part in parts {
        while let Some(top) = open.last_mut() {
            if part.dir.starts_with(&files.dirs[top.dir as usize]) {
                let below = part.dir[files.dirs[top.dir as usize].len()..].to_vec();
                top.write_before(Some(&below), &mut files);
                break;
            }
            top.write_before(None, &mut files);
            open.pop();
        }
        let dir = files.dirs.len() as u32;
        files.dirs.push(part.dir);
        open.push(OpenDir { dir, names: part.names, rows: part.rows.into_iter().peekable() });
    }
    while let Some(mut top) = open.pop() {
        top.write_before(None, &mut files);
    }
    files.shrink()
}

struct OpenDir {
    dir: u32,
    names: Vec<u8>,
    rows: std::iter::Peekable<std::vec::IntoIter<Row>>,
}

impl OpenDir {
    /// Writes the files whose name sorts before `limit`, or all.
    fn write_before(&mut self, limit: Option<&[u8]>, files: &mut Files) {
        let names = &self.names;
        while let Some(row) = self.rows.next_if(|row| limit.is_none_or(|limit| name_of(names, row) < limit)) {
            let name = name_of(names, &row);
            // Four GiB of file names do not fit a scan's memory bound; such a tree is cut, never mixed up.
            let Ok(name_at) = u32::try_from(files.names.len()) else { return };
            files.names.extend_from_slice(name);
            files.rows.push(Row { dir: self.dir, name_at, ..row });
        }
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
