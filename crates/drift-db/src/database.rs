//! [`Database`]: one writer and several readers on one file, for concurrent callers in a process.
//!
//! Rules: writes go through one connection behind a mutex, in an immediate transaction; readers cannot write
//! (`query_only`, on a read-only handle but for the one that cleans up) and are opened as they are needed, up to
//! a limit. A reader never outlives its file: once another file is behind the path, the readers are opened anew,
//! through the schema gate. The connection that was opened first closes last, because it removes the sidecars.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::connection::{self, Access};
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::state::{self, Need};

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

/// Whatever a database can be read through.
pub trait Reads {
    /// Reads inside one transaction, so that all of it is one point in time.
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T>;
}

impl Reads for Database {
    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        Database::read(self, query)
    }
}

/// A state of a database, to be compared with a later one: it differs once anybody has committed, this process
/// included, or the file was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataVersion {
    /// Counts the files that were behind the path.
    file: u64,
    /// `PRAGMA data_version`, which means something only on one connection.
    commits: i64,
}

#[derive(Debug)]
struct Readers {
    /// Those that nobody uses.
    idle: Vec<Reader>,
    /// How many there are of the present file.
    opened: usize,
    /// How many there may be.
    limit: usize,
    /// Which file is behind the path, as far as the system tells files apart.
    identity: FileIdentity,
    file: u64,
    /// Asked for [`DataVersion`] and nothing else: that is told per connection.
    watcher: Option<Connection>,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// Which file it has open.
    file: u64,
    /// The one that leaves the directory as it was.
    is_first: bool,
}

impl Database {
    pub(crate) fn new(
        kind: DatabaseKind,
        path: PathBuf,
        reader: Connection,
        writer: Option<Connection>,
    ) -> Database {
        let readers = Readers {
            limit: if writer.is_some() { MAX_READERS } else { limit(&reader) },
            idle: vec![Reader { connection: reader, file: 0, is_first: true }],
            opened: 1,
            identity: identity(&path),
            file: 0,
            watcher: None,
        };
        let readers = Mutex::new(readers);
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
    /// are in use. Whoever keeps a database open for long holds the shared workspace lock around each call.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let reader = self.take_reader()?;
        let result = reader.connection.unchecked_transaction().and_then(|tx| query(&tx));
        let mut readers = self.readers();
        if reader.file == readers.file {
            readers.idle.push(reader);
        }
        drop(readers);
        self.returned.notify_one();
        result.at(&self.path)
    }

    /// The state of the database now.
    pub fn data_version(&self) -> Result<DataVersion> {
        let mut readers = self.readers();
        self.follow(&mut readers)?;
        let watcher = match readers.watcher.take() {
            Some(watcher) => watcher,
            None if readers.limit > 1 => self.open_another()?,
            // The only connection that there can be; an idle one comes back when it is not in a transaction.
            None => {
                let reader = self.wait_for_idle(readers)?;
                let commits = data_version(&reader.connection);
                let file = reader.file;
                self.readers().idle.push(reader);
                self.returned.notify_one();
                return Ok(DataVersion { file, commits: commits.at(&self.path)? });
            }
        };
        let commits = data_version(&watcher).at(&self.path)?;
        readers.watcher = Some(watcher);
        Ok(DataVersion { file: readers.file, commits })
    }

    /// Whether others can write while this is open: not if, after a crash, it has the file for itself.
    pub(crate) fn is_shared(&self) -> bool {
        self.readers().limit > 1
    }

    /// Whether anything was committed, or the file replaced, after `before` was taken from this `Database`.
    pub fn changed_since(&self, before: DataVersion) -> Result<bool> {
        Ok(self.data_version()? != before)
    }

