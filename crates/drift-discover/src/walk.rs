//! [`walk`]: the one parallel walk over a tree, which feeds both discovery and fingerprints.
//!
//! Seen are the files that no rule hides (`rules.rs`), and all that git tracks, ignored and hidden ones too.
//! Never entered: `.git`, `.drift`, `.drift-backups`, and a directory that holds a `.drift` of its own, since
//! that is another workspace. Submodules are walked. A symlink is an entry of its own, as in git: its content
//! is its target, and it is never followed. FIFOs, sockets and devices are no files.
//! Invariants: nothing is written and nothing opened but directories and ignore files; a directory that
//! cannot be read is a [`Problem`] and the rest is still seen.
//!
//! The `ignore` crate supplies the patterns, not the traversal: its parallel walker builds a path and takes a
//! queue operation for every file, where this one does so for every directory only.

mod error;
mod finish;
mod listing;
mod memory;
mod options;
mod recall;
mod rules;
mod unseen;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ScopedJoinHandle;

use rayon::Scope;

use crate::files::{DirFiles, FileKind, Files, Gathered, Stat};
use crate::git::{self, Git};
use crate::path::{RepoPath, os_path};
use crate::problem::Problem;
pub use error::WalkError;
use listing::{DirStamp, Kind, Listing, Root};
pub use memory::{WalkMemory, WalkedDir};
pub use options::{Event, OnEvent, WalkOptions};
pub(crate) use options::{Examine, pool};
use rules::{Complaint, Digest, Level, RuleFiles, Rules, Verdict, levels_above};
use unseen::Tracked;

/// What a walk saw.
#[derive(Debug, Default)]
pub struct Walk {
    pub files: Arc<Files>,
    /// What git tracks in directories that are drift's own, wherever they are.
    pub tracked_own: Vec<RepoPath>,
    /// Directories and rules that could not be read, sorted.
    pub problems: Vec<Problem>,
    /// The directories that were entered, for the memory of a later walk; none if this one had no memory.
    pub dirs: Vec<WalkedDir>,
    /// Whether they are the ones that it remembered, and nothing of them differs. Then they are not told again.
    pub is_as_remembered: bool,
}

/// Walks the tree at `root`, an absolute path. Ends early with [`WalkError::Cancelled`] once `cancel` is set.
pub fn walk(root: &Path, options: &WalkOptions, cancel: &AtomicBool, on: OnEvent) -> Result<Walk, WalkError> {
    walk_again(root, options, None, cancel, on)
}

/// The same with what an earlier walk remembered.
pub fn walk_again(
    root: &Path,
    options: &WalkOptions,
    memory: Option<WalkMemory>,
    cancel: &AtomicBool,
    on: OnEvent,
) -> Result<Walk, WalkError> {
    walk_with(root, options, memory, Examine::All, cancel, on)
}

/// The same with a choice of what is examined.
pub(crate) fn walk_with(
    root: &Path,
    options: &WalkOptions,
    memory: Option<WalkMemory>,
    examine: Examine<'_>,
    cancel: &AtomicBool,
    on: OnEvent,
) -> Result<Walk, WalkError> {
    let start = Root::open(root).map_err(|source| WalkError::Root { path: root.into(), source })?;
    let pool = pool(options.threads)?;
    let top = git::find_top(root);
    let mut bad = Vec::new();
    let (prefix, level) = levels_above(root, top.as_deref(), &mut bad);
    let device =
        start.enter(Path::new("")).ok().and_then(|dir| Some(dir.stamp()?.device)).unwrap_or_default();
    let default = options.default_excludes.as_deref();
    let rules = Rules::new(&options.ignore, default, &mut bad);
    let mut walker = Walker {
        root,
        start,
        prefix,
        rules,
        memory,
        examine,
        device,
        walked: Mutex::default(),
        cancel,
        is_wrong: AtomicBool::new(false),
        on,
        seen: AtomicU64::new(0),
        gathered: Mutex::default(),
        hidden: Mutex::default(),
        drift_levels: Mutex::default(),
        bad: Mutex::new(bad),
    };
    // Git takes as long to say so as it takes to walk a small tree, and it mostly names no other file.
    let (other, tracked) = std::thread::scope(|threads| {
        let walker = &walker;
        let tracked = top.as_deref().zip(walker.memory.as_ref().map(WalkMemory::table));
        let tracked = tracked.filter(|(_, files)| !files.is_empty());
        let tracked = tracked.map(|(top, files)| threads.spawn(|| Tracked::read(top, &walker.prefix, files)));
        let asked = top.as_ref().map(|_| {
            threads.spawn(|| {
                let other = Git::new(root).excludes_file().filter(|file| Some(&**file) != default);
                walker.is_wrong.store(other.is_some(), Ordering::Relaxed);
                other
            })
        });
        pool.scope(|scope| walker.visit(scope, walker.prefix.clone(), &level));
        let tracked = if top.is_some() { tracked.and_then(joined) } else { Some(Tracked::default()) };
        (asked.and_then(joined), tracked)
    });
    if let Some(other) = other {
        walker = walker.with_excludes(options, top.as_deref(), &other);
        pool.scope(|scope| walker.visit(scope, walker.prefix.clone(), &level));
    }
    if cancel.load(Ordering::Relaxed) {
        return Err(WalkError::Cancelled);
    }
    Ok(walker.finish(top.as_deref(), tracked))
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A directory on the way.
struct Place<'p> {
    /// Relative to the root.
    path: &'p [u8],
    rel: &'p Path,
    /// As it was before its entries were looked at; only for a walk with a memory.
    stamp: Option<DirStamp>,
}

