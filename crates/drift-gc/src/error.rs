//! [`GcError`]: one variant per decision that a caller can make.

use thiserror::Error;

/// What went wrong with reclaiming.
#[derive(Debug, Error)]
pub enum GcError {
    #[error("the retention policy keeps nothing")]
    EmptyPolicy,
}

/// The result of every operation of this crate.
pub type Result<T, E = GcError> = std::result::Result<T, E>;

impl GcError {
    /// What to do about it: a sentence, with the command where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            GcError::EmptyPolicy => {
                Some("set a count or a period above 0 in [backup.retention], or `keep_within`".into())
            }
        }
    }
}
