//! [`Look`]: what a discovery looked at on disk, so that a later scan can tell that it would find the same.
//!
//! Discovery is a function of what it reads through [`crate::Source`]: which files are visible, the content
//! of manifests, the entries of directories. [`crate::DiskSource`] notes every one of these looks, absent
//! files and links included; their [`evidence`] is the metadata of all of them. As long as it stays, and the
//! walk sees no file come or go, no manifest has to be read again.
//! Invariant: it is given only where nothing can have changed unseen. Directories and files count with their
//! change time, which nobody can set back; one that changed so late that a further change could bear the same
//! time, that lies on another file system, or that cannot be examined, leaves no evidence. Where the system
//! has no such time there never is one.

use std::path::Path;

use crate::path::RepoPath;

/// One thing that a discovery looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Look {
    /// The entries of a directory.
    Entries(RepoPath),
    /// The content of a file, present or not.
    Content(RepoPath),
    /// Where a symlink leads.
    Target(RepoPath),
}

/// BLAKE3 of the metadata of all `looks` in the tree at `root`. `now_ns`, nanoseconds since 1970, is when the
/// scan started that asks.
#[cfg(unix)]
pub fn evidence<'a>(root: &Path, looks: impl IntoIterator<Item = &'a Look>, now_ns: i64) -> Option<[u8; 32]> {
    let mut examiner = unix::Examiner::new(root, now_ns)?;
    let mut hasher = blake3::Hasher::new();
    for look in looks {
        let seen = examiner.examine(look)?;
        hasher.update(&(seen.len() as u64).to_le_bytes());
        hasher.update(seen);
    }
    Some(*hasher.finalize().as_bytes())
}

/// BLAKE3 of the metadata of all `looks` in the tree at `root`.
#[cfg(not(unix))]
pub fn evidence<'a>(_: &Path, _: impl IntoIterator<Item = &'a Look>, _: i64) -> Option<[u8; 32]> {
    None
}

#[cfg(unix)]
mod unix {
    use std::collections::HashMap;
    use std::fs::{self, Metadata};
    use std::io::{self, ErrorKind};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;

    use super::{Look, Path};
    use crate::fingerprint::racy;
    use crate::path::RepoPath;

    pub(super) struct Examiner<'a> {
        root: &'a Path,
        device: u64,
        now_ns: i64,
        /// Directories, and what they are if no part of their path is a symlink.
        plain: HashMap<RepoPath, Option<Metadata>>,
        seen: Vec<u8>,
    }

    impl<'a> Examiner<'a> {
        pub(super) fn new(root: &'a Path, now_ns: i64) -> Option<Examiner<'a>> {
            let top = fs::metadata(root).ok()?;
            let device = top.dev();
            let plain = HashMap::from([(RepoPath::root(), Some(top))]);
            Some(Examiner { root, device, now_ns, plain, seen: Vec::new() })
        }

        /// What tells whether the outcome of `look` may differ; `None` if nothing does.
        pub(super) fn examine(&mut self, look: &Look) -> Option<&[u8]> {
            let (tag, path) = match look {
                Look::Entries(path) => (b'e', path),
                Look::Content(path) => (b'c', path),
                Look::Target(path) => (b't', path),
            };
            self.seen.clear();
            self.seen.push(tag);
            self.seen.extend_from_slice(path.as_bytes());
            self.seen.push(0);
            let plain = match look {
                Look::Entries(dir) => self.plain(dir),
                Look::Content(file) => self.plain_file(file),
                Look::Target(_) => None,
            };
            match plain {
                Some(found) => self.stamp(&found)?,
                None => self.follow(look, &path.to_fs(self.root))?,
            }
            Some(&self.seen)
        }

        /// Where `path` leads through links, and what is there.
        fn follow(&mut self, look: &Look, path: &Path) -> Option<()> {
            let real: PathBuf = match fs::canonicalize(path) {
                Ok(real) => real,
                Err(why) if is_absent(&why) => {
                    self.seen.push(b'-');
                    return Some(());
                }
                Err(_) => return None,
            };
            self.seen.extend_from_slice(real.as_os_str().as_bytes());
            self.seen.push(0);
            let found = fs::symlink_metadata(&real).ok()?;
            match look {
                // Its content does not count, nor when that was written.
                Look::Target(_) => self.seen.push(kind(&found)),
                _ => self.stamp(&found)?,
            }
            Some(())
        }

        fn stamp(&mut self, found: &Metadata) -> Option<()> {
            let ns = |s: i64, ns: i64| s.saturating_mul(1_000_000_000).saturating_add(ns);
            let changed = ns(found.ctime(), found.ctime_nsec());
            let modified = ns(found.mtime(), found.mtime_nsec());
            if found.dev() != self.device || racy(changed, self.now_ns) || racy(modified, self.now_ns) {
                return None;
            }
            self.seen.push(kind(found));
            for number in [found.ino(), found.size(), changed.cast_unsigned(), modified.cast_unsigned()] {
                self.seen.extend_from_slice(&number.to_le_bytes());
            }
            Some(())
        }

        fn plain(&mut self, dir: &RepoPath) -> Option<Metadata> {
            if let Some(known) = self.plain.get(dir) {
                return known.clone();
            }
            let above = dir.parent().and_then(|parent| self.plain(&parent));
            let found = above.and_then(|_| fs::symlink_metadata(dir.to_fs(self.root)).ok());
            let found = found.filter(Metadata::is_dir);
            self.plain.insert(dir.clone(), found.clone());
            found
        }

        fn plain_file(&mut self, file: &RepoPath) -> Option<Metadata> {
            self.plain(&file.parent()?)?;
            fs::symlink_metadata(file.to_fs(self.root)).ok().filter(Metadata::is_file)
        }
    }

    fn kind(found: &Metadata) -> u8 {
        match () {
            () if found.is_file() => b'f',
            () if found.is_dir() => b'd',
            () => b'o',
        }
    }

    /// What reading takes for nothing there.
    fn is_absent(why: &io::Error) -> bool {
        matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    }
}

#[cfg(test)]
mod tests;