struct Walker<'a> {
    root: &'a Path,
    start: Root,
    /// From the top of the work tree to the root, with a final `/`; rules are relative to the top.
    prefix: Vec<u8>,
    rules: Rules,
    memory: Option<WalkMemory>,
    examine: Examine<'a>,
    /// Of the root.
    device: u64,
    /// The directories that were listed.
    walked: Mutex<Vec<WalkedDir>>,
    cancel: &'a AtomicBool,
    /// Set once it turns out that other rules hold.
    is_wrong: AtomicBool,
    on: OnEvent<'a>,
    seen: AtomicU64,
    /// All files but those that are as they were remembered.
    gathered: Mutex<Gathered>,
    /// Rows of the memory's table in directories as they were, that the rules hide.
    hidden: Mutex<Vec<u32>>,
    /// The rules of directories with a `.driftignore`, by path with the prefix.
    drift_levels: Mutex<HashMap<Box<[u8]>, Level>>,
    bad: Mutex<Vec<Complaint>>,
}

impl<'a> Walker<'a> {
    /// The same before it saw anything, with another file of patterns.
    fn with_excludes(self, options: &WalkOptions, top: Option<&Path>, excludes: &Path) -> Walker<'a> {
        let mut bad = Vec::new();
        levels_above(self.root, top, &mut bad);
        let mut memory = self.memory;
        memory.iter_mut().for_each(WalkMemory::forget_outcomes);
        Walker {
            memory,
            rules: Rules::new(&options.ignore, Some(excludes), &mut bad),
            walked: Mutex::default(),
            is_wrong: AtomicBool::new(false),
            seen: AtomicU64::new(0),
            gathered: Mutex::default(),
            hidden: Mutex::default(),
            drift_levels: Mutex::default(),
            bad: Mutex::new(bad),
            ..self
        }
    }

    /// Sees the entries of one directory; `path` is empty or ends with `/`, and starts with the prefix.
    fn visit<'s>(&'s self, scope: &Scope<'s>, mut path: Vec<u8>, above: &Level) {
        if self.cancel.load(Ordering::Relaxed) || self.is_wrong.load(Ordering::Relaxed) {
            return;
        }
        let own_path = path[self.prefix.len()..].strip_suffix(b"/").unwrap_or_default().to_vec();
        let rel = os_path(&own_path).into_owned();
        let dir = match self.start.enter(&rel) {
            Ok(dir) => dir,
            // Someone removed it between the listing of its parent and now.
            Err(why) if why.kind() == ErrorKind::NotFound => return,
            Err(why) => return self.unlisted(&own_path, &rel, &why),
        };
        let place =
            Place { path: &own_path, rel: &rel, stamp: self.memory.as_ref().and_then(|_| dir.stamp()) };
        if self.recall(scope, &path, above, &dir, &place) {
            return;
        }
        match dir.list() {
            Ok(listing) => self.read(scope, &mut path, above, &listing, &place),
            Err(why) => self.unlisted(&own_path, &rel, &why),
        }
    }

    /// Sees the entries of a listing; `path` is that of the directory.
    fn read<'s>(
        &'s self,
        scope: &Scope<'s>,
        path: &mut Vec<u8>,
        above: &Level,
        listing: &Listing,
        place: &Place<'_>,
    ) {
        let start = path.len();
        let mut files = RuleFiles::default();
        for at in 0..listing.len() {
            match (listing.name(at), listing.kind(at)) {
                (b".driftignore", Kind::File) => files.driftignore = true,
                (b".gitignore", Kind::File) => files.gitignore = true,
                (b".git", _) => files.git = true,
                (b".drift", Kind::Dir) if start > self.prefix.len() => {
                    return self.walked(place, files, None);
                }
                _ => {}
            }
        }
        let own = self.level(above, place.rel, path, files);
        let level = own.as_ref().unwrap_or(above);
        let mut seen = DirFiles::new(&path[self.prefix.len()..]);
        let (mut names, mut below): (Vec<&[u8]>, Vec<&[u8]>) = (Vec::new(), Vec::new());
        let mut is_whole = true;
        for at in 0..listing.len() {
            let (name, kind) = (listing.name(at), listing.kind(at));
            let is_dir = kind == Kind::Dir;
            if kind == Kind::Other || (is_dir && is_ours(name)) {
                continue;
            }
            path.truncate(start);
            path.extend_from_slice(name);
            let dot = name.first() == Some(&b'.');
            if self.rules.verdict(level, &os_path(path), is_dir, dot) == Verdict::Hidden {
                continue;
            }
            if is_dir {
                path.push(b'/');
                below.push(name);
                let (path, level) = (path.clone(), level.clone());
                scope.spawn(move |scope| self.visit(scope, path, &level));
                continue;
            }
            names.push(name);
            if !self.examine.includes(name) {
                seen.push(name, Stat::UNSEEN, kind_of(kind == Kind::Symlink));
                continue;
            }
            match listing.stat(at) {
                Ok(stat) => seen.push(name, stat, kind_of(kind == Kind::Symlink)),
                Err(why) => {
                    is_whole = false;
                    if why.kind() != ErrorKind::NotFound {
                        self.complain(&place.rel.join(os_path(name)), format!("cannot be examined: {why}"));
                    }
                }
            }
        }
        self.keep(seen);
        let evidence =
            self.memory.as_ref().zip(place.stamp).filter(|_| is_whole).and_then(|(memory, stamp)| {
                memory.evidence(&stamp, self.device, &self.digests(level), &mut names, &mut below)
            });
        self.walked(place, files, evidence);
    }

    /// What tells the rules of a directory from others.
    fn digests(&self, level: &Level) -> [Digest; 3] {
        [Digest::of(&self.prefix), self.rules.digest, level.digest()]
    }

    fn unlisted(&self, path: &[u8], rel: &Path, why: &std::io::Error) {
        self.complain(rel, format!("cannot be listed: {why}"));
        self.walked(&Place { path, rel, stamp: None }, RuleFiles::default(), None);
    }

    fn walked(&self, place: &Place<'_>, rules: RuleFiles, evidence: Option<[u8; 16]>) {
        if self.memory.is_some() {
            let dir = WalkedDir { path: place.path.into(), rules: rules.bits(), evidence };
            self.walked.lock().unwrap_or_else(PoisonError::into_inner).push(dir);
        }
    }

    /// The rules that `dir` itself adds, if any.
    fn level(&self, above: &Level, rel: &Path, path: &[u8], files: RuleFiles) -> Option<Level> {
        if !(files.driftignore || files.gitignore || files.git) {
            return None;
        }
        let mut bad = Vec::new();
        let own = Level::new(Some(above), &self.root.join(rel), &os_path(path), files, &mut bad);
        self.bad.lock().unwrap_or_else(PoisonError::into_inner).append(&mut bad);
        if let Some(level) = own.as_ref().filter(|level| level.has_drift_rules()) {
            let mut levels = self.drift_levels.lock().unwrap_or_else(PoisonError::into_inner);
            levels.insert(path.into(), level.clone());
        }
        own
    }

    fn keep(&self, mut seen: DirFiles) {
        if seen.len() == 0 {
            return;
        }
        seen.sort();
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner).add(&seen);
        self.count(seen.len());
    }

    fn count(&self, more: usize) {
        let files = self.seen.fetch_add(more as u64, Ordering::Relaxed) + more as u64;
        (self.on)(Event::Walked { files });
    }

    fn complain(&self, rel: &Path, message: String) {
        self.bad.lock().unwrap_or_else(PoisonError::into_inner).push((self.root.join(rel), message));
    }
}

/// Directories that belong to git or to drift itself.
fn is_ours(name: &[u8]) -> bool {
    matches!(name, b".git" | b".drift" | b".drift-backups" | b".drift-cache")
}

fn kind_of(link: bool) -> FileKind {
    if link { FileKind::Symlink } else { FileKind::Regular }
}

#[cfg(test)]
mod tests;
