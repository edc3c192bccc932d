//! [`RepoPath`]: a path relative to the repository root, as bytes.
//!
//! Every path in a graph, a problem or a file row is one of these, so that a project id is the same on
//! every machine and a non-UTF-8 name is never a failure.
//! Invariant: `/`-separated, no leading or trailing `/`, no empty, `.` or `..` part; the root is empty.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

/// A normalised path relative to the repository root. The root itself is the empty path, shown as `.`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// The repository root.
    pub fn root() -> RepoPath {
        RepoPath::default()
    }

    /// Normalises `path`, resolving `.` and `..` by name. `None` if it is absolute or leaves the root.
    pub fn new(path: impl AsRef<[u8]>) -> Option<RepoPath> {
        RepoPath::root().join(path)
    }

    /// Bytes that already keep the invariant, as a walk or git hands them out.
    pub(crate) fn from_clean(bytes: impl Into<Box<[u8]>>) -> RepoPath {
        RepoPath(bytes.into())
    }

    /// `self` followed by `rel`, resolving `.` and `..` by name. `None` if `rel` is absolute or the result
    /// leaves the root. A backslash is an ordinary byte: ecosystems that allow it replace it first.
    pub fn join(&self, rel: impl AsRef<[u8]>) -> Option<RepoPath> {
        let rel = rel.as_ref();
        if rel.first() == Some(&b'/') {
            return None;
        }
        let mut parts: Vec<&[u8]> = self.parts().collect();
        for part in rel.split(|&b| b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        Some(RepoPath(parts.join(&b'/').into_boxed_slice()))
    }

    /// The directory that holds this path; `None` for the root.
    pub fn parent(&self) -> Option<RepoPath> {
        if self.is_root() {
            return None;
        }
        let end = self.0.iter().rposition(|&b| b == b'/').unwrap_or(0);
        Some(RepoPath(self.0[..end].into()))
    }

    /// The last part; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        self.parts().next_back().unwrap_or_default()
    }

    /// The parts from the root down; none for the root.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|&b| b == b'/').filter(|part| !part.is_empty())
    }

    /// This path, its parent, and so on up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = RepoPath> + use<> {
        std::iter::successors(Some(self.clone()), RepoPath::parent)
    }

    /// The part of this path below `base`; `None` if it is not `base` or below it.
    pub fn strip_prefix(&self, base: &RepoPath) -> Option<&[u8]> {
        if base.is_root() {
            return Some(&self.0);
        }
        match self.0.strip_prefix(&*base.0)? {
            [] => Some(&[]),
            [b'/', rest @ ..] => Some(rest),
            _ => None,
        }
    }

    /// Whether this path is `base` or lies below it.
    pub fn starts_with(&self, base: &RepoPath) -> bool {
        self.strip_prefix(base).is_some()
    }

    /// Whether this is the repository root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes; empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, if it is UTF-8; empty for the root.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// For people and JSON: `.` for the root, `\xNN` for each byte that is not UTF-8.
    pub fn display(&self) -> Cow<'_, str> {
        if self.is_root() {
            return Cow::Borrowed(".");
        }
        match self.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.0.utf8_chunks().fold(String::new(), |mut out, chunk| {
                out.push_str(chunk.valid());
                for byte in chunk.invalid() {
                    out.push_str(&format!("\\x{byte:02X}"));
                }
                out
            })),
        }
    }

    /// The file-system path below `root`.
    pub fn to_fs(&self, root: &Path) -> PathBuf {
        let mut path = root.to_path_buf();
        path.extend(self.parts().map(os_path));
        path
    }
}

/// `bytes`, a `/`-separated path or a part of one, as the system spells it.
#[cfg(unix)]
pub(crate) fn os_path(bytes: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// `bytes`, a `/`-separated path or a part of one, as the system spells it.
#[cfg(not(unix))]
pub(crate) fn os_path(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Owned(PathBuf::from(String::from_utf8_lossy(bytes).into_owned()))
}

/// The name of an entry as bytes.
#[cfg(unix)]
pub(crate) fn os_bytes(name: &OsStr) -> Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(name.as_bytes())
}

/// The name of an entry as bytes.
#[cfg(not(unix))]
pub(crate) fn os_bytes(name: &OsStr) -> Cow<'_, [u8]> {
    Cow::Owned(name.to_string_lossy().into_owned().into_bytes())
}

/// A relative path of the system. `None` if it leaves the root.
pub(crate) fn from_os(path: &Path) -> Option<RepoPath> {
    let mut bytes: Vec<u8> = Vec::new();
    for part in path.components() {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(&os_bytes(part.as_os_str()));
    }
    RepoPath::new(bytes)
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

#[cfg(test)]
mod tests;
