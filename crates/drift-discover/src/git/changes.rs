//! What git says has changed: between two commits, or from a commit up to the work tree.
//!
//! Renames are a deletion and an addition: both places are changed. A submodule is one changed path if the
//! commit it points at changed; its own state is not looked into.

use std::collections::BTreeMap;

use super::{Git, GitError};
use crate::path::RepoPath;

/// How a file changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    Added,
    Modified,
    Deleted,
}

/// A file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangedFile {
    pub path: RepoPath,
    pub kind: ChangeKind,
}

const DIFF: &[&str] = &[
    "diff",
    "--name-status",
    "-z",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--ignore-submodules=dirty",
    "--relative",
    // A user's configuration must not change how the output reads.
    "--no-color",
    "--diff-filter=ACDMRTUXB",
];

impl Git {
    /// The files below the directory that differ between two commits, sorted by path.
    pub fn changed_between(&self, base: &str, head: &str) -> Result<Vec<ChangedFile>, GitError> {
        let out = self.run(DIFF.iter().copied().chain([base, head, "--"]))?;
        Ok(in_order(statuses(&out).collect()))
    }

    /// The files below the directory that differ between a commit and the work tree, sorted by path: staged,
    /// unstaged, and untracked unless ignored.
    pub fn changed_since(&self, base: &str) -> Result<Vec<ChangedFile>, GitError> {
        Ok(joined(self.tracked_since(base)?, self.untracked()?))
    }

    /// The same without what is untracked. A file that was staged counts even if the work tree has it as the
    /// commit does.
    pub fn tracked_since(&self, base: &str) -> Result<Vec<ChangedFile>, GitError> {
        let staged = self.run(DIFF.iter().copied().chain(["--cached", base, "--"]))?;
        let unstaged = self.run(DIFF.iter().copied().chain([base, "--"]))?;
        let mut changed: BTreeMap<RepoPath, ChangeKind> = statuses(&staged).collect();
        // The work tree is what discovery reads, so it has the last word.
        changed.extend(statuses(&unstaged));
        Ok(in_order(changed))
    }

    /// The files below the directory that git neither tracks nor ignores, sorted by path.
    pub fn untracked(&self) -> Result<Vec<ChangedFile>, GitError> {
        let out = self.run(["ls-files", "-z", "--others", "--exclude-standard"])?;
        let found = out.split(|&b| b == 0).filter_map(repo_path);
        Ok(in_order(found.map(|path| (path, ChangeKind::Added)).collect()))
    }
}

fn joined(tracked: Vec<ChangedFile>, untracked: Vec<ChangedFile>) -> Vec<ChangedFile> {
    let mut changed: BTreeMap<RepoPath, ChangeKind> =
        tracked.into_iter().map(|file| (file.path, file.kind)).collect();
    for ChangedFile { path, .. } in untracked {
        let kind = changed.entry(path).or_insert(ChangeKind::Added);
        // Taken out of the index, but still there.
        if *kind == ChangeKind::Deleted {
            *kind = ChangeKind::Modified;
        }
    }
    in_order(changed)
}

fn in_order(changed: BTreeMap<RepoPath, ChangeKind>) -> Vec<ChangedFile> {
    changed.into_iter().map(|(path, kind)| ChangedFile { path, kind }).collect()
}

/// Reads `status NUL path NUL …`.
fn statuses(out: &[u8]) -> impl Iterator<Item = (RepoPath, ChangeKind)> {
    let mut fields = out.split(|&b| b == 0);
    std::iter::from_fn(move || {
        let status = fields.next().filter(|status| !status.is_empty())?;
        Some((status, fields.next()?))
    })
    .filter_map(|(status, path)| {
        let kind = match status[0] {
            b'A' => ChangeKind::Added,
            b'D' => ChangeKind::Deleted,
            _ => ChangeKind::Modified,
        };
        Some((repo_path(path)?, kind))
    })
}

fn repo_path(path: &[u8]) -> Option<RepoPath> {
    // An untracked repository is listed as a directory.
    RepoPath::new(path.strip_suffix(b"/").unwrap_or(path)).filter(|path| !path.is_root())
}
