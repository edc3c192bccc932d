//! [`DiskSource`]: the work tree as a [`Source`].
//!
//! What is visible comes from the walk; reading and listing go to the file system, ignored and hidden
//! entries included. A symlink is followed only if it ends inside the root.
//! Invariants: nothing outside the root is read or listed; nothing but a regular file is read, whatever is
//! put in its place meanwhile: it is opened without waiting, then examined.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::evidence::Look;
use crate::files::Files;
use crate::path::{RepoPath, os_bytes};
use crate::source::{Entry, EntryKind, ReadError, Source};

/// Longer paths do not exist on Linux.
const LONGEST_PATH: usize = 4096;

/// A tree on disk.
pub struct DiskSource<'a> {
    root: PathBuf,
    /// The root without symlinks, to tell whether a link leaves it.
    real: PathBuf,
    files: &'a Files,
    lists: Mutex<HashMap<RepoPath, Arc<[Entry]>>>,
    /// The symlinks that listings came by.
    symlinks: Mutex<HashSet<RepoPath>>,
    /// Whether a directory is reached without any symlink, which saves asking where it really is.
    plain: Mutex<HashMap<RepoPath, bool>>,
    /// Everything that was looked at.
    looks: Mutex<BTreeSet<Look>>,
}

impl<'a> DiskSource<'a> {
    /// The tree at `root`, of which a walk saw `files`.
    pub fn new(root: impl Into<PathBuf>, files: &'a Files) -> DiskSource<'a> {
        let root = root.into();
        let real = fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
        let (lists, symlinks, plain) = (Mutex::default(), Mutex::default(), Mutex::default());
        DiskSource { root, real, files, lists, symlinks, plain, looks: Mutex::default() }
    }

    /// Everything that was looked at until now, besides which files are visible.
    pub fn into_looks(self) -> BTreeSet<Look> {
        self.looks.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, look: Look) {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).insert(look);
    }

    /// Whether `path` is reached without leaving the root, symlinks followed.
    fn is_inside(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| real.starts_with(&self.real))
    }

    /// Whether `dir` is a directory and no part of its path a symlink.
    fn is_plain(&self, dir: &RepoPath) -> bool {
        // A manifest can name a path of any length; one that no system takes is not worth a look at each part.
        if dir.as_bytes().len() > LONGEST_PATH {
            return false;
        }
        let known = self.plain.lock().unwrap_or_else(PoisonError::into_inner).get(dir).copied();
        known.unwrap_or_else(|| {
            let is_dir = || fs::symlink_metadata(dir.to_fs(&self.root)).is_ok_and(|found| found.is_dir());
            let plain = dir.parent().is_none_or(|parent| self.is_plain(&parent) && is_dir());
            self.plain.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.clone(), plain);
            plain
        })
    }

    fn list_now(&self, dir: &RepoPath) -> Arc<[Entry]> {
        let path = dir.to_fs(&self.root);
        if !self.is_plain(dir) && !self.is_inside(&path) {
            return Arc::default();
        }
        let Ok(listing) = fs::read_dir(&path) else { return Arc::default() };
        let mut entries: Vec<Entry> = (listing.flatten())
            .filter_map(|entry| {
                let mut kind = entry.file_type().ok()?;
                if kind.is_symlink() {
                    self.note(Look::Target(dir.join(os_bytes(&entry.file_name()))?));
                    if !self.is_inside(&entry.path()) {
                        return None;
                    }
                    kind = fs::metadata(entry.path()).ok()?.file_type();
                    let path = dir.join(os_bytes(&entry.file_name()))?;
                    self.symlinks.lock().unwrap_or_else(PoisonError::into_inner).insert(path);
                }
                let kind = match (kind.is_dir(), kind.is_file()) {
                    (true, _) => EntryKind::Dir,
                    (_, true) => EntryKind::File,
                    _ => return None,
                };
                Some(Entry { name: os_bytes(&entry.file_name()).into(), kind })
            })
            .collect();
        entries.sort();
        entries.into()
    }
}

impl Source for DiskSource<'_> {
    fn read(&self, path: &RepoPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.note(Look::Content(path.clone()));
        let fs_path = path.to_fs(&self.root);
        match fs::symlink_metadata(&fs_path) {
            Err(why) => return Err(read_error(&why)),
            Ok(found) if found.is_file() && path.parent().is_some_and(|dir| self.is_plain(&dir)) => {}
            // The directories above can be links too; all that counts is where the path ends.
            Ok(_) if !self.is_inside(&fs_path) => return Err(ReadError::Absent),
            Ok(_) => {}
        }
        read_regular(&fs_path, limit)
    }

    fn list(&self, dir: &RepoPath) -> Arc<[Entry]> {
        let known = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(dir).cloned();
        known.unwrap_or_else(|| {
            self.note(Look::Entries(dir.clone()));
            let entries = self.list_now(dir);
            let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
            lists.insert(dir.clone(), entries.clone());
            entries
        })
    }

    fn is_symlink(&self, path: &RepoPath) -> bool {
        self.symlinks.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    fn visible(&self, wanted: &dyn Fn(&[u8]) -> bool) -> Vec<RepoPath> {
        (0..self.files.len())
            .filter(|&at| wanted(self.files.split(at).1))
            .map(|at| self.files.path(at))
            .collect()
    }
}

/// The whole content of a regular file of at most `limit` bytes; anything else is absent.
pub(crate) fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let (file, metadata) = open_regular(path).map_err(|why| read_error(&why))?.ok_or(ReadError::Absent)?;
    let size = metadata.len();
    if size > limit {
        return Err(ReadError::TooLarge(size));
    }
    let mut content = Vec::with_capacity(size as usize);
    // One byte more than allowed tells that the file grew meanwhile.
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(|why| read_error(&why))?;
    match content.len() as u64 > limit {
        true => Err(ReadError::TooLarge(content.len() as u64)),
        false => Ok(content),
    }
}

/// Opens `path` for reading if it is a regular file, and examines it. Never waits for the other end of a
/// FIFO.
pub(crate) fn open_regular(path: &Path) -> std::io::Result<Option<(File, Metadata)>> {
    let file = reading().open(path)?;
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata)))
}

/// How a file is opened that may be something else by now: without waiting.
#[cfg(unix)]
fn reading() -> OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.read(true).custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32);
    options
}

/// Windows opens a directory only with this flag and else denies access, which would read as a file that cannot
/// be read (<https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew>).
#[cfg(windows)]
pub(crate) fn reading() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const FILE_FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
    let mut options = File::options();
    options.read(true).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
    options
}

#[cfg(not(any(unix, windows)))]
pub(crate) fn reading() -> OpenOptions {
    let mut options = File::options();
    options.read(true);
    options
}

fn read_error(why: &std::io::Error) -> ReadError {
    match why.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => ReadError::Absent,
        _ => ReadError::Io(why.to_string()),
    }
}

#[cfg(test)]
mod tests;
