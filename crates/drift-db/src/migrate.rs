//! Walking a database along its chain of migrations.
//!
//! All pending steps run in one transaction, with their rows in `migration_history` and the event that tells
//! of them: a crash leaves the old version. The runner reads `user_version` outside that transaction, so two at
//! once would apply a step twice: live files are migrated only under the exclusive workspace lock.
//! Before a live file is touched the whole walk is rehearsed on a private copy, and what must hold afterwards
//! is checked there: structure, foreign keys, and no row lost from a table that stays.

mod live;
mod plan;

use std::path::Path;
use std::sync::mpsc;
use std::time::Instant;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{HookError, HookResult};

use crate::chain::{self, Direction, Migration, Observer};
use crate::error::{DbError, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::store::event;

pub use live::{SafetySnapshot, apply, rehearse};
pub use plan::{MigrationPlan, MigrationStep};

/// Who migrates, for `migration_history`.
#[derive(Clone, Debug)]
pub struct Author {
    /// RFC 3339, UTC.
    pub now: String,
    pub drift_version: &'static str,
}

/// What a migration says while it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationEvent {
    /// A step was walked.
    Step { name: &'static str, direction: Direction },
    /// The data of a step is being transformed: so many rows done, of so many.
    Rows { done: u64, of: u64 },
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
    walk(connection, path, kind, version, author, &mut |_| {})
}

/// The same, heard by `on`.
fn walk(
    connection: &mut Connection,
    path: &Path,
    kind: DatabaseKind,
    version: u32,
    author: &Author,
    on: &mut dyn FnMut(MigrationEvent),
) -> Result<()> {
    let from: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).at(path)?;
    // Inside a transaction the pragma does nothing; with it on, rebuilding a parent table deletes its children.
    connection.pragma_update(None, "foreign_keys", false).at(path)?;
    let (events, heard) = mpsc::channel();
    let record = Record { author: author.clone(), started: Instant::now(), from, to: version, events };
    let done = std::thread::scope(|scope| {
        // The hooks must own what they use, so what they say takes a channel back to the caller.
        let walked =
            scope.spawn(|| chain::runner(kind.migrations(), record).to_version(connection, version as usize));
        heard.into_iter().for_each(on);
        walked.join()
    });
    let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    connection.pragma_update(None, "foreign_keys", true).at(path)?;
    done.map_err(|source| match source {
        rusqlite_migration::Error::RusqliteError { err, .. } => DbError::sqlite(path, err),
        other => DbError::Migration { path: path.to_path_buf(), source: Box::new(other) },
    })
}

/// Keeps the audit trail, inside the transaction of the migration.
#[derive(Clone)]
struct Record {
    author: Author,
    started: Instant,
    from: i64,
    to: u32,
    events: mpsc::Sender<MigrationEvent>,
}

impl Observer for Record {
    fn step(
        &self,
        tx: &Transaction,
        version: u32,
        migration: &Migration,
        direction: Direction,
    ) -> HookResult {
        let Author { now, drift_version } = &self.author;
        let elapsed = self.started.elapsed().as_millis() as i64;
        tx.execute(
            "INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            (version, direction.name(), migration.name, migration.blake3(), now, elapsed, drift_version),
        )?;
        let last = match direction {
            Direction::Up => version == self.to,
            Direction::Down => version == self.to + 1,
        };
        // A database that is being created tells of its init instead.
        if last && self.from > 0 {
            let detail = serde_json::json!({ "from": self.from, "to": self.to, "drift": drift_version });
            event::append(tx, now, "migrate", &detail)?;
        }
        // A step down is recorded before its SQL runs, too early to check; the rehearsal checks it.
        if last && direction == Direction::Up {
            no_dangling_rows(tx)?;
        }
        // Nobody listening is no reason to fail.
        let _ = self.events.send(MigrationEvent::Step { name: migration.name, direction });
        Ok(())
    }

    fn rows(&self, done: u64, of: u64) {
        let _ = self.events.send(MigrationEvent::Rows { done, of });
    }
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

#[cfg(test)]
mod tests;