    /// Writes in one transaction: all of it is there afterwards, or, on an error, none.
    pub fn write<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.change(change, |tx| tx.commit())
    }

    /// Does what [`Database::write`] would, and takes all of it back.
    pub fn rehearse<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.change(change, |tx| tx.rollback())
    }

    fn change<T, E: From<DbError>>(
        &self,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
        end: impl FnOnce(Transaction<'_>) -> rusqlite::Result<()>,
    ) -> std::result::Result<T, E> {
        let writer = self.writer.as_ref().expect("BUG: write through a database opened for reading");
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        Changing::until(&mut writer, &self.path, change, end)
    }

    /// What does not work inside a transaction, such as a vacuum.
    pub(crate) fn with_writer<T>(&self, step: impl FnOnce(&Connection, &Path) -> Result<T>) -> Result<T> {
        let writer = self.writer.as_ref().expect("BUG: write through a database opened for reading");
        step(&writer.lock().unwrap_or_else(PoisonError::into_inner), &self.path)
    }

    fn take_reader(&self) -> Result<Reader> {
        let mut readers = self.readers();
        self.follow(&mut readers)?;
        if readers.idle.is_empty() && readers.opened < readers.limit {
            readers.opened += 1;
            let file = readers.file;
            drop(readers);
            return match self.open_another() {
                Ok(connection) => Ok(Reader { connection, file, is_first: false }),
                Err(why) => {
                    let mut readers = self.readers();
                    if readers.file == file {
                        readers.opened -= 1;
                    }
                    Err(why)
                }
            };
        }
        self.wait_for_idle(readers)
    }

    fn wait_for_idle(&self, mut readers: MutexGuard<'_, Readers>) -> Result<Reader> {
        loop {
            if let Some(reader) = readers.idle.pop() {
                return Ok(reader);
            }
            readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets go of the readers of a file that was replaced, and looks at the new one before anybody reads it.
    /// A database with a writer is not replaced under it: the locks see to that.
    fn follow(&self, readers: &mut Readers) -> Result<()> {
        let identity = identity(&self.path);
        if self.writer.is_some() || identity == readers.identity {
            return Ok(());
        }
        let found = state::find(&self.path, self.kind)?;
        found.usable(Need::Known)?;
        let (_, Some(connection)) = found.into_parts() else {
            let detail = "it is gone or empty".into();
            return Err(DbError::Corrupt { database: Some(self.kind), path: self.path.clone(), detail });
        };
        readers.file += 1;
        readers.identity = identity;
        readers.watcher = None;
        readers.limit = limit(&connection);
        readers.opened = 1;
        // Those in use are let go of when they come back.
        readers.idle = vec![Reader { connection, file: readers.file, is_first: true }];
        Ok(())
    }

    fn open_another(&self) -> Result<Connection> {
        connection::open(&self.path, Access::Read)
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that holds the file for itself (after a crash), or cannot make the shared memory that others would
/// need (on a read-only mount), is the only one there can be.
fn limit(first: &Connection) -> usize {
    if can_share(first) { MAX_READERS } else { 1 }
}

/// Whether another connection may be opened beside `first`.
pub(crate) fn can_share(first: &Connection) -> bool {
    let locking = first.pragma_query_value(None, "locking_mode", |row| row.get::<_, String>(0));
    !locking.is_ok_and(|mode| mode == "exclusive") && !first.is_readonly("main").unwrap_or(true)
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "data_version", |row| row.get(0))
}

/// What tells the file at `path` from another one; `None` if there is none.
type FileIdentity = Option<(u64, u64)>;

#[cfg(unix)]
fn identity(path: &Path) -> FileIdentity {
    use std::os::unix::fs::MetadataExt;
    path.symlink_metadata().ok().map(|meta| (meta.dev(), meta.ino()))
}

/// An open file cannot be replaced on Windows.
#[cfg(not(unix))]
fn identity(_: &Path) -> FileIdentity {
    None
}

/// A transaction under way.
#[derive(Debug)]
pub struct Changing<'a> {
    tx: Transaction<'a>,
    path: &'a Path,
}

impl Changing<'_> {
    /// One immediate transaction on `connection`, which has `path` open: all of `change`, or none of it.
    pub(crate) fn within<T, E: From<DbError>>(
        connection: &mut Connection,
        path: &Path,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        Changing::until(connection, path, change, |tx| tx.commit())
    }

    /// One immediate transaction that `end` ends, if all of `change` went well.
    fn until<T, E: From<DbError>>(
        connection: &mut Connection,
        path: &Path,
        change: impl FnOnce(&Changing) -> std::result::Result<T, E>,
        end: impl FnOnce(Transaction<'_>) -> rusqlite::Result<()>,
    ) -> std::result::Result<T, E> {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).at(path)?;
        let changing = Changing { tx, path };
        let value = change(&changing)?;
        end(changing.tx).at(path)?;
        Ok(value)
    }

    /// Reads or writes rows; a failure is classified as one about this database.
    pub fn run<T>(&self, step: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        step(&self.tx).at(self.path)
    }
}

impl Drop for Database {
    /// The writer, or else the first reader, closes last: the last connection to close folds the WAL back and
    /// removes it, and only one that could write can.
    fn drop(&mut self) {
        let mut readers = self.readers();
        readers.watcher = None;
        readers.idle.sort_by_key(|reader| reader.is_first);
        readers.idle.clear();
    }
}

#[cfg(test)]
mod tests;
