//! Files and directories as drift writes them: private, and never half-written.
//!
//! Rule: a file appears under its name only when its content is on disk: temporary file beside the target,
//! fsync, rename, fsync of the directory. Directories are 0700 and files 0600 whatever the umask.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::error::{DbError, IoContext, Result};
use crate::paths::database_set;

/// Replaces `path` with `content`, durably: after a crash it is the old file or the new one.
pub fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let dir = parent(path);
    let mut temp =
        tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir).doing("create a file in", dir)?;
    temp.write_all(content).doing("write", path)?;
    temp.as_file().sync_all().doing("sync", path)?;
    let (_file, temp) = temp.into_parts();
    retry(|| fs_err::rename(&temp, path)).doing("replace", path)?;
    // The name is gone already; only the guard is defused.
    let _ = temp.keep();
    give_to_owner_of(dir, path);
    sync_dir(dir)
}

/// Renames within one file system and makes the new name durable.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    retry(|| fs_err::rename(from, to)).doing("rename", from)?;
    sync_dir(parent(to))?;
    match (from.parent(), to.parent()) {
        (Some(old), Some(new)) if old != new => sync_dir(old),
        _ => Ok(()),
    }
}

/// Removes the sidecars that a closed private database may have left. SQLite passes over a close that could not
/// fold a WAL back, so one with content means that the file alone is not complete.
pub(crate) fn refuse_sidecars(main: &Path) -> Result<()> {
    let [_, wal, shm, journal] = database_set(main);
    for sidecar in [wal, shm, journal] {
        let Ok(meta) = sidecar.symlink_metadata() else { continue };
        let shared_memory = sidecar.as_os_str().as_encoded_bytes().ends_with(b"-shm");
        if meta.len() > 0 && !shared_memory {
            let why = io::Error::other("SQLite could not complete it");
            return Err(DbError::io("close", main, why));
        }
        fs_err::remove_file(&sidecar).doing("remove", &sidecar)?;
    }
    Ok(())
}

/// Removes a database with its sidecars, the file itself last: without it nobody knows what they belong to.
pub fn remove_set(main: &Path) -> Result<()> {
    for file in database_set(main).into_iter().rev() {
        match fs_err::remove_file(&file) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => {
                return Err(DbError::io("remove", &file, why));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Gives the closed and synced database `from` the name `to`, in the same directory. What stood there, sidecars
/// included, holds nothing worth keeping: one that stayed would be taken for a part of the new file.
pub(crate) fn put_set_in_place(from: &Path, to: &Path) -> Result<()> {
    remove_set(to)?;
    rename(from, to)?;
    give_to_owner_of(parent(to), to);
    Ok(())
}

/// Makes the content of `path` durable.
pub fn sync_file(path: &Path) -> Result<()> {
    // Windows flushes only handles that may write.
    OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all()).doing("sync", path)
}

/// Copies the regular file `from` to the new private file `to`, synced; the entry in its directory is not yet.
pub fn copy_file(from: &Path, to: &Path, interrupt: &AtomicBool, advance: &dyn Fn(u64)) -> Result<()> {
    let mut source = File::open(from).doing("open", from)?;
    let mut target = private_options().write(true).create_new(true).open(to).doing("create", to)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        if interrupt.load(Ordering::Relaxed) {
            return Err(DbError::Interrupted);
        }
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                target.write_all(&buffer[..read]).doing("write", to)?;
                advance(read as u64);
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(DbError::io("read", from, why)),
        }
    }
    target.sync_all().doing("sync", to)
}

/// Makes the entries of `dir` durable. Windows has no such call; its journal does it.
pub fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(dir).and_then(|dir| dir.sync_all()).doing("sync", dir)?;
    }
    Ok(())
}

/// Makes sure that `dir` is a directory of ours: created 0700, or there already and no symlink.
/// Returns whether it was created.
pub fn private_dir(dir: &Path) -> Result<bool> {
    match create_dir(dir) {
        Ok(()) => {
            give_to_owner_of(parent(dir), dir);
            sync_dir(parent(dir))?;
            Ok(true)
        }
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
            refuse_foreign_dir(dir)?;
            Ok(false)
        }
        Err(why) => Err(DbError::io("create", dir, why)),
    }
}

