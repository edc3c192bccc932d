//! The check of the databases before a command writes to them: cheap, and enough to keep new rows out of a file
//! that is visibly damaged.
//!
//! Rule: the file is looked at through SQLite and `stat` alone. Opening and closing it beside SQLite would drop
//! the locks that SQLite holds in this process (<https://sqlite.org/howtocorrupt.html>, section 2.2).
//! The schema gate has looked at ids, version and schema before, and SQLite at the magic.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use crate::error::{DbError, Result, SqlContext};
use crate::integrity;
use crate::kind::DatabaseKind;
use crate::paths::database_set;

/// Up to this size [`StartupCheck::Auto`] checks the structure: some hundred milliseconds at most.
const QUICK_UP_TO: u64 = 32 << 20;

/// How a database is checked before a command writes to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartupCheck {
    /// [`StartupCheck::Quick`] up to 32 MiB, [`StartupCheck::Header`] beyond.
    Auto,
    /// SQLite's `quick_check`, which reads the whole file.
    Quick,
    /// Whether the file has as many pages as its header says.
    Header,
    /// Nothing but the schema gate.
    Off,
}

/// Checks the database that `connection` has open; damage is [`DbError::Corrupt`].
pub(crate) fn check(
    connection: &Connection,
    path: &Path,
    kind: DatabaseKind,
    check: StartupCheck,
    interrupt: &Arc<AtomicBool>,
) -> Result<()> {
    match check {
        StartupCheck::Off => Ok(()),
        StartupCheck::Header => header(connection, path, kind),
        StartupCheck::Auto if size(path)? > QUICK_UP_TO => header(connection, path, kind),
        StartupCheck::Auto | StartupCheck::Quick => {
            header(connection, path, kind)?;
            quick(connection, path, kind, interrupt)
        }
    }
}

/// Whether the file has as many pages as its header says, as long as nothing waits in a journal.
/// SQLite itself refuses a file that is shorter than its header says, and passes over one that is longer.
pub(crate) fn header(connection: &Connection, path: &Path, kind: DatabaseKind) -> Result<()> {
    // Both numbers of one moment; a pinned source is in its transaction already.
    let _tx = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose().at(path)?;
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).at(path);
    let expected = number("page_count")?.saturating_mul(number("page_size")?).cast_unsigned();
    let found = size(path)?;
    let [_, wal, _, journal] = database_set(path);
    // What waits in one of these has not reached the file yet.
    if found == expected || size(&wal)? > 0 || size(&journal)? > 0 {
        return Ok(());
    }
    let detail = format!("its header says {expected} bytes, the file has {found}");
    Err(corrupt(path, kind, detail))
}

/// The size of a file, 0 where there is none. A file that cannot be examined is not one of no size.
fn size(path: &Path) -> Result<u64> {
    match path.metadata() {
        Ok(meta) => Ok(meta.len()),
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(0),
        Err(why) => Err(DbError::io("look at", path, why)),
    }
}

fn quick(
    connection: &Connection,
    path: &Path,
    kind: DatabaseKind,
    interrupt: &Arc<AtomicBool>,
) -> Result<()> {
    // The first finding is enough: verify tells all of them.
    match integrity::first_finding(connection, path, interrupt)? {
        None => Ok(()),
        Some(finding) => Err(corrupt(path, kind, finding)),
    }
}

fn corrupt(path: &Path, kind: DatabaseKind, detail: String) -> DbError {
    DbError::Corrupt { database: Some(kind), path: path.to_path_buf(), detail }
}

#[cfg(test)]
mod tests;
