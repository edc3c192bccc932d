//! What state the databases of a workspace are in, told apart before anything is done with them.
//!
//! The initialised rule: `init` writes an `init` event into each database only after both exist fully
//! migrated. While neither holds one there is no workspace yet, and `init` completes it; once either does, or
//! a snapshot exists, a missing, empty or table-less database is damage, never a reason to make a new one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::{Connection, ErrorCode, ffi};

use crate::connection::{self, Access};
use crate::database::{self, Database, Reads};
use crate::durable;
use crate::error::{DbError, Result, SqlContext};
use crate::gate::{self, Gate};
use crate::kind::DatabaseKind;
use crate::lock::{ExclusiveLock, SharedLock};
use crate::paths::{WorkspacePaths, database_set};
use crate::startup::{self, StartupCheck};

/// One database file, as found.
#[derive(Debug)]
pub enum DatabaseState {
    /// No file.
    Missing,
    /// No content or no table.
    Blank,
    /// SQLite cannot read it, or it is not drift's.
    Damaged { detail: String },
    /// It holds what drift did not put there and will not run.
    Untrusted { detail: String },
    /// Written by a newer drift.
    Newer { version: i64 },
    /// A version that this drift knows.
    Known { version: u32, initialised: bool },
}

/// Which schemas a command works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Any version that this drift knows.
    Known,
    /// The one that this drift writes.
    Latest,
}

/// Both databases of a workspace, as found.
#[derive(Debug)]
pub struct Inspection {
    pub databases: Vec<FoundDatabase>,
    /// A snapshot lies beside the workspace.
    pub has_snapshot: bool,
    /// The databases that some snapshot holds.
    stored: Vec<DatabaseKind>,
}

/// One database of a workspace, as found.
#[derive(Debug)]
pub struct FoundDatabase {
    pub kind: DatabaseKind,
    pub path: PathBuf,
    pub state: DatabaseState,
    /// Where the state is known.
    reader: Option<Connection>,
}

/// Looks at both databases. Fails only where the files cannot be read at all.
pub fn inspect(paths: &WorkspacePaths) -> Result<Inspection> {
    let mut databases = Vec::new();
    for kind in DatabaseKind::WORKSPACE {
        databases.push(find(&paths.database(kind), kind)?);
    }
    let snapshots = snapshots(paths);
    let mut stored = DatabaseKind::WORKSPACE.to_vec();
    stored.retain(|kind| snapshots.iter().any(|name| holds(&paths.backups_dir().join(name), *kind)));
    Ok(Inspection { databases, has_snapshot: !snapshots.is_empty(), stored })
}

impl Inspection {
    /// Whether there is anything that could be lost.
    pub fn initialised(&self) -> bool {
        let holds_event = |state: &DatabaseState| match state {
            DatabaseState::Known { initialised, .. } => *initialised,
            // It cannot be asked; it was written by somebody.
            DatabaseState::Newer { .. } | DatabaseState::Damaged { .. } | DatabaseState::Untrusted { .. } => {
                true
            }
            DatabaseState::Missing | DatabaseState::Blank => false,
        };
        self.has_snapshot || self.databases.iter().any(|found| holds_event(&found.state))
    }

    /// Whether both databases are complete and at the latest schema.
    pub fn is_ready(&self) -> bool {
        (self.databases.iter()).all(|found| {
            matches!(found.state, DatabaseState::Known { version, initialised: true } if version == found.kind.latest())
        })
    }

    /// The error that keeps a command from working with these databases, if any. A workspace that was never
    /// initialised is no error here.
    pub fn usable(&self, need: Need) -> Result<()> {
        self.databases.iter().try_for_each(|found| self.usable_one(found, need))
    }

    /// The same for one of them.
    pub fn usable_one(&self, found: &FoundDatabase, need: Need) -> Result<()> {
        match found.state {
            DatabaseState::Missing if self.initialised() => Err(self.lost(found, "missing")),
            DatabaseState::Blank if self.initialised() => Err(self.lost(found, "empty")),
            _ => found.usable(need),
        }
    }

    fn lost(&self, found: &FoundDatabase, what: &'static str) -> DbError {
        let has_snapshot = self.stored.contains(&found.kind);
        DbError::Lost { database: found.kind, path: found.path.clone(), what, has_snapshot }
    }

    /// Checks both databases before rows are written, under the lock that makes this process the only writer.
    /// Damage is [`DbError::Corrupt`].
    pub fn check_before_writing(
        &self,
        check: StartupCheck,
        interrupt: &Arc<AtomicBool>,
        lock: &ExclusiveLock,
    ) -> Result<()> {
        let check_one = |found: &FoundDatabase| self.check_one(found.kind, check, interrupt, lock);
        self.databases.iter().try_for_each(check_one)
    }

