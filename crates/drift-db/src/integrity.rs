//! What SQLite's own checks say of one database file.
//!
//! Rule: the schema gate comes first (a hostile CHECK makes an integrity check run for minutes). These checks
//! see broken structure, not changed content: of random single-bit flips they find a sixth, a hash finds all.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::error::{Result, SqlContext};

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Structure and foreign keys, without comparing indexes with their tables.
    Quick,
    /// Everything that SQLite can check.
    Full,
}

/// Something that is wrong with a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityFinding {
    /// `integrity` or `foreign_key`.
    pub code: &'static str,
    /// In SQLite's words.
    pub message: String,
}

/// Checks an open database that has passed the gate; `path` is for messages. What the check itself stumbles
/// over is a finding too.
pub fn check(
    connection: &Connection,
    path: &Path,
    level: Level,
    interrupt: &Arc<AtomicBool>,
) -> Result<Vec<IntegrityFinding>> {
    stop_on(connection, interrupt).at(path)?;
    let pragma = match level {
        Level::Quick => "PRAGMA quick_check",
        Level::Full => "PRAGMA integrity_check",
    };
    let mut findings = Vec::new();
    match rows(connection, pragma, |row| row.get::<_, String>(0)).at(path) {
        Ok(lines) => {
            let lines = lines.into_iter().filter(|line| line != "ok");
            findings.extend(lines.map(|message| IntegrityFinding { code: "integrity", message }));
        }
        Err(crate::DbError::Corrupt { detail, .. }) => {
            findings.push(IntegrityFinding { code: "integrity", message: detail });
        }
        Err(other) => return Err(other),
    }
    if findings.is_empty() {
        let dangling = rows(connection, "PRAGMA foreign_key_check", |row| {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            Ok(format!("a row of {table} refers to a row of {parent} that is not there"))
        });
        let dangling = dangling.at(path)?.into_iter();
        findings.extend(dangling.map(|message| IntegrityFinding { code: "foreign_key", message }));
    }
    Ok(findings)
}

/// Makes long statements of `connection` end once `interrupt` is set.
pub(crate) fn stop_on(connection: &Connection, interrupt: &Arc<AtomicBool>) -> rusqlite::Result<()> {
    let interrupt = Arc::clone(interrupt);
    connection.progress_handler(10_000, Some(move || interrupt.load(Ordering::Relaxed)))
}

fn rows<T>(
    connection: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map([], read)?.collect()
}
