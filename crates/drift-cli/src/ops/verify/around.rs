//! What lies around the databases: directories, owners, rights, an interrupted change, what git tracks.
//!
//! Only looked at; nothing is followed out of the workspace.

use std::path::Path;
#[cfg(unix)]
use std::path::PathBuf;

use drift_db::durable::refuse_foreign_dir;
use drift_db::{BACKUPS_DIR, DRIFT_DIR, DbError, Severity, WorkspacePaths, intent};

use super::FindingView;
use crate::error::CommandError;
#[cfg(unix)]
use crate::ops::wire::below;
use crate::ops::workspace::tracked;

/// What stands in the place of drift's directories. Nothing behind it is looked at.
pub(super) fn foreign_dirs(paths: &WorkspacePaths) -> Result<Vec<FindingView>, CommandError> {
    let mut findings = Vec::new();
    for name in [DRIFT_DIR, BACKUPS_DIR] {
        match refuse_foreign_dir(&paths.root().join(name)) {
            Err(DbError::Untrusted { detail, .. }) => {
                let hint = "move it away: what is behind it is not drift's";
                findings.push(FindingView::new("fs.link", Severity::Error, name, detail, hint));
            }
            looked => looked?,
        }
    }
    Ok(findings)
}

/// What lies around the databases.
pub(super) fn surroundings(paths: &WorkspacePaths) -> Vec<FindingView> {
    let mut findings = Vec::new();
    match intent::read(paths) {
        Ok(None) => {}
        Ok(Some(pending)) => {
            let message = format!("a {} was interrupted and is not finished yet", pending.operation.name());
            let hint =
                "the next command that writes finishes it; `drift workspace verify --repair` does so now";
            findings.push(FindingView::new("intent.pending", Severity::Error, "intent.json", message, hint));
        }
        Err(error) => {
            // A file that cannot be read is not one that somebody else wrote.
            let (code, hint) = match error {
                DbError::Io { .. } => {
                    ("intent.unreadable", "see why the system refuses it, then run verify again")
                }
                _ => ("intent.untrusted", "drift did not write it; move it away"),
            };
            findings.push(FindingView::new(code, Severity::Error, "intent.json", error.to_string(), hint));
        }
    }
    for dir in [paths.drift_dir(), paths.backups_dir()] {
        findings.extend(too_open(paths.root(), &dir));
    }
    findings.extend(foreign_owners(paths));
    findings.extend(tracked(paths).iter().map(|file| {
        let message = format!("git tracks {file}; a clone would carry it to others");
        let hint = format!("run `git rm -r --cached {DRIFT_DIR} {BACKUPS_DIR}`");
        FindingView::new("fs.tracked", Severity::Warning, file, message, &hint)
    }));
    findings
}

/// A warning for each of drift's own files that belongs to somebody else than the top of the repository.
#[cfg(unix)]
fn foreign_owners(paths: &WorkspacePaths) -> Vec<FindingView> {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| path.symlink_metadata().ok().map(|meta| meta.uid());
    let dir = paths.drift_dir();
    let within = std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = within.chain([dir.clone(), paths.backups_dir()]).collect();
    files.sort();
    let mut findings = Vec::new();
    for file in files {
        let (Some(wanted), Some(found)) = (owner(paths.root()), owner(&file)) else { continue };
        if wanted != found {
            let shown = below(paths.root(), &file);
            let message = format!("{shown} belongs to user {found}, the repository to {wanted}");
            let hint = format!("run `chown -R {wanted} {DRIFT_DIR} {BACKUPS_DIR}`");
            findings.push(FindingView::new("fs.owner", Severity::Warning, &shown, message, &hint));
        }
    }
    findings
}

/// Not told on this system.
#[cfg(not(unix))]
fn foreign_owners(_: &WorkspacePaths) -> Vec<FindingView> {
    Vec::new()
}

/// A warning if others may look into `dir`.
#[cfg(unix)]
fn too_open(root: &Path, dir: &Path) -> Option<FindingView> {
    use std::os::unix::fs::PermissionsExt;
    let mode = dir.metadata().ok()?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return None;
    }
    let shown = below(root, dir);
    let message = format!("{shown} has mode {mode:03o}; others can look into it");
    Some(FindingView::new(
        "fs.permissions",
        Severity::Warning,
        &shown,
        message,
        &format!("run `chmod 700 {shown}`"),
    ))
}

/// A warning if others may look into `dir`: not told on this system.
#[cfg(not(unix))]
fn too_open(_: &Path, _: &Path) -> Option<FindingView> {
    None
}
