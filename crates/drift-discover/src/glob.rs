//! [`Glob`]: the patterns with which manifests name member directories, matched against a [`Source`].
//!
//! Every native tool has its own dialect, so what differs is data in [`GlobOptions`]. A pattern directs the
//! descent: only directories that can still match are listed, ignored and hidden ones included.
//! `**` matches a symlink to a directory but goes through none, so that loops end;
//! one that the pattern names is entered.
//! Invariants: matching works on bytes, so a non-UTF-8 name is never a failure; time is polynomial in the
//! length of pattern and name; alternatives, depth and the number of listed directories are bounded.

mod braces;
mod part;

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::path::RepoPath;
use crate::source::{EntryKind, Source};

use part::Part;

/// Deepest directory below the base of a pattern that `**` reaches.
const MAX_DEPTH: usize = 100;
/// Most directories that one pattern may list.
const MAX_LISTED: usize = 200_000;
/// Longest pattern in bytes.
const MAX_PATTERN: usize = 4096;

/// Most work that all patterns of one manifest may be, in comparisons of one wildcard with a piece of one name. Twenty
/// patterns over a million entries stay far below it; a thousand that are made to be slow do not.
const MAX_WORK: u64 = 50_000_000;
/// How many bytes of a name count as one piece.
const PIECE: usize = 32;

/// Most patterns with wildcards that one manifest may have: each can walk the whole tree.
pub(crate) const MAX_PATTERNS: usize = 1000;

/// What a dialect of patterns allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GlobOptions {
    /// A wildcard matches a name that starts with a dot.
    pub(crate) dot: bool,
    /// `{a,b}`, `{1..3}` and `{a..c}`.
    pub(crate) braces: bool,
    /// `@(a|b)`, `?(a)`, `*(a)`, `+(a)`, `!(a)`.
    pub(crate) extended: bool,
    /// As picomatch has it, `!(a)` also matches a name that starts with a dot, and where something follows the
    /// group it refuses every name that goes on with `a`; otherwise `!(a)` is any text that is not `a`. `(a|b)`
    /// is a group, and a class of plain characters also stands for itself.
    pub(crate) picomatch: bool,
    /// A backslash takes the next character literally; otherwise it is an ordinary character.
    pub(crate) escapes: bool,
    /// Directories of these names are never entered, even where the pattern names them.
    pub(crate) never: &'static [&'static str],
}

/// Why a pattern cannot be evaluated. The message completes "pattern `…` ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GlobError {
    #[error("is longer than {MAX_PATTERN} bytes")]
    TooLong,
    #[error("has more than {} alternatives", braces::MAX_ALTERNATIVES)]
    TooManyAlternatives,
    #[error("uses {0}, which drift does not read")]
    Unsupported(&'static str),
    #[error("leaves the repository")]
    Outside,
    #[error("reaches more than {MAX_LISTED} directories; name a narrower one")]
    TooManyDirectories,
    #[error("is too much work, with those before it; name directories, or use fewer wildcards")]
    TooMuchWork,
}

/// What the patterns of one manifest may still take.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<u64>,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { left: Cell::new(MAX_WORK) }
    }
}

impl Budget {
    fn take(&self, work: u64) -> Result<(), GlobError> {
        let left = self.left.get().checked_sub(work).ok_or(GlobError::TooMuchWork);
        self.left.set(*left.as_ref().unwrap_or(&0));
        left.map(drop)
    }
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    options: GlobOptions,
    alternatives: Vec<Alternative>,
}

/// One pattern without braces.
#[derive(Clone, Debug)]
struct Alternative {
    /// How many leading `..` it has.
    up: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `**`: any number of directories.
    Any,
    Name(Part),
}

/// Whether `**` takes a further directory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Globstar {
    GoesOn,
    Stops,
}

/// A position in an alternative: the next step to take.
type State = (usize, usize);

