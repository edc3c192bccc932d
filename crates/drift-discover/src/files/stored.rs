//! [`StoredFiles`]: a table of files from rows that were stored, as they come.
//!
//! Whether a row is of a symlink is not stored, so each counts as a regular file: what is stored is there to be
//! compared with what is seen.

use super::{FileKind, Files, Row, Stat};

/// A table under construction.
#[derive(Debug, Default)]
pub struct StoredFiles {
    files: Files,
    /// The directories around the last row, innermost last.
    open: Vec<u32>,
    is_unsorted: bool,
}

impl StoredFiles {
    /// One more row. Any order is right; that of the paths' bytes is fast.
    pub fn push(&mut self, path: &[u8], stat: Stat) {
        if let Some(last) = self.files.len().checked_sub(1) {
            self.is_unsorted |= self.files.compare(last, path).is_ge();
        }
        let (dir, name) = path.split_at(path.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1));
        // Four GiB of names are more files than a scan can hold; such rows are left out and hashed again.
        let Ok(name_at) = u32::try_from(self.files.names.len()) else { return };
        let Ok(name_len) = u32::try_from(name.len()) else { return };
        let Some(dir) = self.dir(dir) else { return };
        self.files.names.extend_from_slice(name);
        self.files.rows.push(Row { stat, dir, name_at, name_len, kind: FileKind::Regular });
    }

    /// The place of a directory. In order, all that is below one comes together.
    fn dir(&mut self, dir: &[u8]) -> Option<u32> {
        while let Some(&last) = self.open.last() {
            let known = self.files.dirs.get(last);
            if known == dir {
                return Some(last);
            }
            if dir.starts_with(known) {
                break;
            }
            self.open.pop();
        }
        let place = self.files.dirs.push(dir)?;
        self.open.push(place);
        Some(place)
    }

    /// The table; of rows with the same path the first is in it.
    pub fn finish(self) -> Files {
        let files = self.files;
        if !self.is_unsorted {
            return files.shrink();
        }
        let path = |at: u32| {
            let (dir, name) = files.split(at as usize);
            dir.iter().chain(name)
        };
        let mut order: Vec<u32> = (0..files.len() as u32).collect();
        order.sort_by(|&a, &b| path(a).cmp(path(b)));
        order.dedup_by(|a, b| path(*a).eq(path(*b)));
        let mut sorted = StoredFiles::default();
        for at in order {
            sorted.push(files.path(at as usize).as_bytes(), files.stat(at as usize));
        }
        sorted.files.shrink()
    }
}

/// The rows of a table by directory.
#[derive(Debug, Default)]
pub(crate) struct ByDir {
    /// Where those of each directory end.
    ends: Vec<u32>,
    rows: Vec<u32>,
}

impl ByDir {
    pub(crate) fn new(files: &Files) -> ByDir {
        let mut ends = vec![0; files.dirs.len()];
        files.rows.iter().for_each(|row| ends[row.dir as usize] += 1);
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut rows = vec![0; files.len()];
        // Each end is where its rows begin, until the last of them is there.
        for (at, row) in files.rows.iter().enumerate() {
            let end = &mut ends[row.dir as usize];
            rows[*end as usize] = at as u32;
            *end += 1;
        }
        ByDir { ends, rows }
    }

    /// The rows of the directory at `dir`, ascending.
    pub(crate) fn rows(&self, dir: u32) -> &[u32] {
        let start = (dir as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start as usize..self.ends[dir as usize] as usize]
    }
}
