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
mod listing;
mod memory;
mod rules;
mod unseen;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use crate::files::{DirFiles, FileKind, Files, join};
use crate::git::{self, Git};
use crate::path::os_path;
use crate::problem::Problem;
pub use error::WalkError;
use listing::{Dir, DirStamp, Kind, Listing, Root};
use memory::KnownDir;
pub use memory::{WalkMemory, WalkedDir};
use rules::{Complaint, Digest, Level, RuleFiles, Rules, Verdict};
use unseen::Unseen;

/// How a tree is walked.
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Patterns in the syntax of `.gitignore`, relative to the root; they win over all ignore files.
    pub ignore: Vec<String>,
    /// The file of patterns that git reads where `core.excludesFile` is not set:
    /// `$XDG_CONFIG_HOME/git/ignore`, else `~/.config/git/ignore`.
    pub default_excludes: Option<PathBuf>,
    /// How many threads; 0 takes one per core, but at least four, since threads that wait for a cold disk
    /// cost nothing.
    pub threads: usize,
}

/// What is happening, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many files were seen until now.
    Walked { files: u64 },
    /// So many files, and bytes of them, were hashed until now, of so many.
    Hashed { files: u64, bytes: u64, of_files: u64, of_bytes: u64 },
}

/// Where events go; called from several threads.
pub type OnEvent<'a> = &'a (dyn Fn(Event) + Sync);

/// What a walk saw.
#[derive(Debug, Default)]
pub struct Walk {
    pub files: Files,
    /// Directories and rules that could not be read, sorted.
    pub problems: Vec<Problem>,
    /// The directories that were entered, for the memory of a later walk; none if this one had no memory.
    pub dirs: Vec<WalkedDir>,
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
    let start = Root::open(root).map_err(|source| WalkError::Root { path: root.into(), source })?;
    let pool = pool(options.threads)?;
    let top = git::find_top(root);
    let mut bad = Vec::new();
    let excludes = top.as_ref().and_then(|_| Git::new(root).excludes_file());
    let excludes = excludes.or_else(|| options.default_excludes.clone());
    let rules = Rules::new(&options.ignore, excludes.as_deref(), &mut bad);
    let (prefix, level) = levels_above(root, top.as_deref(), &mut bad);
    let device =
        start.enter(Path::new("")).ok().and_then(|dir| Some(dir.stamp()?.device)).unwrap_or_default();
    let walker = Walker {
        root,
        start,
        prefix,
        rules,
        memory,
        device,
        walked: Mutex::default(),
        cancel,
        on,
        seen: AtomicU64::new(0),
        dirs: Mutex::default(),
        drift_levels: Mutex::default(),
        bad: Mutex::new(bad),
    };
    pool.scope(|scope| walker.visit(scope, walker.prefix.clone(), &level));
    if cancel.load(Ordering::Relaxed) {
        return Err(WalkError::Cancelled);
    }
    Ok(walker.finish(top.as_deref()))
}

/// A pool of `threads` threads, or the default of [`WalkOptions::threads`].
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool, WalkError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = if threads == 0 { cores.max(4) } else { threads };
    (rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|_| "drift-walk".into()).build())
        .map_err(|source| WalkError::Threads { threads, source })
}

/// The rules of the directories from the top of the work tree down to the parent of `root`, and the path of
/// `root` below that top, with a final `/`.
fn levels_above(root: &Path, top: Option<&Path>, bad: &mut Vec<Complaint>) -> (Vec<u8>, Level) {
    let mut level = Level::none();
    let mut prefix = Vec::new();
    let Some((top, below)) = top.and_then(|top| Some((top, root.strip_prefix(top).ok()?))) else {
        return (prefix, level);
    };
    let mut dir = top.to_path_buf();
    for part in below.components() {
        let next = Level::new(Some(&level), &dir, &os_path(&prefix), RuleFiles::probe(&dir), bad);
        level = next.unwrap_or(level);
        dir.push(part);
        prefix.extend_from_slice(&crate::path::os_bytes(part.as_os_str()));
        prefix.push(b'/');
    }
    (prefix, level)
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
    /// Of the root.
    device: u64,
    walked: Mutex<Vec<WalkedDir>>,
    cancel: &'a AtomicBool,
    on: OnEvent<'a>,
    seen: AtomicU64,
    dirs: Mutex<Vec<DirFiles>>,
    /// The rules of directories with a `.driftignore`, by path with the prefix.
    drift_levels: Mutex<HashMap<Box<[u8]>, Level>>,
    bad: Mutex<Vec<Complaint>>,
}

