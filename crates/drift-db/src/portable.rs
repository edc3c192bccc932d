//! The portable form of a database: what leaves this machine, and what is let in.
//!
//! Rules: a database that leaves is a new one, filled table by table from a list of what may leave, so that what
//! is not on the list cannot leave, not even as a remnant in a page; equal content gives equal bytes. A database
//! that comes in is read only after its header and its whole schema are those that the migrations give, and is
//! never used itself: its rows fill a new one, made here. So no foreign schema, index or full-text index goes
//! live, and whatever breaks a constraint is refused.

mod admit;
mod adopt;
mod carry;
mod draft;
mod redact;

use std::path::Path;

use rusqlite::Connection;

use crate::connection::{self, Access};
use crate::create;
use crate::durable;
use crate::error::{Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::paths::database_set;

pub use admit::{Arrival, admit};
pub use adopt::adopt;
pub use draft::{Draft, Portable};
pub use redact::Places;

/// The longest value that leaves or is let in: a row is held in memory.
pub const MAX_VALUE_BYTES: i32 = 32 << 20;

/// How much of the content leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Everything that is not bound to this machine.
    Full,
    /// Only what the commit alone determines, so that two machines give the same bytes.
    Ci,
}

/// Makes the new private database `target` at schema `version`, without a single row and without a trace of how
/// it came to be: equal versions give equal bytes.
fn create_blank(target: &Path, kind: DatabaseKind, version: u32) -> Result<()> {
    let mut name = target.as_os_str().to_os_string();
    name.push(".blank");
    let model = std::path::PathBuf::from(name);
    let made = fill_blank(&model, target, kind, version);
    for file in database_set(&model) {
        // What cannot be removed is staging, and swept as such.
        let _ = std::fs::remove_file(file);
    }
    made
}

fn fill_blank(model: &Path, target: &Path, kind: DatabaseKind, version: u32) -> Result<()> {
    // The rows that the migrations write of themselves go again.
    let author = Author { now: String::new(), drift_version: "" };
    let connection = create::draw_up(model, kind, version, &author)?;
    connection
        .execute_batch("DELETE FROM event; DELETE FROM migration_history; DELETE FROM sqlite_sequence;")
        .at(model)?;
    let name = target.to_str().unwrap_or_default();
    durable::create_staged(target)?;
    connection.execute("VACUUM INTO ?", [name]).at(target)?;
    connection.close().map_err(|(_, why)| why).at(model)
}

/// Opens a private database that nobody else knows, to be filled in one go.
fn open_to_fill(path: &Path) -> Result<Connection> {
    let connection = connection::open(path, Access::Write)?;
    let fast = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;";
    connection.execute_batch(fast).at(path)?;
    let triggers = rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER;
    connection.set_db_config(triggers, false).at(path)?;
    connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES).at(path)?;
    Ok(connection)
}

/// The first row that refers to one that is not there.
fn dangling(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare("PRAGMA main.foreign_key_check")?;
    let mut rows = statement.query([])?;
    rows.next()?.map(|row| row.get(0)).transpose()
}

/// Ends the work on a private database: closed, complete. To sync it is left to those who keep it.
fn close(connection: Connection, path: &Path) -> Result<()> {
    connection.close().map_err(|(_, why)| why).at(path)?;
    durable::refuse_sidecars(path)
}

#[cfg(test)]
mod tests;