    /// The same for the one that is written, whatever the other one is like.
    pub fn check_one(
        &self,
        kind: DatabaseKind,
        check: StartupCheck,
        interrupt: &Arc<AtomicBool>,
        _lock: &ExclusiveLock,
    ) -> Result<()> {
        let found = self.databases.iter().find(|found| found.kind == kind);
        match found.and_then(|found| Some((found, found.reader.as_ref()?))) {
            None => Ok(()),
            Some((found, reader)) => startup::check(reader, &found.path, kind, check, interrupt),
        }
    }

    /// A database before it is opened for good. `None` if there is none, or it is not of a version that this
    /// drift knows.
    pub fn visitor(&self, kind: DatabaseKind) -> Option<Visitor<'_>> {
        let found = self.databases.iter().find(|found| found.kind == kind)?;
        let reader = found.reader.as_ref()?;
        Some(Visitor { path: &found.path, reader })
    }

    /// The same for a thread that reads beside whatever else is done with the inspection. `None` also where the file
    /// cannot be opened twice.
    pub fn visitor_beside(&self, kind: DatabaseKind) -> Option<VisitorBeside> {
        let found = self.databases.iter().find(|found| found.kind == kind)?;
        if !database::can_share(found.reader.as_ref()?) {
            return None;
        }
        let reader = connection::open(&found.path, Access::Read).ok()?;
        Some(VisitorBeside { path: found.path.clone(), reader })
    }

    /// Opens a database for reading, under the shared workspace lock. `None` if there is none, or it is not of
    /// a version that this drift knows.
    pub fn reader(&mut self, kind: DatabaseKind, _lock: &SharedLock) -> Option<Database> {
        let found = self.databases.iter_mut().find(|found| found.kind == kind)?;
        Some(Database::new(kind, found.path.clone(), found.reader.take()?, None))
    }

    /// Opens a database for writing, under the lock that makes this process the only writer.
    pub fn writer(&mut self, kind: DatabaseKind, _lock: &ExclusiveLock) -> Result<Option<Database>> {
        let Some(found) = self.databases.iter_mut().find(|found| found.kind == kind) else { return Ok(None) };
        let Some(visitor) = found.reader.take() else { return Ok(None) };
        // After a crash the visitor holds the file for itself, and would keep this process from writing.
        drop(visitor);
        let writer = connection::open(&found.path, Access::Write)?;
        let reader = connection::open(&found.path, Access::Read)?;
        Ok(Some(Database::new(kind, found.path.clone(), reader, Some(writer))))
    }
}

/// A look at a database under inspection.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    path: &'a Path,
    reader: &'a Connection,
}

impl Reads for Visitor<'_> {
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.reader.unchecked_transaction().and_then(|tx| query(&tx)).at(self.path)
    }
}

/// A look at a database with a connection of its own; it must not outlive the inspection's by much, since it cleans up
/// after nobody.
#[derive(Debug)]
pub struct VisitorBeside {
    path: PathBuf,
    reader: Connection,
}

impl Reads for VisitorBeside {
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        Visitor { path: &self.path, reader: &self.reader }.read(query)
    }
}

impl FoundDatabase {
    /// Whether there is nothing in it that could be lost.
    pub fn is_lost(&self) -> bool {
        matches!(self.state, DatabaseState::Missing | DatabaseState::Blank)
    }

    /// The state, and the connection that found it where it is of a version that this drift knows.
    pub(crate) fn into_parts(self) -> (DatabaseState, Option<Connection>) {
        (self.state, self.reader)
    }

    /// The error that keeps a command from using this database, a missing or empty one aside.
    pub(crate) fn usable(&self, need: Need) -> Result<()> {
        let (database, path) = (self.kind, self.path.clone());
        match &self.state {
            DatabaseState::Damaged { detail } => Err(corrupt(self, detail)),
            DatabaseState::Untrusted { detail } => Err(DbError::Untrusted { path, detail: detail.clone() }),
            DatabaseState::Newer { version } => {
                Err(DbError::NewerSchema { database, found: *version, latest: database.latest() })
            }
            DatabaseState::Known { version, .. } if need == Need::Latest && *version < database.latest() => {
                Err(DbError::MigrationNeeded { database, found: *version, latest: database.latest() })
            }
            DatabaseState::Missing | DatabaseState::Blank | DatabaseState::Known { .. } => Ok(()),
        }
    }
}

fn corrupt(found: &FoundDatabase, detail: &str) -> DbError {
    DbError::Corrupt { database: Some(found.kind), path: found.path.clone(), detail: detail.into() }
}