impl<'a> Walker<'a> {
    /// Sees the entries of one directory; `path` is empty or ends with `/`, and starts with the prefix.
    fn visit<'s>(&'s self, scope: &Scope<'s>, mut path: Vec<u8>, above: &Level) {
        if self.cancel.load(Ordering::Relaxed) {
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

    /// Sees the entries that are remembered of a directory, if these are all it has; says whether they are.
    fn recall<'s>(
        &'s self,
        scope: &Scope<'s>,
        path: &[u8],
        above: &Level,
        dir: &Dir,
        place: &Place<'_>,
    ) -> bool {
        let Some((memory, stamp)) = self.memory.as_ref().zip(place.stamp) else { return false };
        let Some(known) = memory.get(place.path) else { return false };
        let own = self.level(above, place.rel, path, known.rules);
        let level = own.as_ref().unwrap_or(above);
        let KnownDir { files, dirs, .. } = known;
        let mut names: Vec<&[u8]> = files.iter().map(|&name| memory.text(name)).collect();
        let mut below: Vec<&[u8]> = dirs.iter().map(|&name| memory.text(name)).collect();
        let evidence = memory.evidence(&stamp, self.device, &self.digests(level), &mut names, &mut below);
        if evidence != Some(known.evidence) {
            return false;
        }
        let mut seen = DirFiles::new(&path[self.prefix.len()..]);
        for &name in files {
            match dir.look(memory.c_str(name)) {
                Ok((stat, kind @ (Kind::File | Kind::Symlink))) => {
                    seen.push(memory.text(name), stat, kind_of(kind == Kind::Symlink));
                }
                // Something is happening right now.
                _ => return false,
            }
        }
        for name in below {
            let (path, level) = ([path, name, b"/"].concat(), level.clone());
            scope.spawn(move |scope| self.visit(scope, path, &level));
        }
        self.keep(seen);
        self.walked(place, known.rules, evidence);
        true
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
        seen.seal();
        let count = seen.len() as u64;
        let files = self.seen.fetch_add(count, Ordering::Relaxed) + count;
        self.dirs.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        (self.on)(Event::Walked { files });
    }

    fn complain(&self, rel: &Path, message: String) {
        self.bad.lock().unwrap_or_else(PoisonError::into_inner).push((self.root.join(rel), message));
    }

    /// Sorts everything, and adds what the work tree at `top` tracks and the walk did not see.
    fn finish(self, top: Option<&Path>) -> Walk {
        // The table takes its room.
        drop(self.memory);
        let dirs = self.dirs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let files = join(dirs);
        let levels = self.drift_levels.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut bad = self.bad.into_inner().unwrap_or_else(PoisonError::into_inner);
        let hidden = |full: &[u8]| self.rules.drift_hides(full, |dir| levels.get(dir));
        let mut unseen = Unseen::new(self.root, &self.prefix, &files, &hidden);
        if let Some(top) = top
            && let Err(why) = unseen.add_tracked(top)
        {
            let hint = why.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            let message =
                format!("files that are ignored or hidden, but tracked, were not seen: {why}{hint}");
            bad.push((self.root.to_path_buf(), message));
        }
        let found = unseen.found();
        let files = if found.is_empty() { files } else { files.with(found) };
        let mut problems: Vec<Problem> =
            bad.into_iter().map(|(path, message)| problem(self.root, &path, message)).collect();
        problems.sort();
        problems.dedup();
        let dirs = self.walked.into_inner().unwrap_or_else(PoisonError::into_inner);
        Walk { files, problems, dirs }
    }
}

/// Directories that belong to git or to drift itself.
fn is_ours(name: &[u8]) -> bool {
    matches!(name, b".git" | b".drift" | b".drift-backups" | b".drift-cache")
}

fn kind_of(link: bool) -> FileKind {
    if link { FileKind::Symlink } else { FileKind::Regular }
}

fn problem(root: &Path, path: &Path, message: String) -> Problem {
    let file = path.strip_prefix(root).ok().and_then(crate::path::from_os);
    let message = match &file {
        Some(_) => message,
        None if path.as_os_str().is_empty() => message,
        None => format!("{}: {message}", path.display()),
    };
    Problem { file: file.unwrap_or_default(), line: None, code: "walk.unreadable", message }
}

#[cfg(test)]
mod tests;