/// An error if something other than a directory stands at `dir`, a symlink to one included.
pub fn refuse_foreign_dir(dir: &Path) -> Result<()> {
    let meta = match dir.symlink_metadata() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found.doing("look at", dir)?,
    };
    let what = match meta {
        meta if meta.is_dir() => return Ok(()),
        meta if meta.is_symlink() => "it is a symlink, not a directory",
        _ => "it is not a directory",
    };
    Err(DbError::Untrusted { path: dir.to_path_buf(), detail: what.into() })
}

/// An error if `path` is there but no regular file with a single name: a symlink or a hard link lets another
/// program change a database behind SQLite's back (<https://sqlite.org/howtocorrupt.html>, "multiple links").
pub fn refuse_foreign_file(path: &Path) -> Result<()> {
    let meta = match path.symlink_metadata() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found.doing("look at", path)?,
    };
    let detail = if meta.is_symlink() {
        "it is a symlink"
    } else if !meta.is_file() {
        "it is not a regular file"
    } else if links(&meta) > 1 {
        "it has several hard links"
    } else {
        return Ok(());
    };
    Err(DbError::Untrusted { path: path.to_path_buf(), detail: detail.into() })
}

/// Opens `path` for reading and writing, creating it empty and 0600. Never through a symlink.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let file = private_options().read(true).write(true).create(true).truncate(false).open(path)?;
    give_to_owner_of(parent(path), path);
    Ok(file)
}

/// Makes `path` anew with `content`, 0600, whatever stood there; a crash may leave it empty.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    private_options().write(true).create_new(true).open(path)?.write_all(content)?;
    give_to_owner_of(parent(path), path);
    Ok(())
}

/// Creates `path` empty and 0600; a file that is there already is left as it is.
pub fn create_private(path: &Path) -> Result<()> {
    match private_options().write(true).create_new(true).open(path) {
        Ok(file) => {
            give_to_owner_of(parent(path), path);
            file.sync_all().doing("sync", path)?;
            sync_dir(parent(path))
        }
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(DbError::io("create", path, why)),
    }
}

/// The same in staging: whoever keeps the file syncs it, and its directory.
pub(crate) fn create_staged(path: &Path) -> Result<()> {
    open_private(path).map(drop).doing("create", path)
}

/// Takes group and others their rights to `path`, where a wider mode was left behind. No-op on Windows.
pub fn restrict(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs_err::metadata(path).doing("look at", path)?.permissions().mode();
        if mode & 0o077 != 0 {
            let private = std::fs::Permissions::from_mode(mode & !0o077);
            fs_err::set_permissions(path, private).doing("restrict", path)?;
        }
    }
    let _ = path;
    Ok(())
}

/// Virus scanners on Windows hold a new file open for a moment: a bounded retry. A no-op elsewhere.
fn retry(mut action: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for pause in [10, 20, 40, 80] {
        match action() {
            Err(why) if cfg!(windows) && matches!(why.raw_os_error(), Some(5 | 32 | 33)) => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            done => return done,
        }
    }
    action()
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// What root makes in the workspace of a user stays the user's, who could not open it otherwise; SQLite does the
/// same with its sidecars. Where it fails, verify reports `fs.owner`.
#[cfg(unix)]
fn give_to_owner_of(dir: &Path, path: &Path) {
    use rustix::fs::{AtFlags, CWD, Gid, Uid};
    use std::os::unix::fs::MetadataExt;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    if let (Ok(dir), Ok(made)) = (dir.symlink_metadata(), path.symlink_metadata())
        && dir.uid() != made.uid()
    {
        let (user, group) = (Uid::from_raw(dir.uid()), Gid::from_raw(dir.gid()));
        let _ = rustix::fs::chownat(CWD, path, Some(user), Some(group), AtFlags::SYMLINK_NOFOLLOW);
    }
}

#[cfg(not(unix))]
fn give_to_owner_of(_: &Path, _: &Path) {}

#[cfg(unix)]
fn create_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn create_dir(dir: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().create(dir)
}

#[cfg(unix)]
fn private_options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[cfg(not(unix))]
fn private_options() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn links(meta: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(meta)
}

#[cfg(not(unix))]
fn links(_: &std::fs::Metadata) -> u64 {
    1
}
