//! [`Gathered`]: from the files of each directory, as they come, to one table in order.
//!
//! A walk hands over a hundred thousand directories, each of a few files. They are appended to one buffer, because as
//! many small pieces of memory would take more room than what is in them, also after they are freed.

use super::{FileKind, Files, Row, Stat};

/// The files of one directory, in any order.
#[derive(Debug, Default)]
pub(crate) struct DirFiles {
    /// Empty for the root, else ending with `/`.
    dir: Box<[u8]>,
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
        let Ok(name_len) = u32::try_from(name.len()) else { return };
        let Ok(name_at) = u32::try_from(self.names.len()) else { return };
        self.rows.push(Row { stat, dir: 0, name_at, name_len, kind });
        self.names.extend_from_slice(name);
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Puts the rows in order, each name once.
    pub(crate) fn sort(&mut self) {
        let DirFiles { names, rows, .. } = self;
        let name = |row: &Row| &names[row.name()];
        rows.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        rows.dedup_by(|a, b| name(a) == name(b));
    }
}

/// Directories in any order, each only once, and the files of each in order.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    files: Files,
    /// Where the rows of each directory end.
    ends: Vec<u32>,
}

impl Gathered {
    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Adds a directory that is sorted.
    pub(crate) fn add(&mut self, dir: &DirFiles) {
        let rows = dir.rows.iter().map(|row| (&dir.names[row.name()], row.stat, row.kind));
        self.extend(&dir.dir, rows);
    }

    /// Adds the directory that `rows` of another table are, ascending.
    pub(crate) fn add_stored(&mut self, files: &Files, rows: impl IntoIterator<Item = u32>) {
        let mut rows = rows.into_iter().map(|row| row as usize).peekable();
        if let Some(&first) = rows.peek() {
            let row = |row| (files.split(row).1, files.stat(row), files.kind(row));
            self.extend(files.split(first).0, rows.map(row));
        }
    }

    fn extend<'n>(&mut self, dir: &[u8], rows: impl Iterator<Item = (&'n [u8], Stat, FileKind)>) {
        let Gathered { files, ends } = self;
        let Some(number) = files.dirs.push(dir) else { return };
        for (name, stat, kind) in rows {
            // Four GiB of file names do not fit a scan's memory bound; such a tree is cut, never mixed up.
            let Ok(name_at) = u32::try_from(files.names.len()) else { break };
            files.names.extend_from_slice(name);
            files.rows.push(Row { stat, dir: number, name_at, name_len: name.len() as u32, kind });
        }
        ends.push(files.rows.len() as u32);
    }

    /// The table.
    ///
    /// Full paths interleave a directory's files with what is below its subdirectories (`a.rs`, `a/x`, `a0`).
    /// So the directories are visited in path order with a stack of open ones; before a subdirectory opens, the
    /// files of its parent that sort before it are written.
    pub(crate) fn join(self) -> Files {
        let Gathered { files: Files { dirs, names, rows }, ends } = self;
        let mut order: Vec<u32> = (0..ends.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| dirs.get(a).cmp(dirs.get(b)));
        let mut sorted = Vec::with_capacity(rows.len());
        // What is left of each directory.
        let mut open: Vec<(u32, &[Row])> = Vec::new();
        for dir in order {
            let path = dirs.get(dir);
            while let Some((top, rest)) = open.last_mut() {
                if let Some(below) = path.strip_prefix(dirs.get(*top)) {
                    let (before, after) =
                        rest.split_at(rest.partition_point(|row| names[row.name()] < *below));
                    sorted.extend_from_slice(before);
                    *rest = after;
                    break;
                }
                sorted.extend_from_slice(rest);
                open.pop();
            }
            let start = dir.checked_sub(1).map_or(0, |before| ends[before as usize]);
            open.push((dir, &rows[start as usize..ends[dir as usize] as usize]));
        }
        open.iter().rev().for_each(|(_, rest)| sorted.extend_from_slice(rest));
        drop(rows);
        Files { dirs, names, rows: sorted }.shrink()
    }
}