/// Looks at one file.
pub(crate) fn find(path: &Path, kind: DatabaseKind) -> Result<FoundDatabase> {
    let (state, reader) = examine(path, kind)?;
    Ok(FoundDatabase { kind, path: path.to_path_buf(), state, reader })
}

/// The state of one file, and a reading connection where it is a known database.
fn examine(path: &Path, kind: DatabaseKind) -> Result<(DatabaseState, Option<Connection>)> {
    durable::refuse_foreign_file(path)?;
    let size = match path.symlink_metadata() {
        Ok(meta) => meta.len(),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((DatabaseState::Missing, None)),
        Err(why) => return Err(DbError::io("look at", path, why)),
    };
    if size == 0 {
        return Ok((DatabaseState::Blank, None));
    }
    match open_reader(path).and_then(|connection| judge(connection, path, kind)) {
        Err(DbError::Corrupt { detail, .. }) => Ok((DatabaseState::Damaged { detail }, None)),
        judged => judged,
    }
}

fn judge(
    connection: Connection,
    path: &Path,
    kind: DatabaseKind,
) -> Result<(DatabaseState, Option<Connection>)> {
    let gate = gate::check(&connection, kind).map_err(|why| DbError::sqlite(path, why))?;
    if let Some(finding) = gate.refusal() {
        let what = finding.code.trim_start_matches("schema.").replace('_', " ");
        return Ok((DatabaseState::Untrusted { detail: format!("{what}: {}", finding.subject) }, None));
    }
    let state = match gate {
        Gate::Blank => DatabaseState::Blank,
        Gate::Foreign { application_id } => DatabaseState::Damaged {
            detail: format!("application id {application_id:#010x} is not that of a {kind} database"),
        },
        Gate::BadVersion { version } => {
            DatabaseState::Damaged { detail: format!("schema version {version} is impossible") }
        }
        Gate::Newer { version } => DatabaseState::Newer { version },
        Gate::Known { version, .. } => {
            let event = "SELECT EXISTS (SELECT 1 FROM event WHERE kind = 'init')";
            let initialised = connection.query_row(event, [], |row| row.get(0));
            let initialised = initialised.map_err(|why| DbError::sqlite(path, why))?;
            return Ok((DatabaseState::Known { version, initialised }, Some(connection)));
        }
    };
    Ok((state, None))
}

/// Opens for reading, also on a read-only mount and on a full disk: there WAL cannot make its sidecars, and
/// without a `-wal` the file is complete.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let probe = |connection: Connection| {
        connection.pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0)).at(path)?;
        Ok(connection)
    };
    match connection::open(path, Access::Visit).and_then(probe) {
        // With a journal that holds something, ignoring it would show half a transaction.
        Err(DbError::Sqlite { source, .. }) if is_cannot_open(&source) && is_complete(path) => {}
        Err(DbError::NoSpace { .. }) if is_complete(path) => {}
        opened => return opened,
    }
    connection::open(path, Access::Immutable).and_then(probe)
}

fn is_cannot_open(why: &rusqlite::Error) -> bool {
    let no_shared_memory = [ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_SHMOPEN, ffi::SQLITE_IOERR_SHMMAP];
    matches!(why.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
        || why.sqlite_error().is_some_and(|error| no_shared_memory.contains(&error.extended_code))
}

/// Whether nothing waits in a WAL or a journal; the attempt before may have left an empty one. In what cannot be
/// looked at, something may wait.
fn is_complete(path: &Path) -> bool {
    let [_, wal, _, journal] = database_set(path);
    [wal, journal].iter().all(|file| match file.symlink_metadata() {
        Ok(meta) => meta.len() == 0,
        Err(why) => why.kind() == std::io::ErrorKind::NotFound,
    })
}

/// The names of the complete snapshots beside a workspace, oldest first; their headers are written last.
pub fn snapshots(paths: &WorkspacePaths) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(paths.backups_dir()) else { return Vec::new() };
    let complete = entries.flatten().filter(|entry| entry.path().join("snapshot.json").is_file());
    let mut names: Vec<String> =
        complete.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Whether the directory of a snapshot has a file of that database, compressed or not.
fn holds(snapshot: &Path, kind: DatabaseKind) -> bool {
    let Ok(entries) = std::fs::read_dir(snapshot) else { return false };
    let is_it =
        |name: std::ffi::OsString| name.to_str().is_some_and(|name| name.starts_with(kind.file_name()));
    entries.flatten().any(|entry| is_it(entry.file_name()))
}

#[cfg(test)]
mod tests;
