//! [`DbError`]: one variant per decision that a caller can make.
//!
//! Rule: SQLite's own codes are classified here and nowhere else, so that a busy database is never called
//! corrupt and a full disk is never called busy.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

use crate::filesystem::is_full;
use crate::kind::DatabaseKind;
use crate::lock::{Holder, LockName};

/// What went wrong with the files of a workspace.
#[derive(Debug, Error)]
pub enum DbError {
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("no space left to {action} {}", path.display())]
    NoSpace { action: &'static str, path: PathBuf },
    #[error("{} is locked {}", .lock.file_name(), describe(.holder))]
    Locked { lock: LockName, holder: Option<Holder> },
    #[error("{} is busy: another program holds a transaction on it", path.display())]
    Busy { path: PathBuf },
    #[error("{} is damaged: {detail}", path.display())]
    Corrupt { database: Option<DatabaseKind>, path: PathBuf, detail: String },
    #[error("{} is damaged: it is {what}", path.display())]
    Lost { database: DatabaseKind, path: PathBuf, what: &'static str, has_snapshot: bool },
    #[error("{} is refused: {detail}", path.display())]
    Untrusted { path: PathBuf, detail: String },
    #[error("{database}.db has schema {found}, newer than the {latest} that this drift knows")]
    NewerSchema { database: DatabaseKind, found: i64, latest: u32 },
    #[error("{database}.db has schema {found}; this command needs {latest}")]
    MigrationNeeded { database: DatabaseKind, found: u32, latest: u32 },
    #[error("a {operation} was interrupted and is not finished yet")]
    RecoveryNeeded { operation: &'static str },
    #[error("{} failed its migration", path.display())]
    Migration { path: PathBuf, source: Box<rusqlite_migration::Error> },
    #[error("{} cannot go from schema {from} to {to}: {detail}", path.display())]
    MigrationRefused { path: PathBuf, from: u32, to: u32, detail: String },
    #[error("{database}.db has no schema version {version}; there are 1 to {latest}")]
    NoSuchVersion { database: DatabaseKind, version: u32, latest: u32 },
    #[error("database error in {}", path.display())]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error("interrupted")]
    Interrupted,
}

/// The result of every operation of this crate.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// What a step inside a transaction fails with, before the path is added.
pub type SqlError = rusqlite::Error;

impl DbError {
    /// An I/O failure; a full disk or an exceeded quota becomes [`DbError::NoSpace`].
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> DbError {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                DbError::NoSpace { action, path }
            }
            _ => DbError::Io { action, path, source },
        }
    }

    /// A failure that SQLite reported about `path`.
    pub fn sqlite(path: &Path, source: rusqlite::Error) -> DbError {
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DbError::Busy { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                DbError::Corrupt { database: DatabaseKind::of_file(&path), detail: source.to_string(), path }
            }
            Some(ErrorCode::DiskFull) => DbError::NoSpace { action: "write", path },
            _ if is_failed_write(&source) && is_full(&path) => DbError::NoSpace { action: "write", path },
            Some(ErrorCode::OperationInterrupted) => DbError::Interrupted,
            _ => DbError::Sqlite { path, source },
        }
    }

    /// What to do about it: a sentence, with the command where there is one.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            DbError::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => "check who owns the directory and its permissions".into(),
                io::ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only".into(),
                _ => return None,
            },
            DbError::NoSpace { .. } => "free some space, then run the command again; nothing was lost".into(),
            DbError::Locked { .. } => "wait for it to finish, or let drift wait with --wait=SECONDS".into(),
            DbError::Busy { .. } => {
                "close the program that uses the database, then run the command again".into()
            }
            DbError::Corrupt { database, .. } => match database {
                Some(DatabaseKind::Registry) => {
                    "it is a cache: `drift project add` in a workspace makes it anew".into()
                }
                Some(name) => {
                    format!("bring back the newest snapshot with `drift workspace restore --database {name}`")
                }
                None => "bring back the newest snapshot with `drift workspace restore`".into(),
            },
            DbError::Lost { database, has_snapshot: true, .. } => format!(
                "bring back the newest snapshot with `drift workspace restore --database {database}`, \
                 or make an empty one with `drift workspace init --recreate {database}`"
            ),
            DbError::Lost { database, has_snapshot: false, .. } => format!(
                "there is no snapshot for `drift workspace restore --database {database}`; \
                 make an empty one with `drift workspace init --recreate {database}`"
            ),
            DbError::Untrusted { .. } => {
                "drift did not make it so; look at it, then run `drift workspace verify` for every finding"
                    .into()
            }
            DbError::NewerSchema { .. } => "use the drift that wrote it, or a later one".into(),
            DbError::RecoveryNeeded { .. } => {
                "the next command that writes, such as `drift workspace scan`, finishes it".into()
            }
            DbError::MigrationNeeded { .. } => {
                "run `drift workspace migrate`; it takes a snapshot first".into()
            }
            DbError::Migration { .. } => {
                "the database is as it was; report this with the causes above".into()
            }
            DbError::MigrationRefused { .. } => {
                "the database is as it was; `drift workspace verify` tells what is wrong with it".into()
            }
            DbError::NoSuchVersion { .. } => "`drift workspace migrate --status` shows the versions".into(),
            DbError::Sqlite { source, .. } => match source.sqlite_error_code() {
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
                    "check its permissions and those of the directory; what a killed command left in a journal \
                     beside it can only be read where it can be written"
                        .into()
                }
                _ => return None,
            },
            DbError::Interrupted => return None,
        };
        Some(hint)
    }
}

/// A write, of which SQLite does not tell whether there was no space: it says so of the database and its journals
/// alone, not of its shared memory, a truncation, a sync or a quota.
fn is_failed_write(why: &rusqlite::Error) -> bool {
    const WRITES: [i32; 5] = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_SHMSIZE,
    ];
    why.sqlite_error().is_some_and(|error| WRITES.contains(&error.extended_code))
}

fn describe(holder: &Option<Holder>) -> String {
    match holder {
        Some(Holder { pid, command, since }) => format!("by `{command}` (process {pid}) since {since}"),
        None => "by another drift process".into(),
    }
}

/// Adds the path to a SQLite failure.
pub(crate) trait SqlContext<T> {
    /// Classifies the failure as one about `path`.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> SqlContext<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| DbError::sqlite(path, source))
    }
}

/// Adds the path to an I/O failure.
pub(crate) trait IoContext<T> {
    /// Names what was attempted on `path`, for the message.
    fn doing(self, action: &'static str, path: &Path) -> Result<T>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| DbError::io(action, path, source))
    }
}

#[cfg(test)]
mod tests;
