//! [`Unseen`]: the files that git tracks and a walk did not see, since they are ignored or hidden.
//!
//! Drift's own rules hide them all the same, and so do nested workspaces. A file that git tracks where there
//! is now a symlink in place of a directory is not there.

use std::collections::HashMap;
use std::path::Path;

use super::{is_ours, kind_of};
use crate::files::{DirFiles, Files, Gathered, Stat};
use crate::git::index::{Tracks, Unusual, each_tracked};
use crate::git::{Git, GitError};
use crate::path::{RepoPath, os_path};

/// Submodules of submodules are followed this far.
const MAX_NESTED: usize = 16;

/// More than this are not kept: what is stored is of another time then.
const MAX_OTHERS: usize = 4096;

/// What git tracks, as a table tells that was there before the walk: found beside the walk, it is all that is
/// left to know if the walk finds everything as in the table. By default there is no git.
#[derive(Default)]
pub(super) struct Tracked {
    /// Whether git tracks the file, by row of the table.
    known: Vec<bool>,
    /// What the table has not.
    others: Vec<(Box<[u8]>, Tracks)>,
}

impl Tracked {
    /// `None` if there is too much that the table has not, or only git itself can tell.
    pub(super) fn read(top: &Path, prefix: &[u8], files: &Files) -> Option<Tracked> {
        let mut tracked = Tracked { known: vec![false; files.len()], others: Vec::new() };
        let mut next = 0;
        let mut sink = |path: &[u8], tracks| {
            let Some(path) = path.strip_prefix(prefix) else { return };
            match files.find_from(&mut next, path) {
                Some(at) if tracks == Tracks::File => tracked.known[at] = true,
                _ if tracked.others.len() > MAX_OTHERS => {}
                _ => tracked.others.push((path.into(), tracks)),
            }
        };
        each_tracked(top, &mut sink).ok()?;
        (tracked.others.len() <= MAX_OTHERS).then_some(tracked)
    }
}

/// Collects what a walk over `root` missed.
pub(super) struct Unseen<'a> {
    root: &'a Path,
    /// From the top of the work tree to the root, with a final `/`.
    prefix: &'a [u8],
    files: &'a Files,
    /// Whether drift's rules hide a path from the top of the work tree.
    hidden: &'a dyn Fn(&[u8]) -> bool,
    /// The place after the file found last: tracked files mostly come in the same order.
    next: usize,
    by_dir: HashMap<Vec<u8>, DirFiles>,
    /// What is tracked in directories that are drift's or git's own.
    own: Vec<RepoPath>,
    /// Directories, and whether what is below is someone else's.
    elsewhere: HashMap<Vec<u8>, bool>,
}

impl<'a> Unseen<'a> {
    pub(super) fn new(
        root: &'a Path,
        prefix: &'a [u8],
        files: &'a Files,
        hidden: &'a dyn Fn(&[u8]) -> bool,
    ) -> Unseen<'a> {
        let (by_dir, own, elsewhere) = (HashMap::new(), Vec::new(), HashMap::new());
        Unseen { root, prefix, files, hidden, next: 0, by_dir, own, elsewhere }
    }

    /// Looks at everything that the work tree at `top` tracks at and below the root, submodules included.
    pub(super) fn add_tracked(&mut self, top: &Path) -> Result<(), GitError> {
        let mut submodules = Vec::new();
        let prefix = self.prefix;
        let mut sink = |path: &[u8], tracks| {
            if let Some(path) = path.strip_prefix(prefix) {
                self.add(path, tracks, &mut submodules);
            }
        };
        if each_tracked(top, &mut sink) == Err(Unusual) {
            return match Git::new(self.root).tracked() {
                Ok(tracked) => {
                    tracked.paths().for_each(|path| self.add(path, Tracks::File, &mut Vec::new()));
                    Ok(())
                }
                // What looks like a repository is none, or there is no git: the plain walk is the answer.
                Err(GitError::NotInstalled(_) | GitError::NotARepository { .. }) => Ok(()),
                Err(why) => Err(why),
            };
        }
        self.add_submodules(submodules);
        Ok(())
    }

    /// The same for a walk that saw all of the table but the rows in `hidden`.
    pub(super) fn add_known(&mut self, tracked: &Tracked, hidden: &[u32]) {
        let mut submodules = Vec::new();
        for (path, tracks) in &tracked.others {
            self.add(path, *tracks, &mut submodules);
        }
        for at in hidden.iter().map(|&row| row as usize).filter(|&at| tracked.known.get(at) == Some(&true)) {
            self.examine(self.files.path(at).as_bytes());
        }
        self.add_submodules(submodules);
    }

    fn add_submodules(&mut self, mut submodules: Vec<Vec<u8>>) {
        for _ in 0..MAX_NESTED {
            let mut nested = Vec::new();
            for submodule in submodules {
                self.add_submodule(&submodule, &mut nested);
            }
            submodules = nested;
        }
    }

    /// What was found, and what is tracked where no walk goes.
    pub(super) fn found(mut self) -> (Files, Vec<RepoPath>) {
        let mut found = Gathered::default();
        for mut dir in self.by_dir.into_values() {
            dir.sort();
            found.add(&dir);
        }
        // A file in conflict has several entries.
        self.own.dedup();
        (found.join(), self.own)
    }

    fn add_submodule(&mut self, at: &[u8], nested: &mut Vec<Vec<u8>>) {
        let prefix = [at, b"/"].concat();
        if self.is_elsewhere(&prefix) {
            return;
        }
        let top = self.root.join(os_path(at));
        let mut sink = |path: &[u8], tracks| {
            let path = [&prefix, path].concat();
            self.add(&path, tracks, nested);
        };
        // One that is not checked out, or broken, holds nothing that is tracked.
        let _ = each_tracked(&top, &mut sink);
    }

    fn add(&mut self, path: &[u8], tracks: Tracks, submodules: &mut Vec<Vec<u8>>) {
        if tracks == Tracks::Submodule {
            match is_below_ours(path) {
                true => self.own.push(RepoPath::from_clean(path)),
                false => submodules.push(path.to_vec()),
            }
            return;
        }
        if self.files.find_from(&mut self.next, path).is_none() {
            self.examine(path);
        }
    }

    fn examine(&mut self, path: &[u8]) {
        if is_below_ours(path) {
            self.own.push(RepoPath::from_clean(path));
            return;
        }
        if (self.hidden)(&[self.prefix, path].concat()) || self.is_elsewhere(path) {
            return;
        }
        let Ok(metadata) = self.root.join(os_path(path)).symlink_metadata() else { return };
        if !(metadata.is_file() || metadata.is_symlink()) {
            return;
        }
        let (dir, name) = path.split_at(path.iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1));
        let part = self.by_dir.entry(dir.to_vec()).or_insert_with(|| DirFiles::new(dir));
        part.push(name, Stat::of(&metadata), kind_of(metadata.is_symlink()));
    }

    /// Whether a directory on the way to `path` is a nested workspace, or no directory. Few paths come here,
    /// so few directories are looked at, each once.
    fn is_elsewhere(&mut self, path: &[u8]) -> bool {
        (0..path.len()).filter(|&at| path[at] == b'/').any(|end| {
            *self.elsewhere.entry(path[..end].to_vec()).or_insert_with(|| {
                let dir = self.root.join(os_path(&path[..end]));
                let is_dir = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
                !is_dir(&dir) || is_dir(&dir.join(".drift"))
            })
        })
    }
}

fn is_below_ours(path: &[u8]) -> bool {
    path.split(|&b| b == b'/').any(is_ours)
}
