//! What several reports show alike, as it stands in JSON.

use drift_db::store::{StoredPath, scan::ProblemRow};
use drift_discover::{Problem, RepoPath};
use schemars::JsonSchema;
use serde::Serialize;

/// A root-relative path: `.` for the root, `\xNN` for bytes that are not UTF-8.
pub(crate) fn path(stored: &StoredPath) -> String {
    RepoPath::new(&stored.0).unwrap_or_default().to_string()
}

/// A path as the database keeps it.
pub(crate) fn stored(path: &RepoPath) -> StoredPath {
    StoredPath(path.as_bytes().into())
}

/// A path on disk as documents name it: relative to `root` with `/` where it lies below it.
pub(crate) fn below(root: &std::path::Path, path: &std::path::Path) -> String {
    let text = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Something in the repository that discovery could not take at its word.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ProblemView {
    pub(crate) file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) path_lossy: bool,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> ProblemView {
        ProblemView {
            file: problem.file.to_string(),
            line: problem.line,
            code: problem.code.to_owned(),
            message: problem.message.clone(),
            path_lossy: problem.file.as_str().is_none(),
        }
    }
}

impl From<&ProblemRow> for ProblemView {
    fn from(row: &ProblemRow) -> ProblemView {
        ProblemView {
            file: path(&row.file),
            line: row.line,
            code: row.code.clone(),
            message: row.message.clone(),
            path_lossy: std::str::from_utf8(&row.file.0).is_err(),
        }
    }
}

#[cfg(test)]
mod tests;