impl Glob {
    /// Compiles `pattern`. Empty and `.` parts and a trailing `/` have no meaning; `..` is resolved by name.
    pub(crate) fn new(pattern: &str, options: GlobOptions) -> Result<Glob, GlobError> {
        if pattern.len() > MAX_PATTERN {
            return Err(GlobError::TooLong);
        }
        let expanded =
            if options.braces { braces::expand(pattern, options)? } else { vec![pattern.to_owned()] };
        let alternatives =
            expanded.iter().map(|pattern| Alternative::new(pattern, options)).collect::<Result<_, _>>()?;
        Ok(Glob { options, alternatives })
    }

    /// Whether the directory `rel`, `/`-separated and relative to the base, matches. A pattern that leaves
    /// the base matches nothing.
    pub(crate) fn is_match(&self, rel: &[u8]) -> bool {
        let mut states: Vec<State> = (self.alternatives.iter().enumerate())
            .filter(|(_, alternative)| alternative.up == 0)
            .map(|(at, _)| (at, 0))
            .collect();
        for name in rel.split(|&b| b == b'/').filter(|part| !part.is_empty()) {
            if self.is_never(name) {
                return false;
            }
            states = self.step(&states, name, Globstar::GoesOn);
        }
        self.accepts(&states)
    }

    /// Every entry of `kind` at or below `base` (or above, where the pattern starts with `..`) that matches. The
    /// patterns of one manifest share a budget.
    pub(crate) fn find(
        &self,
        source: &dyn Source,
        base: &RepoPath,
        kind: EntryKind,
        budget: &Budget,
    ) -> Result<BTreeSet<RepoPath>, GlobError> {
        let mut walk = Walk { glob: self, source, kind, budget, listed: 0, found: BTreeSet::new() };
        let highest = self.alternatives.iter().map(|alternative| alternative.up).max().unwrap_or(0);
        for up in 0..=highest {
            let states: Vec<State> = (self.alternatives.iter().enumerate())
                .filter(|(_, alternative)| alternative.up == up)
                .map(|(at, _)| (at, 0))
                .collect();
            if states.is_empty() {
                continue;
            }
            let start = base.ancestors().nth(up).ok_or(GlobError::Outside)?;
            if kind == EntryKind::Dir && source.is_dir(&start) && self.accepts(&states) {
                walk.found.insert(start.clone());
            }
            walk.descend(&start, &states, 0)?;
        }
        Ok(walk.found)
    }

    fn is_never(&self, name: &[u8]) -> bool {
        self.options.never.iter().any(|never| never.as_bytes() == name)
    }

    /// The states after `name`.
    fn step(&self, states: &[State], name: &[u8], globstar: Globstar) -> Vec<State> {
        let mut next = BTreeSet::new();
        for &(alternative, first) in states {
            let steps = &self.alternatives[alternative].steps;
            // `**` may also stand for nothing, so the steps behind it are open too.
            for (at, step) in steps.iter().enumerate().skip(first) {
                match step {
                    Step::Any => {
                        let is_seen = self.options.dot || !name.starts_with(b".");
                        if is_seen && globstar == Globstar::GoesOn {
                            next.insert((alternative, at));
                        }
                    }
                    Step::Name(part) => {
                        if part.is_match(name) {
                            next.insert((alternative, at + 1));
                        }
                        break;
                    }
                }
            }
        }
        next.into_iter().collect()
    }

    /// How much it is to take a step from `states` with a name of `length` bytes.
    fn work(&self, states: &[State], length: usize) -> u64 {
        let pieces = 1 + length / PIECE;
        let of_state = |&(alternative, first): &State| {
            let steps = &self.alternatives[alternative].steps[first..];
            // As in `step`: what stands behind `**` is open too, up to the first name.
            let open = steps.iter().position(|step| *step != Step::Any).map_or(steps.len(), |at| at + 1);
            let parts = steps[..open].iter().map(|step| match step {
                Step::Any => 1,
                Step::Name(part) => 1 + part.weight() * pieces,
            });
            parts.sum::<usize>() as u64
        };
        states.iter().map(of_state).sum()
    }

