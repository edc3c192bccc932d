//! [`Rules`]: which entries of a tree are ignored, with git's rules and drift's own.
//!
//! Owns the order of precedence, highest first: the caller's globs; `.driftignore`, nearest directory first;
//! `.gitignore`, nearest first, up to the top of the work tree; its `.git/info/exclude`; the file that git's
//! `core.excludesFile` names; last, a name that starts with `.` is hidden.
//! The rules of `.gitignore` hold without git too: an exported tree reads like the repository it came from.
//! Inside a nested repository or submodule the git rules of the outer one do not hold, as in git.
//! Braces in git's files are ordinary characters, as in git; in drift's own they are alternatives.
//! Only regular files of at most [`MAX_RULE_BYTES`] are read, never through a symlink, as git does.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::disk::read_regular;
use crate::git::index::{common_dir, git_dir};
use crate::path::{os_bytes, os_path};
use crate::problem::Problem;
use crate::source::ReadError;

/// An ignore file larger than this is reported, not read.
pub(crate) const MAX_RULE_BYTES: u64 = 1 << 20;

/// What the rules say of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing hides it.
    Visible,
    /// Ignored, or hidden by its name.
    Hidden,
}

/// BLAKE3 of rules, to tell whether they are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest(pub(super) [u8; 32]);

impl Digest {
    pub(super) fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// Of several parts, in order.
    fn joined(parts: &[Digest]) -> Digest {
        let mut hasher = blake3::Hasher::new();
        parts.iter().for_each(|part| {
            hasher.update(&part.0);
        });
        Digest(*hasher.finalize().as_bytes())
    }
}

/// The rules that hold in every directory.
pub(super) struct Rules {
    pub(super) digest: Digest,
    /// The caller's globs.
    extra: Gitignore,
    /// `core.excludesFile`.
    global: Gitignore,
}

/// The rules of one directory and those above it.
#[derive(Clone)]
pub(super) struct Level(Arc<Inner>);

struct Inner {
    drift: Gitignore,
    git: Gitignore,
    exclude: Gitignore,
    /// Of all of these and those above.
    digest: Digest,
    /// The top of a work tree: git's rules from further up do not hold here.
    top: bool,
    parent: Option<Level>,
}

/// Which files with rules a directory holds, as its listing shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RuleFiles {
    pub(super) driftignore: bool,
    pub(super) gitignore: bool,
    pub(super) git: bool,
}

impl RuleFiles {
    /// As a number, for [`RuleFiles::from_bits`].
    pub(super) fn bits(self) -> u8 {
        u8::from(self.driftignore) | u8::from(self.gitignore) << 1 | u8::from(self.git) << 2
    }

    pub(super) fn from_bits(bits: u8) -> RuleFiles {
        RuleFiles { driftignore: bits & 1 != 0, gitignore: bits & 2 != 0, git: bits & 4 != 0 }
    }

    /// By looking, where there is no listing.
    pub(super) fn probe(dir: &Path) -> RuleFiles {
        let there = |name: &str| dir.join(name).symlink_metadata().is_ok();
        RuleFiles { driftignore: false, gitignore: there(".gitignore"), git: there(".git") }
    }
}

/// A message about a rule that could not be read or understood, and the file it is in.
pub(super) type Complaint = (PathBuf, String);

impl Rules {
    pub(super) fn new(patterns: &[String], excludes: Option<&Path>, bad: &mut Vec<Complaint>) -> Rules {
        let mut builder = GitignoreBuilder::new("");
        for glob in patterns {
            if let Err(why) = builder.add_line(None, glob) {
                bad.push((PathBuf::new(), format!("the ignore pattern {glob:?} is not valid: {why}")));
            }
        }
        let extra = builder.build().unwrap_or_else(|_| Gitignore::empty());
        let (global, excludes) = excludes.map_or_else(none, |file| read(file, Path::new(""), bad));
        let digest = Digest::joined(&[Digest::of(format!("{patterns:?}").as_bytes()), excludes]);
        Rules { digest, extra, global }
    }

    /// What holds for `path`, an entry of the directory that `level` stands for, both relative to the top.
    pub(super) fn verdict(&self, level: &Level, path: &Path, is_dir: bool, dot: bool) -> Verdict {
        let found = self.extra.matched(path, is_dir).map(drop);
        let found = found.or(level.drift(path, is_dir));
        let found = found.or(level.git(path, is_dir));
        match found.or(self.global.matched(path, is_dir).map(drop)) {
            Match::Ignore(()) => Verdict::Hidden,
            Match::Whitelist(()) => Verdict::Visible,
            Match::None if dot => Verdict::Hidden,
            Match::None => Verdict::Visible,
        }
    }

    /// Whether drift's own rules hide `path` or a directory above it. They hide files that git tracks too,
    /// where git's do not. `levels` gives the rules of a directory above it that has some of its own.
    pub(super) fn drift_hides<'a>(&self, path: &[u8], levels: impl Fn(&[u8]) -> Option<&'a Level>) -> bool {
        let mut level = None;
        let ends = (0..path.len()).filter(|&at| path[at] == b'/').chain([path.len()]);
        let mut start = 0;
        for end in ends {
            level = levels(&path[..start]).or(level);
            let is_dir = end < path.len();
            let part = os_path(&path[..end]);
            let found = self.extra.matched(&part, is_dir).map(drop);
            if found.or(level.map_or(Match::None, |level| level.drift(&part, is_dir))).is_ignore() {
                return true;
            }
            start = end + 1;
        }
        false
    }
}

