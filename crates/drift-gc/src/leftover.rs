//! Deleting `.drift`: set aside by one rename, then what drift makes in it is removed by name.
//!
//! Rules: after the rename there is no workspace any more, so a kill leaves rubbish and never half a workspace;
//! what drift did not make is left where it is and told; links are removed, never followed.

use std::io;
use std::path::{Path, PathBuf};

use drift_backup::SnapshotId;
use drift_db::{
    DRIFT_DIR, DatabaseKind, DbError, ExclusiveLock, LockName, WorkspacePaths, database_set, durable,
};

use crate::error::Result;
use crate::facts::{entries, relative};

/// After the name of `.drift` where it was set aside.
const DELETED_SUFFIX: &str = ".deleted-";

/// What became of a directory that was set aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// As they were called in `.drift`.
    pub removed: Vec<String>,
    /// Relative to the root, with `/`: what drift did not make.
    pub kept: Vec<String>,
}

/// Sets `.drift` aside; from now on there is no workspace. Returns where it is.
///
/// The lock lies in the directory; Windows moves no directory with an open file in it.
pub fn set_aside(paths: &WorkspacePaths, id: &SnapshotId, lock: ExclusiveLock) -> Result<PathBuf> {
    let aside = aside(paths, id);
    let keep = if cfg!(windows) {
        drop(lock);
        None
    } else {
        Some(lock)
    };
    durable::rename(&paths.drift_dir(), &aside)?;
    drop(keep);
    Ok(aside)
}

/// Where [`set_aside`] puts `.drift`.
pub fn aside(paths: &WorkspacePaths, id: &SnapshotId) -> PathBuf {
    paths.root().join(format!("{DRIFT_DIR}{DELETED_SUFFIX}{id}"))
}

/// The names of the directories that were set aside and are still there.
pub(crate) fn deleted_dirs(paths: &WorkspacePaths) -> Result<Vec<String>> {
    let is_ours = |name: &String| {
        let id = name.strip_prefix(DRIFT_DIR).and_then(|rest| rest.strip_prefix(DELETED_SUFFIX));
        id.is_some_and(|id| SnapshotId::parse(id).is_some()) && is_dir(&paths.root().join(name))
    };
    Ok(entries(paths.root())?.into_iter().filter(is_ours).collect())
}

/// Finishes every delete that was interrupted.
pub fn finish_deletes(paths: &WorkspacePaths) -> Result<Removal> {
    let mut all = Removal::default();
    for name in deleted_dirs(paths)? {
        let dir = paths.root().join(name);
        if holds_ours(&dir)? {
            let removal = remove_ours(paths.root(), &dir)?;
            all.removed.extend(removal.removed);
            all.kept.extend(removal.kept);
        }
    }
    Ok(all)
}

/// Whether there is anything of drift's in a directory that was set aside, or nothing at all.
pub(crate) fn holds_ours(dir: &Path) -> Result<bool> {
    let names = entries(dir)?;
    Ok(names.is_empty() || names.iter().any(|name| is_ours(name) && name != ".gitignore"))
}

/// Removes what drift makes from a directory that was set aside, and the directory if nothing else is in it.
pub fn remove_ours(root: &Path, dir: &Path) -> Result<Removal> {
    let mut removal = Removal::default();
    // Its rules still hide from git what stays.
    let (ours, foreign): (Vec<_>, Vec<_>) =
        entries(dir)?.into_iter().filter(|name| name != ".gitignore").partition(|name| is_ours(name));
    for name in ours {
        remove(&dir.join(&name))?;
        removal.removed.push(format!("{DRIFT_DIR}/{name}"));
    }
    removal.kept.extend(foreign.iter().map(|name| relative(root, &dir.join(name))));
    if foreign.is_empty() {
        remove(&dir.join(".gitignore"))?;
        match fs_err::remove_dir(dir) {
            // A name that is not UTF-8 was not listed.
            Err(why) if why.kind() == io::ErrorKind::DirectoryNotEmpty => {
                removal.kept.push(relative(root, dir));
            }
            Err(why) if why.kind() != io::ErrorKind::NotFound => {
                return Err(DbError::io("remove", dir, why).into());
            }
            _ => {}
        }
    }
    durable::sync_dir(root)?;
    Ok(removal)
}

/// Removes a file, or a directory with everything in it. It is no error if it is gone already.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = if is_dir(path) { fs_err::remove_dir_all(path) } else { fs_err::remove_file(path) };
    match removed {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(DbError::io("remove", path, why).into()),
        _ => Ok(()),
    }
}

/// Whether drift makes something of this name in `.drift`.
fn is_ours(name: &str) -> bool {
    let is_lock = [LockName::Workspace, LockName::Writer].iter().any(|lock| {
        name.strip_prefix(lock.file_name()).is_some_and(|rest| rest.is_empty() || rest == ".json")
    });
    let is_database = DatabaseKind::WORKSPACE
        .iter()
        .any(|kind| database_set(Path::new(kind.file_name())).iter().any(|file| file == Path::new(name)));
    is_lock
        || is_database
        || matches!(name, ".gitignore" | "intent.json" | "tmp")
        || name.starts_with(".tmp-")
}

fn is_dir(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

#[cfg(test)]
mod tests;
