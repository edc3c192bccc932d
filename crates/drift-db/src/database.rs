//! [`Database`]: one writer and several readers on one file, for concurrent callers in a process.
//!
//! Rules: writes go through one connection behind a mutex, in an immediate transaction; readers cannot write
//! (`query_only` on a read-only handle) and are opened as they are needed, up to a limit.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::connection::{self, Access};
use crate::error::{Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::lock::{ExclusiveLock, SharedLock};
use crate::paths::WorkspacePaths;
use crate::state::{self, DatabaseState, Need};

/// How many readers a [`Database`] opens at most.
pub const MAX_READERS: usize = 8;

/// An open database of a workspace that passed the schema gate.
#[derive(Debug)]
pub struct Database {
    kind: DatabaseKind,
    path: PathBuf,
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Readers>,
    returned: Condvar,
}

#[derive(Debug)]
struct Readers {
    idle: Vec<Connection>,
    opened: usize,
}

impl Database {
    /// Opens for reading. `None` if there is no database yet; damage is an error.
    pub fn open_reader(
        paths: &WorkspacePaths,
        kind: DatabaseKind,
        need: Need,
        _lock: &SharedLock,
    ) -> Result<Option<Database>> {
        Database::open(paths, kind, need, None)
    }

    /// Opens for reading and writing, under the lock that makes this process the only writer.
    pub fn open_writer(
        paths: &WorkspacePaths,
        kind: DatabaseKind,
        _lock: &ExclusiveLock,
    ) -> Result<Option<Database>> {
        let path = paths.database(kind);
        Database::open(paths, kind, Need::Latest, Some(path))
    }

    fn open(
        paths: &WorkspacePaths,
        kind: DatabaseKind,
        need: Need,
        writable: Option<PathBuf>,
    ) -> Result<Option<Database>> {
        let path = paths.database(kind);
        let (state, reader) = state::examine(&path, kind)?;
        state::accept(kind, &path, &state, need)?;
        let (DatabaseState::Known { .. }, Some(reader)) = (state, reader) else { return Ok(None) };
        let writer = writable.map(|path| connection::open(&path, Access::Write)).transpose()?.map(Mutex::new);
        let readers = Mutex::new(Readers { idle: vec![reader], opened: 1 });
        Ok(Some(Database { kind, path, writer, readers, returned: Condvar::new() }))
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads inside one transaction, so that all of it is one point in time. Waits for a free reader when all
    /// are in use.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let reader = self.take_reader()?;
        let result = reader.unchecked_transaction().and_then(|tx| query(&tx));
        let mut readers = self.readers();
        readers.idle.push(reader);
        drop(readers);
        self.returned.notify_one();
        result.at(&self.path)
    }

    /// Writes in one transaction: all of it is there afterwards, or, on an error, none.
    pub fn write<T, E: From<crate::DbError>>(
        &self,
        change: impl FnOnce(&Transaction) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let writer = self.writer.as_ref().expect("BUG: write through a database opened for reading");
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).at(&self.path)?;
        let value = change(&tx)?;
        tx.commit().at(&self.path)?;
        Ok(value)
    }

    fn take_reader(&self) -> Result<Connection> {
        let mut readers = self.readers();
        loop {
            if let Some(reader) = readers.idle.pop() {
                return Ok(reader);
            }
            if readers.opened < MAX_READERS {
                readers.opened += 1;
                drop(readers);
                return connection::open(&self.path, Access::Read)
                    .inspect_err(|_| self.readers().opened -= 1);
            }
            readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Database {
    /// The writer closes last: the last connection to close folds the WAL back and removes it, and only a
    /// writing one can.
    fn drop(&mut self) {
        self.readers().idle.clear();
    }
}
