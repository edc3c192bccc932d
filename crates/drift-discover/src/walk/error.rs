//! [`WalkError`]: why a walk has no result at all. What it could not see is a problem of the result.

use std::path::PathBuf;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    #[error("cannot read the directory {}", path.display())]
    Root { path: PathBuf, source: std::io::Error },
    #[error("cannot start {threads} threads")]
    Threads { threads: usize, source: rayon::ThreadPoolBuildError },
    #[error("interrupted")]
    Cancelled,
}

impl WalkError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            WalkError::Root { path, .. } => {
                Some(format!("check that {} is a directory that you may read", path.display()))
            }
            WalkError::Threads { .. } => Some("lower the number of threads".into()),
            WalkError::Cancelled => None,
        }
    }
}
