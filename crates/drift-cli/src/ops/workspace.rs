//! Finding and opening the workspace: the part that every operation on an existing one shares.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use drift_db::store::workspace::{self, WorkspaceRow};
use drift_db::{
    BACKUPS_DIR, DRIFT_DIR, Database, DatabaseKind, DbError, ExclusiveLock, Inspection, Need, SharedLock,
    WorkspacePaths, canonical, durable, find_workspace, git_work_tree, inspect,
};
use drift_discover::{Git, RepoPath};

use super::{Place, Session, Warning, recovery};
use crate::error::{CommandError, ErrorCode};

/// What lies at the root and is drift's own.
const OWN: [&[u8]; 2] = [DRIFT_DIR.as_bytes(), BACKUPS_DIR.as_bytes()];

/// A workspace in use, under the shared lock.
pub(super) struct Workspace {
    pub(super) paths: WorkspacePaths,
    pub(super) lock: SharedLock,
    pub(super) inspection: Inspection,
}

impl Workspace {
    /// Opens the workspace around the current directory, or the one that is named, for a command that works
    /// with schemas that satisfy `need`.
    pub(super) fn open(session: &Session<'_>, need: Need) -> Result<Workspace, CommandError> {
        Workspace::open_with(session, need, recovery::lock_settled)
    }

    /// The same for a command that only looks: what was interrupted is reported and left as it is.
    pub(super) fn look(session: &Session<'_>, need: Need) -> Result<Workspace, CommandError> {
        Workspace::open_with(session, need, recovery::lock_to_look)
    }

    fn open_with(
        session: &Session<'_>,
        need: Need,
        lock: impl FnOnce(&Session<'_>, &WorkspacePaths) -> Result<SharedLock, CommandError>,
    ) -> Result<Workspace, CommandError> {
        let paths = locate(session.place)?;
        if !is_there(&paths.drift_dir())? {
            return Err(none_at(paths.root()));
        }
        let lock = lock(session, &paths)?;
        warn_if_not_held(session, &lock);
        let inspection = inspect(&paths)?;
        inspection.usable(need)?;
        if !inspection.initialised() {
            return Err(unfinished(paths.root()));
        }
        Ok(Workspace { paths, lock, inspection })
    }

    /// The database for reading.
    pub(super) fn reader(&mut self, kind: DatabaseKind) -> Result<Database, CommandError> {
        let database = self.inspection.reader(kind, &self.lock);
        database.ok_or_else(|| unfinished(self.paths.root()))
    }
}

/// On a read-only place without a lock file, nobody can be kept out.
pub(super) fn warn_if_not_held(session: &Session<'_>, lock: &SharedLock) {
    if !lock.is_held() {
        session.warn(Warning::new(
            "lock.unavailable",
            "the lock file cannot be opened here; a drift that writes elsewhere would not be noticed",
        ));
    }
}

/// What git tracks in the directories that are drift's own: a clone would carry it to others.
pub(super) fn tracked(paths: &WorkspacePaths) -> Vec<String> {
    if git_work_tree(paths.root()).is_none() {
        return Vec::new();
    }
    // Without git nobody can tell, and a scan has said so.
    let tracked = Git::new(paths.root()).tracked_below(&[DRIFT_DIR, BACKUPS_DIR]).unwrap_or_default();
    tracked.iter().map(ToString::to_string).collect()
}

/// Warns of files under `.drift` that git tracks; `tracked` are those in any directory of that name.
pub(super) fn warn_if_tracked(session: &Session<'_>, tracked: &[RepoPath]) {
    let is_at_root = |path: &&RepoPath| matches!(path.parts().next(), Some(name) if OWN.contains(&name));
    let mut at_root = tracked.iter().filter(is_at_root);
    if let Some(first) = at_root.next() {
        let others = match at_root.count() {
            0 => String::new(),
            count => format!(" and {count} others"),
        };
        session.warn(
            Warning::new("fs.tracked", format!("git tracks {first}{others}"))
                .with_hint(format!("run `git rm -r --cached {DRIFT_DIR} {BACKUPS_DIR}`")),
        );
    }
}

/// The workspace that is meant; it need not be complete, or even there.
pub(super) fn locate(place: &Place) -> Result<WorkspacePaths, CommandError> {
    if let Some(root) = &place.root {
        return match canonical(root) {
            Err(DbError::Io { source, .. }) if is_absent(&source) => Err(none_at(root)),
            found => {
                let found = found?;
                match is_dir(&found)? {
                    true => Ok(WorkspacePaths::new(found)),
                    false => Err(none_at(root)),
                }
            }
        };
    }
    let start = canonical(&place.cwd)?;
    match find_workspace(&start, home(place).as_deref())? {
        Some(root) => Ok(WorkspacePaths::new(root)),
        None => Err(none_at(&start)),
    }
}

/// A directory that the user named and that has to be there, as SQLite and the locks need it.
pub(super) fn named_dir(dir: &Path) -> Result<PathBuf, CommandError> {
    let wrong = |message: String| {
        Err(CommandError::usage(message).with_hint("make the directory first, or name another"))
    };
    match dir.metadata() {
        Ok(meta) if !meta.is_dir() => wrong(format!("{} is not a directory", dir.display())),
        Err(why) if is_absent(&why) => wrong(format!("there is no directory {}", dir.display())),
        _ => Ok(canonical(dir)?),
    }
}

fn is_absent(why: &std::io::Error) -> bool {
    matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Who the workspace is, if its database tells. Fails where the files cannot be looked at.
pub(super) fn identity(
    paths: &WorkspacePaths,
    lock: &ExclusiveLock,
) -> Result<Option<WorkspaceRow>, CommandError> {
    let Ok(Some(database)) = inspect(paths)?.writer(DatabaseKind::Drift, lock) else { return Ok(None) };
    Ok(database.read(workspace::get).unwrap_or_default())
}

/// The home directory as paths without symlinks compare with it.
pub(super) fn home(place: &Place) -> Option<PathBuf> {
    place.home.as_deref().map(|home| canonical(home).unwrap_or_else(|_| home.to_path_buf()))
}

/// Whether `dir` is there; something else in its place is refused.
pub(super) fn is_there(dir: &Path) -> Result<bool, CommandError> {
    durable::refuse_foreign_dir(dir)?;
    is_dir(dir)
}

/// Whether `path` is a directory. Fails where the system cannot tell, which is not to say that there is none.
fn is_dir(path: &Path) -> Result<bool, CommandError> {
    match path.metadata() {
        Ok(meta) => Ok(meta.is_dir()),
        Err(why) if is_absent(&why) => Ok(false),
        Err(why) => Err(DbError::io("look at", path, why).into()),
    }
}

pub(super) fn none_at(dir: &Path) -> CommandError {
    let error = CommandError::new(ErrorCode::NoWorkspace, format!("no workspace in {}", dir.display()));
    let snapshots = drift_db::snapshots(&WorkspacePaths::new(dir.to_path_buf()));
    match snapshots.last() {
        None => error.with_hint("create one with `drift workspace init`"),
        Some(newest) => error.with_hint(format!(
            "{BACKUPS_DIR} holds {} of it, the newest {newest}; bring it back with `drift workspace restore`",
            if snapshots.len() == 1 { "a snapshot".into() } else { format!("{} snapshots", snapshots.len()) }
        )),
    }
}

pub(super) fn unfinished(root: &Path) -> CommandError {
    let message = format!("the workspace in {} was never finished", root.display());
    CommandError::new(ErrorCode::NoWorkspace, message).with_hint("complete it with `drift workspace init`")
}
