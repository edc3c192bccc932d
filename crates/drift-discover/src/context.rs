//! [`Context`]: what an ecosystem may do: read manifests, find them by name, and report problems.
//!
//! Owns the bounds on untrusted input (size, nesting, encoding) and the list of inputs that a later command
//! compares to know whether the graph is stale. Every method may be called from several threads.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use crate::lower::Exclusions;
use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::problem::Problem;
use crate::source::{EntryKind, ReadError, Source};

/// Manifests and lock files larger than this are reported, not read.
pub const MAX_MANIFEST_BYTES: u64 = 8 << 20;
/// The code of the problem that a manifest is there and cannot be read.
pub(crate) const UNREADABLE: &str = "manifest.unreadable";
/// Deepest nesting of brackets, tables or elements that is parsed.
pub const MAX_NESTING: usize = 200;

/// The view of a repository that ecosystems get.
pub struct Context<'a> {
    source: &'a dyn Source,
    options: &'a DiscoverOptions,
    excluded: Exclusions,
    by_name: HashMap<Box<[u8]>, Vec<RepoPath>>,
    inputs: Mutex<BTreeSet<RepoPath>>,
    problems: Mutex<BTreeSet<Problem>>,
}

impl<'a> Context<'a> {
    /// Indexes the visible files whose name `is_manifest` accepts.
    pub fn new(
        source: &'a dyn Source,
        options: &'a DiscoverOptions,
        is_manifest: impl Fn(&[u8]) -> bool,
    ) -> Context<'a> {
        let mut by_name: HashMap<Box<[u8]>, Vec<RepoPath>> = HashMap::new();
        for path in source.visible(&is_manifest) {
            by_name.entry(path.file_name().into()).or_default().push(path);
        }
        Context {
            source,
            options,
            excluded: Exclusions::new(options),
            by_name,
            inputs: Mutex::default(),
            problems: Mutex::default(),
        }
    }

    /// The tree itself, for directory listings and globs.
    pub fn source(&self) -> &'a dyn Source {
        self.source
    }

    /// What the caller asked for.
    pub fn options(&self) -> &'a DiscoverOptions {
        self.options
    }

    /// Where a manifest that nothing lists is sample data or part of an artefact.
    pub(crate) fn exclusions(&self) -> &Exclusions {
        &self.excluded
    }

    /// The visible files with exactly this name, sorted by path.
    pub fn named(&self, name: &str) -> &[RepoPath] {
        self.by_name.get(name.as_bytes()).map_or(&[], Vec::as_slice)
    }

    /// The visible files whose name ends with `suffix` (`.csproj`), sorted by path.
    pub fn ending(&self, suffix: &str) -> Vec<&RepoPath> {
        let mut found: Vec<_> = (self.by_name.iter())
            .filter(|(name, _)| name.ends_with(suffix.as_bytes()))
            .flat_map(|(_, paths)| paths)
            .collect();
        found.sort();
        found
    }

    /// The visible files whose name `is_wanted` accepts, sorted by path.
    pub(crate) fn matching(&self, is_wanted: impl Fn(&[u8]) -> bool) -> Vec<&RepoPath> {
        let names = self.by_name.iter().filter(|(name, _)| is_wanted(name));
        let mut found: Vec<_> = names.flat_map(|(_, paths)| paths).collect();
        found.sort();
        found
    }

    /// The text of `path` without a byte-order mark. `None` if it is absent; also, with a problem reported,
    /// if it is unreadable, too large, or not UTF-8.
    pub fn text(&self, path: &RepoPath) -> Option<String> {
        let bytes = self.bytes(path)?;
        let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(body) {
            Ok(text) => Some(text.to_owned()),
            Err(at) => {
                let line = 1 + body[..at.valid_up_to()].iter().filter(|&&b| b == b'\n').count() as u32;
                self.problem(path, Some(line), "manifest.encoding", "is not UTF-8; save it as UTF-8".into());
                None
            }
        }
    }

    /// The content of `path`, for formats that state their encoding. `None` if it is absent; also, with a
    /// problem reported, if it is unreadable or too large.
    pub fn bytes(&self, path: &RepoPath) -> Option<Vec<u8>> {
        let read = self.source.read(path, MAX_MANIFEST_BYTES);
        if read != Err(ReadError::Absent) {
            self.input(path);
        }
        match read {
            Ok(bytes) => Some(bytes),
            Err(ReadError::Absent) => None,
            Err(ReadError::TooLarge(size)) => {
                self.problem(path, None, "manifest.too_large", format!(
                    "{size} bytes are more than a manifest can have ({MAX_MANIFEST_BYTES}); it was not read"
                ));
                None
            }
            Err(ReadError::Io(why)) => {
                self.problem(path, None, UNREADABLE, format!("cannot be read: {why}"));
                None
            }
        }
    }

    /// Whether `path` is a file.
    pub fn is_file(&self, path: &RepoPath) -> bool {
        self.source.has(path, EntryKind::File)
    }

    /// Reports a problem; the same one twice counts once.
    pub fn problem(&self, file: &RepoPath, line: Option<u32>, code: &'static str, message: String) {
        let problem = Problem { file: file.clone(), line, code, message };
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).insert(problem);
    }

    /// Notes that the result depends on `path`, which may be absent.
    pub fn input(&self, path: &RepoPath) {
        self.inputs.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
    }

    /// What was read and what was wrong, both sorted.
    pub fn finish(self) -> (Vec<RepoPath>, Vec<Problem>) {
        let inputs = self.inputs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let problems = self.problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        (inputs.into_iter().collect(), problems.into_iter().collect())
    }
}