    fn accepts(&self, states: &[State]) -> bool {
        states.iter().any(|&(alternative, first)| {
            self.alternatives[alternative].steps[first..].iter().all(|step| *step == Step::Any)
        })
    }

    /// Whether any of `states` can take a further step.
    fn is_open(&self, states: &[State]) -> bool {
        states.iter().any(|&(alternative, first)| first < self.alternatives[alternative].steps.len())
    }
}

/// The directories that `pattern` names in the dialect of Rust's `glob` crate, which cargo and uv use: a `**`
/// at the end means strictly below, and must be alone between its slashes.
pub(crate) fn rust_directories(
    source: &dyn Source,
    base: &RepoPath,
    pattern: &str,
    budget: &Budget,
) -> Result<BTreeSet<RepoPath>, GlobError> {
    const DIALECT: GlobOptions = GlobOptions {
        dot: true,
        braces: false,
        extended: false,
        escapes: false,
        picomatch: false,
        never: &[],
    };
    if pattern.split('/').any(|part| part.contains("**") && part != "**") {
        return Err(GlobError::Unsupported("`**` beside other characters"));
    }
    let pattern = pattern.trim_end_matches('/');
    let below = if pattern.ends_with("**") { "/*" } else { "" };
    Glob::new(&format!("{pattern}{below}"), DIALECT)?.find(source, base, EntryKind::Dir, budget)
}

/// Which of `patterns` is the first too many for a manifest; it and what follows is not to be read.
pub(crate) fn first_beyond<'p>(patterns: impl Iterator<Item = &'p str>) -> Option<usize> {
    let wild = patterns.enumerate().filter(|(_, pattern)| pattern.contains(['*', '?', '[']));
    wild.map(|(at, _)| at).nth(MAX_PATTERNS)
}

impl Alternative {
    fn new(pattern: &str, options: GlobOptions) -> Result<Alternative, GlobError> {
        let mut up = 0;
        let mut steps: Vec<Step> = Vec::new();
        let mut rest = pattern.split('/').peekable();
        while let Some(text) = rest.next() {
            match text {
                "" | "." => {}
                ".." => match steps.pop() {
                    None => up += 1,
                    Some(Step::Name(_)) => {}
                    Some(Step::Any) => return Err(GlobError::Unsupported("`..` behind `**`")),
                },
                "**" => {
                    if steps.last() != Some(&Step::Any) {
                        steps.push(Step::Any);
                    }
                }
                text => steps.push(Step::Name(Part::new(text, rest.peek().is_none(), options)?)),
            }
        }
        Ok(Alternative { up, steps })
    }
}

struct Walk<'a> {
    glob: &'a Glob,
    source: &'a dyn Source,
    kind: EntryKind,
    budget: &'a Budget,
    listed: usize,
    found: BTreeSet<RepoPath>,
}

impl Walk<'_> {
    fn descend(&mut self, dir: &RepoPath, states: &[State], depth: usize) -> Result<(), GlobError> {
        if depth >= MAX_DEPTH || !self.glob.is_open(states) {
            return Ok(());
        }
        self.listed += 1;
        if self.listed > MAX_LISTED {
            return Err(GlobError::TooManyDirectories);
        }
        for entry in self.source.list(dir).iter() {
            if self.glob.is_never(&entry.name) {
                continue;
            }
            self.budget.take(self.glob.work(states, entry.name.len()))?;
            let next = self.glob.step(states, &entry.name, Globstar::GoesOn);
            if next.is_empty() {
                continue;
            }
            let Some(path) = dir.join(&*entry.name) else { continue };
            if entry.kind == self.kind && self.glob.accepts(&next) {
                self.found.insert(path.clone());
            }
            if entry.kind == EntryKind::Dir {
                let is_link = self.source.is_symlink(&path);
                let next = if is_link { self.glob.step(states, &entry.name, Globstar::Stops) } else { next };
                self.descend(&path, &next, depth + 1)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
