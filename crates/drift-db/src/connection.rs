//! How every connection is opened and set up.
//!
//! Rules: paths are absolute (the bundled SQLite takes a relative `file:` as a URI); a missing file is never
//! created by opening it; every connection distrusts the schema, checks cells and foreign keys, and syncs
//! fully (RELIABILITY R5, <https://sqlite.org/security.html>).

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::durable;
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::paths::database_set;
use crate::registry;

/// Bytes per page, of every database that drift creates: 8 KiB copies about 1.6 times faster than 4 KiB.
pub const PAGE_SIZE: u32 = 8192;
/// How long a statement waits for another program's transaction, in a database of a workspace.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The WAL is cut back to this many bytes after a checkpoint.
const JOURNAL_SIZE_LIMIT: i64 = 16 << 20;

/// The version of the SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// What a connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads, and leaves nothing behind: the handle could write, so that SQLite removes the sidecars it made
    /// when the last connection closes, but no statement can, and a WAL that was there is not folded back.
    Visit,
    /// Reads beside a connection that lives longer and cleans up.
    Read,
    /// Reads a file that nobody can change: no locks, no sidecars. Only for a read-only mount without `-wal`.
    Immutable,
    /// Reads and writes.
    Write,
}

/// Opens an existing database.
pub(crate) fn open(path: &Path, access: Access) -> Result<Connection> {
    debug_assert!(path.is_absolute(), "BUG: relative database path");
    // The sidecars as well: SQLite would wait for the other end of a pipe, and write through a hard link.
    database_set(path).iter().try_for_each(|file| durable::refuse_foreign_file(file))?;
    if !path.exists() {
        return Err(DbError::io("open", path, std::io::ErrorKind::NotFound.into()));
    }
    let base = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = match access {
        Access::Write | Access::Visit => {
            Connection::open_with_flags(path, base | OpenFlags::SQLITE_OPEN_READ_WRITE)
        }
        Access::Read => Connection::open_with_flags(path, base | OpenFlags::SQLITE_OPEN_READ_ONLY),
        Access::Immutable => Connection::open_with_flags(
            uri(path, UriMode::Immutable),
            base | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        ),
    };
    let connection = connection.at(path)?;
    if access == Access::Visit {
        visit(&connection, path).at(path)?;
    }
    set_up(&connection, path, access).at(path)?;
    Ok(connection)
}

/// What makes a connection leave the files as they were.
fn visit(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let [_, wal, shm, _] = database_set(path);
    if wal.metadata().is_ok_and(|meta| meta.len() > 0) {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        if !shm.exists() {
            // Without shared memory nobody else has it open. In this mode SQLite keeps the index of the WAL in
            // its own memory (https://sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        }
    }
    Ok(())
}

fn set_up(connection: &Connection, path: &Path, access: Access) -> rusqlite::Result<()> {
    let is_cache = path.file_name().is_some_and(|name| name == DatabaseKind::Registry.file_name());
    connection.busy_timeout(if is_cache { registry::PATIENCE } else { BUSY_TIMEOUT })?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;",
    )?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_SIZE_LIMIT)?;
    if access != Access::Write {
        connection.pragma_update(None, "query_only", true)?;
    }
    Ok(())
}

/// Keeps few pages of a database that is read or written from end to end. Each page is needed once but for the upper
/// levels of the trees: the fewer there are, the closer they stay to the processor.
pub(crate) fn keep_few_pages(connection: &Connection) -> rusqlite::Result<()> {
    // KiB where it is negative.
    connection.pragma_update(None, "cache_size", -512)
}

/// How a URI opens a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UriMode {
    /// Nobody can change the file: no locks, no sidecars.
    Immutable,
    /// Reads beside a connection that lives longer and cleans up.
    ReadOnly,
}

/// The URIs that drift makes; every byte that is not plainly safe is percent-encoded
/// (<https://sqlite.org/uri.html>).
pub(crate) fn uri(path: &Path, mode: UriMode) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(match mode {
        UriMode::Immutable => "?immutable=1",
        UriMode::ReadOnly => "?mode=ro",
    });
    uri
}

#[cfg(test)]
mod tests;
