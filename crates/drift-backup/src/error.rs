//! [`BackupError`]: one variant per decision that a caller can make.

use std::io;
use std::path::{Path, PathBuf};

use drift_db::DbError;
use thiserror::Error;

/// What went wrong with snapshots.
#[derive(Debug, Error)]
pub enum BackupError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("`{given}` cannot name a snapshot")]
    BadId { given: String },
    /// `any` tells whether there are snapshots at all, and `ids` are those that `given` could be a slip for.
    #[error("there is no snapshot `{given}`")]
    NotFound { given: String, any: bool, ids: Vec<String> },
    #[error("`{given}` is the beginning of several snapshots: {}", candidates.join(", "))]
    Ambiguous { given: String, candidates: Vec<String> },
    #[error("the snapshot {id} is damaged: {detail}")]
    Damaged { id: String, detail: String },
    #[error("the snapshot {id} has format {format}, newer than this drift knows")]
    NewerFormat { id: String, format: u64 },
    #[error("the copy of {database}.db does not pass its checks: {detail}")]
    FailedCheck { database: &'static str, detail: String },
    #[error("{needed} bytes are needed in {}, {available} are free", dir.display())]
    NoSpace { dir: PathBuf, needed: u64, available: u64 },
    #[error("the snapshot {id} holds no {database}.db")]
    NotInSnapshot { id: String, database: &'static str },
    #[error("{} is not empty", dir.display())]
    NotEmpty { dir: PathBuf },
    #[error("there is no bundle {}", path.display())]
    NoBundle { path: PathBuf },
    #[error("{} is not a bundle: {what}", path.display())]
    NotABundle { path: PathBuf, what: String },
    #[error("the bundle is refused: {detail}")]
    BundleRefused { detail: String },
    #[error("the bundle has format {format}, newer than this drift knows")]
    NewerBundle { format: u64 },
    #[error("an interrupted {operation} can be neither finished nor undone: {detail}")]
    Stuck { operation: &'static str, detail: String },
}

/// The result of every operation of this crate.
pub type Result<T, E = BackupError> = std::result::Result<T, E>;

impl BackupError {
    /// What to do about it: a sentence, with the command where there is one.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            BackupError::Db(inner) => return inner.hint(),
            BackupError::BadId { .. } => {
                "give an id, the beginning of one, `latest` or `latest~1`; `drift workspace backup list` shows them"
            }
            BackupError::NotFound { any: true, .. } => "`drift workspace backup list` shows what there is",
            BackupError::NotFound { any: false, .. } => {
                "`drift workspace backup` takes the first one; where a database is damaged, `drift workspace reset` \
                 begins anew and keeps what is there in quarantine"
            }
            BackupError::Ambiguous { .. } => "write more of the id",
            BackupError::Damaged { .. } => "`drift workspace backup verify` tells which snapshots are good",
            BackupError::NewerFormat { .. } => "use the drift that wrote it, or a later one",
            BackupError::FailedCheck { .. } => {
                "the live database is damaged too: run `drift workspace verify`, then `drift workspace restore`"
            }
            BackupError::NoSpace { .. } => "free some space; nothing was written",
            BackupError::NotInSnapshot { .. } => "`drift workspace backup show` tells what a snapshot holds",
            BackupError::NotEmpty { .. } => "name a directory that is empty or does not exist",
            BackupError::NoBundle { .. } => "`drift workspace export` writes one",
            BackupError::NotABundle { .. } => {
                "`drift workspace export` writes bundles; a snapshot comes back with `drift workspace restore`"
            }
            BackupError::BundleRefused { .. } => {
                "it is damaged, or drift did not write it; nothing was changed: export it again"
            }
            BackupError::NewerBundle { .. } => "use the drift that wrote it, or a later one",
            BackupError::Stuck { .. } => {
                "look at .drift/intent.json; once it is moved away, `drift workspace restore` brings a snapshot back"
            }
        };
        Some(hint.to_owned())
    }

    /// Whether the cause passes by itself: somebody else works with the workspace.
    pub fn is_busy(&self) -> bool {
        matches!(self, BackupError::Db(DbError::Locked { .. } | DbError::Busy { .. }))
    }

    /// Whether the user asked to stop.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, BackupError::Db(DbError::Interrupted))
    }
}

/// Adds the path to an I/O failure.
pub(crate) trait IoContext<T> {
    /// Names what was attempted on `path`, for the message.
    fn doing(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| BackupError::Db(DbError::io(action, path, source)))
    }
}
