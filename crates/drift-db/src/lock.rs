//! The three locks of a workspace, and who holds them.
//!
//! Order, always: `workspace.lock`, then `writer.lock`, then `catalog.lock`. One handle per lock per process,
//! passed down as a witness; never upgraded (the kernel drops the shared lock before it takes the exclusive
//! one); lock files are never unlinked (two processes could then hold "the" lock).
//! There is no stale lock: the kernel releases a lock when its process dies. The holder's details lie in a
//! file beside the lock, because Windows makes a locked file unreadable; they are a courtesy, never trusted.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::durable;
use crate::error::{DbError, IoContext, Result};
use crate::paths::WorkspacePaths;

/// A holder's details take about a hundred bytes.
const MAX_HOLDER_BYTES: u64 = 64 << 10;

/// Which lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockName {
    /// Shared: everyone who uses the databases. Exclusive: those who replace or reshape them.
    Workspace,
    /// Exclusive only: the one process that writes rows.
    Writer,
    /// Shared: copying a snapshot out. Exclusive: publishing, pruning, pinning, deleting snapshots.
    Catalog,
}

impl LockName {
    /// The file that is locked.
    pub fn file_name(self) -> &'static str {
        match self {
            LockName::Workspace => "workspace.lock",
            LockName::Writer => "writer.lock",
            LockName::Catalog => "catalog.lock",
        }
    }
}

impl fmt::Display for LockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file_name().trim_end_matches(".lock"))
    }
}

/// Who holds an exclusive lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// As the user typed it: `drift workspace scan`.
    pub command: String,
    /// RFC 3339, UTC.
    pub since: String,
}

/// How locks are taken: on behalf of whom, how long a busy one is waited for, and what ends the wait early.
#[derive(Clone, Debug)]
pub struct LockRequest<'a> {
    pub holder: Holder,
    pub wait: Duration,
    pub interrupt: &'a AtomicBool,
}

/// Witness of a shared hold.
#[derive(Debug)]
pub struct SharedLock {
    /// `None` where the lock file cannot be opened at all: a read-only place, where nobody can write either.
    file: Option<File>,
}

impl SharedLock {
    /// Whether the hold is real; if not, warn `lock.unavailable`.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

/// Witness of an exclusive hold.
#[derive(Debug)]
pub struct ExclusiveLock {
    name: LockName,
    _file: File,
    details: PathBuf,
}

impl ExclusiveLock {
    /// Which lock is held.
    pub fn name(&self) -> LockName {
        self.name
    }
}

impl Drop for ExclusiveLock {
    fn drop(&mut self) {
        // Before the file is closed, so that the next holder's details are never the ones removed.
        let _ = std::fs::remove_file(&self.details);
    }
}

/// Takes `name` shared. Where its file cannot be opened for writing, a read-only descriptor is locked instead.
pub fn lock_shared(paths: &WorkspacePaths, name: LockName, request: &LockRequest<'_>) -> Result<SharedLock> {
    let path = paths.lock(name);
    durable::refuse_foreign_file(&path)?;
    let open = || match durable::open_private(&path) {
        Err(why) if is_read_only(&why) => match File::open(&path) {
            Err(why) if is_read_only(&why) || why.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        },
        opened => opened.map(Some),
    };
    let file = take(&path, name, request, open, |file| {
        fmutex::try_lock_shared(file).map(|guard| guard.map(std::mem::forget))
    })?;
    Ok(SharedLock { file })
}

/// Takes `name` exclusive and leaves the holder's details beside it.
pub fn lock_exclusive(
    paths: &WorkspacePaths,
    name: LockName,
    request: &LockRequest<'_>,
) -> Result<ExclusiveLock> {
    let path = paths.lock(name);
    durable::refuse_foreign_file(&path)?;
    let open = || durable::open_private(&path).map(Some);
    let file = take(&path, name, request, open, |file| {
        fmutex::try_lock_exclusive(file).map(|guard| guard.map(std::mem::forget))
    })?;
    let file = file.ok_or_else(|| DbError::io("lock", &path, io::ErrorKind::NotFound.into()))?;
    let details = details_path(&path);
    let text = serde_json::to_vec(&request.holder).unwrap_or_default();
    // A courtesy to those who wait: a full disk must not keep anybody from working.
    let _ = durable::replace_private(&details, &text);
    Ok(ExclusiveLock { name, _file: file, details })
}

/// Who holds `name` exclusively, if anybody does and says so.
pub fn holder(paths: &WorkspacePaths, name: LockName) -> Option<Holder> {
    let path = paths.lock(name);
    durable::refuse_foreign_file(&path).ok()?;
    let file = File::open(&path).ok()?;
    // Free: what lies beside the lock was left by a process that was killed.
    if matches!(fmutex::try_lock_shared(&file), Ok(Some(_))) {
        return None;
    }
    read_holder(&path)
}

/// Tries until the lock is held or the wait is over. The lock stays with the returned file: `attempt` forgets
/// the guard, whose only other effect would be to unlock, and closing the file releases the lock.
fn take(
    path: &Path,
    name: LockName,
    request: &LockRequest<'_>,
    open: impl Fn() -> io::Result<Option<File>>,
    attempt: impl Fn(&File) -> io::Result<Option<()>>,
) -> Result<Option<File>> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        let Some(file) = open().doing("open", path)? else { return Ok(None) };
        match attempt(&file) {
            Ok(Some(())) if is_still(&file, path).doing("look at", path)? => {
                tracing::debug!(lock = ?name, waited = ?started.elapsed(), "locked");
                return Ok(Some(file));
            }
            Ok(_) => {}
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(why) => return Err(DbError::io("lock", path, why)),
        }
        let left = request.wait.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(DbError::Locked { lock: name, holder: read_holder(path) });
        }
        if request.interrupt.load(Ordering::Relaxed) {
            return Err(DbError::Interrupted);
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}

fn details_path(lock: &Path) -> PathBuf {
    let mut name = lock.as_os_str().to_os_string();
    name.push(".json");
    PathBuf::from(name)
}

/// What lies there may be anything: a link that a clone carries can name a file without end.
fn read_holder(lock: &Path) -> Option<Holder> {
    let path = details_path(lock);
    durable::refuse_foreign_file(&path).ok()?;
    let mut text = Vec::new();
    File::open(&path).ok()?.take(MAX_HOLDER_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn is_read_only(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Whether `path` still names the locked file, and not another one put in its place.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    match path.symlink_metadata() {
        Ok(named) => Ok((held.dev(), held.ino()) == (named.dev(), named.ino())),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> io::Result<bool> {
    // An open file cannot be replaced on Windows.
    Ok(true)
}

#[cfg(test)]
mod tests;
