//! Creating a database, so that a kill at any point leaves a file that the next `init` completes.
//!
//! Order (<https://sqlite.org/pragma.html#pragma_auto_vacuum>: only before the first table, and WAL counts):
//! empty file 0600 → page size → auto_vacuum → journal mode → application id → migrations in one transaction.
//! Every step but the last may be done again; a file without tables counts as not there yet.

use std::path::Path;

use crate::connection::{self, Access, PAGE_SIZE};
use crate::durable;
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::migrate::{self, Author};

/// How a database journals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalMode {
    /// Readers and a writer at once; not on network file systems.
    Wal,
    /// A rollback journal, for file systems on which WAL is unsafe.
    Delete,
}

impl JournalMode {
    fn name(self) -> &'static str {
        match self {
            JournalMode::Wal => "wal",
            JournalMode::Delete => "delete",
        }
    }
}

/// Creates the database at `path`, or completes one that has no tables yet, at the latest version.
///
/// The caller holds the exclusive workspace lock, or the file is private to it.
pub fn create(path: &Path, kind: DatabaseKind, journal: JournalMode, author: &Author) -> Result<()> {
    durable::refuse_foreign_file(path)?;
    durable::create_private(path)?;
    durable::restrict(path)?;
    let mut connection = connection::open(path, Access::Write)?;
    connection.pragma_update(None, "page_size", PAGE_SIZE).at(path)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").at(path)?;
    set_journal_mode(&connection, path, journal)?;
    connection.pragma_update(None, "application_id", kind.application_id()).at(path)?;
    migrate::migrate_to(&mut connection, path, kind, kind.latest(), author)?;
    let vacuum: i64 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0)).at(path)?;
    if vacuum != 2 {
        let detail = "it was started with another auto_vacuum mode; move it away".into();
        return Err(DbError::Corrupt { database: Some(kind), path: path.to_path_buf(), detail });
    }
    connection.close().map_err(|(_, why)| why).at(path)
}

/// Switches the journal mode and reads it back: SQLite keeps the old one where it cannot comply.
pub(crate) fn set_journal_mode(
    connection: &rusqlite::Connection,
    path: &Path,
    journal: JournalMode,
) -> Result<()> {
    let got: String = (connection
        .pragma_update_and_check(None, "journal_mode", journal.name(), |row| row.get(0)))
    .at(path)?;
    if got == journal.name() {
        return Ok(());
    }
    let detail = format!("SQLite keeps the journal mode {got} where {} was asked for", journal.name());
    Err(DbError::io("set up", path, std::io::Error::other(detail)))
}
