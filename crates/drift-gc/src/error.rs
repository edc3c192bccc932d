//! [`GcError`]: one variant per decision that a caller can make.

use std::path::PathBuf;

use drift_backup::BackupError;
use drift_db::DbError;
use thiserror::Error;

/// What went wrong with reclaiming.
#[derive(Debug, Error)]
pub enum GcError {
    #[error("the retention policy keeps nothing")]
    EmptyPolicy,
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("rewriting needs {needed} bytes in {}, {available} are free", dir.display())]
    NoSpace { dir: PathBuf, needed: u64, available: u64 },
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
            GcError::Db(inner) => inner.hint(),
            GcError::Backup(inner) => inner.hint(),
            GcError::NoSpace { .. } => {
                Some("free some space; `drift workspace gc` without --full needs hardly any".into())
            }
        }
    }
}
