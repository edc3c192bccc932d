//! [`Database`]: one writer and several readers on one file, for concurrent callers in a process.
//!
//! Rules: writes go through one connection behind a mutex, in an immediate transaction; readers cannot write
//! (`query_only` on a read-only handle) and are opened as they are needed, up to a limit.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::connection::{self, Access};
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;

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
    pub(crate) fn new(
        kind: DatabaseKind,
        path: PathBuf,
        reader: Connection,
        writer: Option<Connection>,
    ) -> Database {
        let readers = Mutex::new(Readers { idle: vec![reader], opened: 1 });
        Database { kind, path, writer: writer.map(Mutex::new), readers, returned: Condvar::new() }
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
    pub fn write<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let writer = self.writer.as_ref().expect("BUG: write through a database opened for reading");
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).at(&self.path)?;
        let changing = Changing { tx, path: &self.path };
        let value = change(&changing)?;
        changing.tx.commit().at(&self.path)?;
        Ok(value)
    }

    /// What does not work inside a transaction, such as a vacuum.
    pub(crate) fn with_writer<T>(&self, step: impl FnOnce(&Connection, &Path) -> Result<T>) -> Result<T> {
        let writer = self.writer.as_ref().expect("BUG: write through a database opened for reading");
        step(&writer.lock().unwrap_or_else(PoisonError::into_inner), &self.path)
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

/// A transaction under way.
#[derive(Debug)]
pub struct Changing<'a> {
    tx: Transaction<'a>,
    path: &'a Path,
}

impl Changing<'_> {
    /// Reads or writes rows; a failure is classified as one about this database.
    pub fn run<T>(&self, step: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        step(&self.tx).at(self.path)
    }
}

impl Drop for Database {
    /// The writer closes last: the last connection to close folds the WAL back and removes it, and only a
    /// writing one can.
    fn drop(&mut self) {
        self.readers().idle.clear();
    }
}
