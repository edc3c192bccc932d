//! How the errors of the libraries become [`CommandError`]s: the variant picks the code, the hint is copied.

use drift_backup::BackupError;
use drift_db::DbError;
use drift_discover::{GitError, WalkError};
use drift_gc::GcError;

use super::{CommandError, ErrorCode};
use crate::suggest::did_you_mean;

impl From<DbError> for CommandError {
    fn from(error: DbError) -> CommandError {
        let code = match &error {
            DbError::Io { source, .. } => ErrorCode::of_io(source),
            DbError::NoSpace { .. } => ErrorCode::NoSpace,
            DbError::Locked { .. } | DbError::Busy { .. } => ErrorCode::Locked,
            DbError::Corrupt { .. } | DbError::Lost { .. } => ErrorCode::Corrupt,
            DbError::Untrusted { .. } => ErrorCode::Untrusted,
            DbError::NewerSchema { .. } => ErrorCode::NewerSchema,
            DbError::RecoveryNeeded { .. } => ErrorCode::RecoveryNeeded,
            DbError::MigrationNeeded { .. } => ErrorCode::MigrationNeeded,
            DbError::Migration { .. } | DbError::Sqlite { .. } => ErrorCode::Io,
            DbError::MigrationRefused { .. } => ErrorCode::Corrupt,
            DbError::NoSuchVersion { .. } => ErrorCode::Usage,
            DbError::Interrupted => ErrorCode::Interrupted,
        };
        CommandError { hint: error.hint(), ..CommandError::wrap(code, &error) }
    }
}

impl From<WalkError> for CommandError {
    fn from(error: WalkError) -> CommandError {
        let code = match &error {
            WalkError::Cancelled => ErrorCode::Interrupted,
            _ => ErrorCode::Io,
        };
        CommandError { hint: error.hint(), ..CommandError::wrap(code, &error) }
    }
}

impl From<BackupError> for CommandError {
    fn from(error: BackupError) -> CommandError {
        let hint = match &error {
            BackupError::NotFound { given, any: true, ids } => {
                let near = did_you_mean(given, ids.iter().map(String::as_str).chain(["latest"]));
                [near, error.hint()].into_iter().flatten().reduce(|near, list| format!("{near} {list}"))
            }
            _ => error.hint(),
        };
        let code = match error {
            BackupError::Db(inner) => return inner.into(),
            BackupError::BadId { .. } | BackupError::Ambiguous { .. } | BackupError::NotInSnapshot { .. } => {
                ErrorCode::Usage
            }
            BackupError::NotEmpty { .. } => ErrorCode::Usage,
            BackupError::NotFound { .. } | BackupError::NoBundle { .. } => ErrorCode::NotFound,
            BackupError::Damaged { .. } | BackupError::FailedCheck { .. } => ErrorCode::Corrupt,
            BackupError::NewerFormat { .. } | BackupError::NewerBundle { .. } => ErrorCode::NewerSchema,
            BackupError::NotABundle { .. } | BackupError::BundleRefused { .. } => ErrorCode::Untrusted,
            BackupError::NoSpace { .. } => ErrorCode::NoSpace,
            BackupError::Stuck { .. } => ErrorCode::Untrusted,
        };
        CommandError { hint, ..CommandError::wrap(code, &error) }
    }
}

impl From<GcError> for CommandError {
    fn from(error: GcError) -> CommandError {
        let hint = error.hint();
        let code = match error {
            GcError::Db(inner) => return inner.into(),
            GcError::Backup(inner) => return inner.into(),
            GcError::EmptyPolicy => ErrorCode::Config,
            GcError::NoSpace { .. } => ErrorCode::NoSpace,
        };
        CommandError { hint, ..CommandError::wrap(code, &error) }
    }
}

impl From<GitError> for CommandError {
    fn from(error: GitError) -> CommandError {
        let code = match &error {
            GitError::UnknownRevision { .. } | GitError::NoMergeBase { .. } => ErrorCode::NotFound,
            GitError::NotARepository { .. } => ErrorCode::Usage,
            GitError::NotInstalled(_)
            | GitError::Unsafe { .. }
            | GitError::NoAnswer
            | GitError::Failed { .. } => ErrorCode::Io,
        };
        CommandError { hint: error.hint(), ..CommandError::wrap(code, &error) }
    }
}
