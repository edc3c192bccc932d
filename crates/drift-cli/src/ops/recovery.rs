//! The first thing under the workspace lock: a change of several files that was interrupted is finished or
//! undone before anybody reads half of it.

use drift_backup::{Recovery, recover};
use drift_db::{ExclusiveLock, LockName, SharedLock, WorkspacePaths, intent, lock_exclusive, lock_shared};

use super::work::with_work;
use super::workspace::is_there;
use super::{Session, Warning};
use crate::error::{CommandError, ErrorCode};

/// Takes the workspace lock shared, with no intent pending: recovers first if there is one.
pub(super) fn lock_settled(
    session: &Session<'_>,
    paths: &WorkspacePaths,
) -> Result<SharedLock, CommandError> {
    for _ in 0..2 {
        let lock = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
        if intent::read(paths)?.is_none() {
            return Ok(lock);
        }
        // A shared lock is never upgraded; between the two somebody else may do the same.
        drop(lock);
        let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
        settle(session, paths, &lock)?;
    }
    Err(keeps_being_interrupted())
}

pub(crate) fn keeps_being_interrupted() -> CommandError {
    CommandError::new(ErrorCode::RecoveryNeeded, "a restore keeps being interrupted by others")
        .with_hint("run the command again when no other drift process works here")
}

/// Takes the workspace lock shared to look around; an intent is only reported.
pub(super) fn lock_to_look(
    session: &Session<'_>,
    paths: &WorkspacePaths,
) -> Result<SharedLock, CommandError> {
    let lock = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
    warn_if_pending(session, paths)?;
    Ok(lock)
}

/// Reports an intent without touching it.
pub(super) fn warn_if_pending(session: &Session<'_>, paths: &WorkspacePaths) -> Result<(), CommandError> {
    if let Some(pending) = intent::read(paths)? {
        let message = format!("a {} was interrupted and is not finished yet", pending.operation.name());
        session.warn(
            Warning::new("intent.pending", message)
                .with_hint("the next command that writes, such as `drift workspace scan`, finishes it"),
        );
    }
    Ok(())
}

/// Finishes or undoes what is pending, and says so.
pub(super) fn settle(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    lock: &ExclusiveLock,
) -> Result<(), CommandError> {
    tell(session, with_work(session, paths, |work| recover(work, lock))?);
    Ok(())
}

/// Says what became of an interrupted change.
pub(super) fn tell(session: &Session<'_>, recovery: Option<Recovery>) {
    match recovery {
        None => {}
        Some(Recovery::Finished(operation)) => {
            session.note(&format!("finished a {} that was interrupted", operation.name()));
        }
        Some(Recovery::Undone(operation, None)) => {
            session.note(&format!("undid a {} that was interrupted", operation.name()));
        }
        Some(Recovery::Undone(operation, Some(why))) => {
            session.note(&format!("undid a {} that was interrupted: {why}", operation.name()));
        }
    }
}

/// Removes what killed commands left in staging: under the exclusive lock and without an intent, it is nobody's.
pub(super) fn sweep_staging(paths: &WorkspacePaths, _lock: &ExclusiveLock) -> Result<(), CommandError> {
    if intent::read(paths)?.is_some() || !is_there(&paths.staging())? {
        return Ok(());
    }
    for entry in fs_err::read_dir(paths.staging())? {
        let path = entry?.path();
        if path.symlink_metadata()?.is_dir() {
            fs_err::remove_dir_all(path)?;
        } else {
            fs_err::remove_file(path)?;
        }
    }
    Ok(())
}