impl Level {
    /// The rules of `dir`, at `rel` from the top, below those of `parent`.
    pub(super) fn new(
        parent: Option<&Level>,
        dir: &Path,
        rel: &Path,
        files: RuleFiles,
        bad: &mut Vec<Complaint>,
    ) -> Option<Level> {
        let mut read_if = |there: bool, name: &str| match there {
            true => read(&dir.join(name), rel, bad),
            false => none(),
        };
        let (drift, drift_digest) = read_if(files.driftignore, ".driftignore");
        let (git, git_digest) = read_if(files.gitignore, ".gitignore");
        let (exclude, exclude_digest) = match files.git.then(|| git_dir(dir)).flatten() {
            Some(git) => read(&common_dir(&git).join("info/exclude"), rel, bad),
            None => none(),
        };
        if drift.is_empty() && git.is_empty() && !files.git {
            return None;
        }
        let above = parent.map_or_else(Digest::default, Level::digest);
        let top = Digest::of(&[u8::from(files.git)]);
        let digest = Digest::joined(&[
            above,
            Digest::of(&os_bytes(rel.as_os_str())),
            top,
            drift_digest,
            git_digest,
            exclude_digest,
        ]);
        let parent = parent.cloned();
        Some(Level(Arc::new(Inner { drift, git, exclude, digest, top: files.git, parent })))
    }

    /// No rules at all.
    pub(super) fn none() -> Level {
        let empty = Gitignore::empty;
        Level(Arc::new(Inner {
            drift: empty(),
            git: empty(),
            exclude: empty(),
            digest: Digest::default(),
            top: false,
            parent: None,
        }))
    }

    /// What tells these rules and those above from others.
    pub(super) fn digest(&self) -> Digest {
        self.0.digest
    }

    /// Whether this directory has a `.driftignore` of its own.
    pub(super) fn has_drift_rules(&self) -> bool {
        !self.0.drift.is_empty()
    }

    fn chain(&self) -> impl Iterator<Item = &Inner> {
        std::iter::successors(Some(&*self.0), |inner| inner.parent.as_ref().map(|level| &*level.0))
    }

    fn drift(&self, path: &Path, is_dir: bool) -> Match<()> {
        self.chain().map(|inner| inner.drift.matched(path, is_dir).map(drop)).fold(Match::None, Match::or)
    }

    fn git(&self, path: &Path, is_dir: bool) -> Match<()> {
        for inner in self.chain() {
            let found = inner.git.matched(path, is_dir).map(drop);
            if !found.is_none() {
                return found;
            }
            if inner.top {
                return inner.exclude.matched(path, is_dir).map(drop);
            }
        }
        Match::None
    }
}

/// The rules of the directories from the top of the work tree down to the parent of `root`, and the path of
/// `root` below that top, with a final `/`.
pub(super) fn levels_above(root: &Path, top: Option<&Path>, bad: &mut Vec<Complaint>) -> (Vec<u8>, Level) {
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

/// Compiles the patterns of `file`, which hold below `rel`.
fn read(file: &Path, rel: &Path, bad: &mut Vec<Complaint>) -> (Gitignore, Digest) {
    let bytes = match read_regular(file, MAX_RULE_BYTES) {
        Ok(bytes) => bytes,
        Err(ReadError::Absent) => return none(),
        Err(ReadError::TooLarge(size)) => {
            bad.push((file.into(), format!("{size} bytes are too many for a file of ignore patterns")));
            return none();
        }
        Err(ReadError::Io(why)) => {
            bad.push((file.into(), format!("cannot be read: {why}")));
            return none();
        }
    };
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut builder = GitignoreBuilder::new(rel);
    let is_git = file.file_name() != Some(OsStr::new(".driftignore"));
    for (at, line) in String::from_utf8_lossy(body).lines().enumerate() {
        let line = if is_git { without_braces(line) } else { Cow::Borrowed(line) };
        if let Err(why) = builder.add_line(None, &line) {
            bad.push((file.into(), format!("line {}: {why}", at + 1)));
        }
    }
    let rules = builder.build().unwrap_or_else(|why| {
        bad.push((file.into(), why.to_string()));
        Gitignore::empty()
    });
    (rules, Digest::of(&bytes))
}

/// `line` with its braces escaped: to git they are ordinary characters, to the library they are alternatives.
fn without_braces(line: &str) -> Cow<'_, str> {
    if !line.contains(['{', '}']) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len() + 4);
    let (mut in_class, mut chars) = (false, line.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' if !in_class => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '{' | '}' if !in_class => out.push('\\'),
            _ => {}
        }
        out.push(c);
    }
    Cow::Owned(out)
}

fn none() -> (Gitignore, Digest) {
    (Gitignore::empty(), Digest::default())
}

/// A complaint, as the walk of `root` reports it.
pub(super) fn problem(root: &Path, path: &Path, message: String) -> Problem {
    let file = path.strip_prefix(root).ok().and_then(crate::path::from_os);
    let message = match &file {
        Some(_) => message,
        None if path.as_os_str().is_empty() => message,
        None => format!("{}: {message}", path.display()),
    };
    Problem { file: file.unwrap_or_default(), line: None, code: "walk.unreadable", message }
}
