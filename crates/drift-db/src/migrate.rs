//! Walking a database along its chain of migrations.
//!
//! All pending steps run in one transaction, with their rows in `migration_history`: a crash leaves the old
//! version. The runner reads `user_version` outside that transaction, so two at once would apply a step twice:
//! the live files are migrated only under the exclusive workspace lock.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{HookError, HookResult};

use crate::chain::{self, Direction, Migration};
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;

/// Who migrates, for `migration_history`.
#[derive(Clone, Debug)]
pub struct Author {
    /// RFC 3339, UTC.
    pub now: String,
    pub drift_version: &'static str,
}

/// Brings an open database to `version` (from 1), up or down. Nothing happens if it is there already.
///
/// The caller holds the exclusive workspace lock, or the file is private to it.
pub fn migrate_to(
    connection: &mut Connection,
    path: &Path,
    kind: DatabaseKind,
    version: u32,
    author: &Author,
) -> Result<()> {
    let started = Instant::now();
    let author = author.clone();
    let record = move |tx: &Transaction, at: u32, step: &Migration, direction: Direction| {
        let elapsed = started.elapsed().as_millis() as i64;
        let row =
            (at, direction.name(), step.name, step.blake3(), &author.now, elapsed, author.drift_version);
        tx.execute(
            "INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )?;
        // A step down records itself before its SQL runs, too early to check.
        if direction == Direction::Up && at == version { no_dangling_rows(tx) } else { Ok(()) }
    };
    // Inside a transaction the pragma does nothing; with it on, rebuilding a parent table deletes its children.
    connection.pragma_update(None, "foreign_keys", false).at(path)?;
    let done = chain::runner(kind.migrations(), record).to_version(connection, version as usize);
    connection.pragma_update(None, "foreign_keys", true).at(path)?;
    done.map_err(|source| match source {
        rusqlite_migration::Error::RusqliteError { err, .. } => DbError::sqlite(path, err),
        other => DbError::Migration { path: path.to_path_buf(), source: Box::new(other) },
    })
}

fn no_dangling_rows(tx: &Transaction) -> HookResult {
    let dangling: Option<String> = {
        let mut statement = tx.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        rows.next()?.map(|row| row.get(0)).transpose()?
    };
    match dangling {
        None => Ok(()),
        Some(table) => Err(HookError::Hook(format!("rows of {table} refer to rows that are gone"))),
    }
}
