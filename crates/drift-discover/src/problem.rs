//! [`Problem`]: what could not be read or is not what a tool would accept, reported instead of guessed.
//!
//! A problem never stops discovery: the rest of the repository is read as if the file were absent.

use crate::path::RepoPath;

/// One thing in the repository that discovery could not take at its word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file that holds the cause.
    pub file: RepoPath,
    /// 1-based line in `file`, where known.
    pub line: Option<u32>,
    /// Stable, dotted, for scripts: `manifest.syntax`, `member.missing`, …
    pub code: &'static str,
    /// What is wrong and what to do about it: lower case, no final period.
    pub message: String,
}
