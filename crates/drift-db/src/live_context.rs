//! [`LiveContext`]: the context for a process that runs for long, such as a server for agents.
//!
//! Rules: the shared workspace lock is held for one request, never between two, so that a restore or a migration
//! waits for nobody who only might ask again; what is handed out was read in one transaction, after the last commit
//! that had been made when the request came; while an interrupted restore waits to be finished, nothing is. Foreign commits are noticed by `PRAGMA data_version`; a writer in the
//! same process calls [`LiveContext::invalidate`]; and a time to live is the net for what neither tells, such as a
//! file that was replaced on a system that does not tell files apart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::database::{DataVersion, Database};
use crate::error::{DbError, Result};
use crate::intent;
use crate::kind::DatabaseKind;
use crate::lock::{LockName, LockRequest, SharedLock, lock_shared};
use crate::paths::WorkspacePaths;
use crate::state::{self, Need};
use crate::store::context::{self, Section};

/// The sections of one workspace, kept as long as nothing changes them.
#[derive(Debug)]
pub struct LiveContext {
    paths: WorkspacePaths,
    names: Vec<String>,
    time_to_live: Duration,
    held: Mutex<Option<Held>>,
}

/// What was read last, and the database that it was read from.
#[derive(Debug)]
struct Held {
    database: Database,
    /// Taken before `sections` were read, so that they are never older.
    version: DataVersion,
    read_at: Instant,
    sections: Arc<[Section]>,
}

impl LiveContext {
    /// The sections of `names`. Nothing is opened yet.
    pub fn new(paths: WorkspacePaths, names: &[&str], time_to_live: Duration) -> LiveContext {
        let names = names.iter().map(ToString::to_string).collect();
        LiveContext { paths, names, time_to_live, held: Mutex::new(None) }
    }

    /// The sections as of now; read again only if something was committed since.
    pub fn sections(&self, request: &LockRequest<'_>, now: Instant) -> Result<Arc<[Section]>> {
        let lock = self.lock(request)?;
        let is_young = |known: &Held| now.saturating_duration_since(known.read_at) < self.time_to_live;
        let mut held = self.held();
        // What cannot be asked any more is opened anew, which tells what is wrong.
        if let Some(known) = held.as_ref()
            && is_young(known)
            && known.database.changed_since(known.version).is_ok_and(|changed| !changed)
        {
            return Ok(Arc::clone(&known.sections));
        }
        let database = match held.take().filter(is_young) {
            Some(known) => known.database,
            // The old one is closed by now: beside it, a new one would leave the WAL for others to fold back.
            None => self.open(&lock)?,
        };
        let fresh = self.read_from(database, now)?;
        let sections = Arc::clone(&fresh.sections);
        // After a crash of a writer, a reader may have the file for itself: then it is closed until it is asked again.
        *held = fresh.database.is_shared().then_some(fresh);
        Ok(sections)
    }

    /// The sections and whatever else `query` reads of drift.db, all of one point in time.
    pub fn read<T>(
        &self,
        request: &LockRequest<'_>,
        query: impl FnOnce(&[Section], &Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let lock = self.lock(request)?;
        let held = self.held();
        let opened;
        let database = match held.as_ref() {
            Some(known) => &known.database,
            None => {
                opened = self.open(&lock)?;
                &opened
            }
        };
        let names = self.names();
        database.read(|connection| query(&context::read(connection, &names)?, connection))
    }

    /// Forgets what was read. For whoever writes in this process.
    pub fn invalidate(&self) {
        *self.held() = None;
    }

    /// The shared lock, under which no database is new while the other is old.
    fn lock(&self, request: &LockRequest<'_>) -> Result<SharedLock> {
        let lock = lock_shared(&self.paths, LockName::Workspace, request)?;
        match intent::read(&self.paths)? {
            None => Ok(lock),
            Some(pending) => Err(DbError::RecoveryNeeded { operation: pending.operation.name() }),
        }
    }

    fn open(&self, lock: &SharedLock) -> Result<Database> {
        let mut inspection = state::inspect(&self.paths)?;
        inspection.usable(Need::Known)?;
        let path = self.paths.database(DatabaseKind::Drift);
        let missing = || DbError::io("open", &path, std::io::ErrorKind::NotFound.into());
        inspection.reader(DatabaseKind::Drift, lock).ok_or_else(missing)
    }

    fn read_from(&self, database: Database, now: Instant) -> Result<Held> {
        let version = database.data_version()?;
        let names = self.names();
        let sections = database.read(|connection| context::read(connection, &names))?;
        Ok(Held { database, version, read_at: now, sections: sections.into() })
    }

    fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
