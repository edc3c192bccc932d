//! Which directory is the workspace: the search upwards, and where `init` makes a new one.
//!
//! Rules (the design, section "On disk"): the nearest directory with `.drift` or `.drift-backups`, never the
//! home directory (its `.drift` is drift's own), never across a file-system boundary. What the system cannot tell is
//! an error, never "there is none".

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::{IoContext, Result};
use crate::paths::{BACKUPS_DIR, DRIFT_DIR};

/// `dir` as SQLite and the locks need it: absolute and free of symlinks.
pub fn canonical(dir: &Path) -> Result<PathBuf> {
    let path = if cfg!(windows) {
        // A canonical path on Windows is a verbatim one, which other programs cannot read back.
        fs_err::metadata(dir).and_then(|_| std::path::absolute(dir))
    } else {
        fs_err::canonicalize(dir)
    };
    path.doing("resolve", dir)
}

/// The workspace that `start` (canonical) lies in. `home` is the user's home directory.
pub fn find_workspace(start: &Path, home: Option<&Path>) -> Result<Option<PathBuf>> {
    let of_start = device(start).doing("look at", start)?;
    for dir in start.ancestors() {
        if Some(dir) == home || device(dir).doing("look at", dir)? != of_start {
            break;
        }
        for marker in [dir.join(DRIFT_DIR), dir.join(BACKUPS_DIR)] {
            if is_marker(&marker).doing("look at", &marker)? {
                return Ok(Some(dir.to_path_buf()));
            }
        }
    }
    Ok(None)
}

/// Where `init` without `--root` makes a workspace when it is started in `start` (canonical): the workspace
/// that the search finds if it lies in the same git work tree, else the top of the git work tree, else `start`.
pub fn choose_root(start: &Path, home: Option<&Path>) -> Result<PathBuf> {
    let work_tree = git_work_tree(start);
    Ok(match find_workspace(start, home)? {
        Some(found) if git_work_tree(&found) == work_tree => found,
        _ => work_tree.unwrap_or_else(|| start.to_path_buf()),
    })
}

/// The top of the git work tree around `dir`: the nearest directory with `.git`, a directory or the file that
/// stands for one in a linked work tree or submodule.
pub fn git_work_tree(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_path_buf)
}

/// A directory, or a symlink, which is found so that it can be refused; a plain file of that name is not ours.
fn is_marker(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(meta.is_dir() || meta.is_symlink()),
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(unix)]
fn device(dir: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    dir.metadata().map(|meta| meta.dev())
}

#[cfg(not(unix))]
fn device(dir: &Path) -> io::Result<Option<std::ffi::OsString>> {
    Ok(dir.components().next().map(|prefix| prefix.as_os_str().to_os_string()))
}

#[cfg(test)]
mod tests;
