//! Creating a database, so that a kill at any point leaves none or a whole one.
//!
//! It is made beside its place, where nobody looks for it: without waiting for the disk, which is asked once, when
//! it is complete; then it gets its name. Order (<https://sqlite.org/pragma.html#pragma_auto_vacuum>: only before
//! the first table, and WAL counts): page size → auto_vacuum → application id → migrations → journal mode.

use std::path::Path;

use rusqlite::Connection;

use crate::connection::{self, Access, PAGE_SIZE};
use crate::durable;
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::migrate::{self, Author};
use crate::state;

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

/// Creates the database `path` at the latest version; a file without tables that stands there is replaced, one with
/// tables is an error.
///
/// The caller holds the exclusive workspace lock, or the file is private to it.
pub fn create(path: &Path, kind: DatabaseKind, journal: JournalMode, author: &Author) -> Result<()> {
    if !state::find(path, kind)?.is_lost() {
        return Err(DbError::io("create", path, std::io::ErrorKind::AlreadyExists.into()));
    }
    let draft = path.with_file_name(format!(".tmp-{}", kind.file_name()));
    // One that was killed may have left its own.
    durable::remove_set(&draft)?;
    let made = complete(&draft, kind, journal, author).and_then(|()| durable::put_set_in_place(&draft, path));
    if made.is_err() {
        // The first failure counts; what cannot be removed either is swept with the staging.
        let _ = durable::remove_set(&draft);
    }
    made
}

fn complete(draft: &Path, kind: DatabaseKind, journal: JournalMode, author: &Author) -> Result<()> {
    let connection = draw_up(draft, kind, kind.latest(), author)?;
    set_journal_mode(&connection, draft, journal)?;
    connection.close().map_err(|(_, why)| why).at(draft)?;
    durable::refuse_sidecars(draft)?;
    durable::sync_file(draft)
}

/// Makes the new private database `draft` at schema `version`, and leaves it open. Nothing waits for the disk: to sync
/// it is left to those who keep it.
pub(crate) fn draw_up(draft: &Path, kind: DatabaseKind, version: u32, author: &Author) -> Result<Connection> {
    durable::create_staged(draft)?;
    let mut connection = connection::open(draft, Access::Write)?;
    // First: to set auto_vacuum writes a page already.
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;").at(draft)?;
    connection.pragma_update(None, "page_size", PAGE_SIZE).at(draft)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").at(draft)?;
    connection.pragma_update(None, "application_id", kind.application_id()).at(draft)?;
    migrate::migrate_to(&mut connection, draft, kind, version, author)?;
    Ok(connection)
}

/// Switches the journal mode and reads it back: SQLite keeps the old one where it cannot comply.
pub(crate) fn set_journal_mode(connection: &Connection, path: &Path, journal: JournalMode) -> Result<()> {
    let got: String = (connection
        .pragma_update_and_check(None, "journal_mode", journal.name(), |row| row.get(0)))
    .at(path)?;
    if got == journal.name() {
        return Ok(());
    }
    let detail = format!("SQLite keeps the journal mode {got} where {} was asked for", journal.name());
    Err(DbError::io("set up", path, std::io::Error::other(detail)))
}
