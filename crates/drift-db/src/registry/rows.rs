//! The rows of the registry.
//!
//! Rules: a root has one row. A workspace is told by its id, which moves with it: where it is found at a new root
//! while the old one holds it no more, the row moves; where both hold it, they are two copies, and both are kept.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::store::StoredPath;

/// A workspace that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The root, absolute.
    pub path: PathBuf,
    /// As in the `workspace` table of its drift.db.
    pub id: String,
    /// What it is called here.
    pub name: String,
    /// RFC 3339, UTC.
    pub added_at: String,
    /// Of all, the one with the greatest number was switched to last; 0 where nobody ever did.
    pub used: i64,
    pub used_at: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It was there and is as it was.
    Same,
    Added,
    /// The workspace at this root has another id or name now.
    Changed,
    /// It was known at this root, which holds it no more.
    Moved(PathBuf),
}

/// Every known workspace, by name, then path.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Known>> {
    let mut statement = connection
        .prepare("SELECT path, id, name, added_at, used, used_at FROM workspace ORDER BY name, path")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        // Another system wrote it.
        let Some(path) = root_of(&row.get(0)?) else { continue };
        all.push(Known {
            path,
            id: row.get(1)?,
            name: row.get(2)?,
            added_at: row.get(3)?,
            used: row.get(4)?,
            used_at: row.get(5)?,
        });
    }
    Ok(all)
}

/// Remembers a workspace. `new.name` is for a new row; `renamed` also changes what a known one is called. `holds`
/// tells whether a root still holds the workspace of its row.
pub fn register(
    tx: &Connection,
    new: &Known,
    renamed: Option<&str>,
    holds: &dyn Fn(&Known) -> bool,
) -> rusqlite::Result<Registered> {
    let known = all(tx)?;
    let stored = stored(&new.path);
    if let Some(same) = known.iter().find(|one| one.path == new.path) {
        let name = renamed.unwrap_or(if same.id == new.id { &same.name } else { &new.name });
        if same.id == new.id && same.name == name {
            return Ok(Registered::Same);
        }
        let update = "UPDATE workspace SET id = ?, name = ? WHERE path = ?";
        tx.execute(update, params![new.id, name, stored])?;
        return Ok(Registered::Changed);
    }
    let gone = known.iter().filter(|one| one.id == new.id && !holds(one)).max_by_key(|one| one.used);
    if let Some(gone) = gone {
        let update = "UPDATE workspace SET path = ?, name = ? WHERE path = ?";
        let name = renamed.unwrap_or(&gone.name);
        tx.execute(update, params![stored, name, self::stored(&gone.path)])?;
        return Ok(Registered::Moved(gone.path.clone()));
    }
    let name = renamed.unwrap_or(&new.name);
    tx.execute(
        "INSERT INTO workspace (path, id, name, added_at, used, used_at) VALUES (?, ?, ?, ?, ?, ?)",
        params![stored, new.id, name, new.added_at, new.used, new.used_at],
    )?;
    Ok(Registered::Added)
}

/// Forgets a root. Returns whether it was known.
pub fn forget(tx: &Connection, path: &Path) -> rusqlite::Result<bool> {
    Ok(tx.execute("DELETE FROM workspace WHERE path = ?", [stored(path)])? > 0)
}

/// Makes a root the one that was switched to last.
pub fn use_now(tx: &Connection, path: &Path, now: &str) -> rusqlite::Result<()> {
    let update =
        "UPDATE workspace SET used = (SELECT max(used) FROM workspace) + 1, used_at = ? WHERE path = ?";
    tx.execute(update, params![now, stored(path)]).map(drop)
}

#[cfg(unix)]
fn stored(path: &Path) -> StoredPath {
    use std::os::unix::ffi::OsStrExt;
    StoredPath(path.as_os_str().as_bytes().into())
}

#[cfg(unix)]
fn root_of(stored: &StoredPath) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let path = PathBuf::from(std::ffi::OsStr::from_bytes(&stored.0));
    path.is_absolute().then_some(path)
}

/// What is no Unicode there is no path that anybody types.
#[cfg(not(unix))]
fn stored(path: &Path) -> StoredPath {
    StoredPath(path.to_string_lossy().as_bytes().into())
}

#[cfg(not(unix))]
fn root_of(stored: &StoredPath) -> Option<PathBuf> {
    let path = PathBuf::from(std::str::from_utf8(&stored.0).ok()?);
    path.is_absolute().then_some(path)
}
