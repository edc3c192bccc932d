//! SQLite's checks of structure, spread over threads, with nothing left unchecked.
//!
//! `integrity_check(table)` compares one table with its indexes, but looks neither at the free list nor for
//! pages that nothing uses (<https://sqlite.org/pragma.html#pragma_integrity_check>). So `quick_check` walks the
//! whole file once, and beside it each table with an index gets its own integrity check: what quick_check leaves
//! out is only the comparison of indexes with their tables.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::{Severity, VerifyFinding, VerifyLevel, VerifyRun};
use crate::connection::{self, Access};
use crate::error::{DbError, Result, SqlContext};
use crate::integrity;
use crate::kind::DatabaseKind;
use crate::state;

/// Below so many bytes one check on one thread is over sooner than threads have started.
const SPLIT_FROM: u64 = 8 << 20;

/// One part of the work.
#[derive(Clone, Debug)]
enum Part {
    /// The whole file, without comparing indexes.
    Quick,
    /// The whole file with its indexes.
    Whole,
    /// One table with its indexes.
    Table(String),
    ForeignKeys,
}

/// Checks the database that `connection` has open; other threads open their own.
pub(super) fn check(
    connection: &Connection,
    path: &Path,
    kind: DatabaseKind,
    run: VerifyRun<'_>,
) -> Result<Vec<VerifyFinding>> {
    let parts = parts(connection, path, run).at(path)?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let messages = Mutex::new(Vec::new());
    let work = |connection: &Connection| -> Result<()> {
        integrity::stop_on(connection, run.interrupt).at(path)?;
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = run_part(connection, path, part)?;
            messages.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            (run.progress)(done.fetch_add(1, Ordering::Relaxed) as u64 + 1, parts.len() as u64);
        }
        Ok(())
    };
    let others = run.threads.min(parts.len()).saturating_sub(1);
    std::thread::scope(|scope| {
        // Each on a connection of its own; the caller's closes last, and so cleans up.
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(|| work(&open(path)?))).collect();
        let mut outcome = work(connection);
        for thread in threads {
            let other = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            outcome = outcome.and(other);
        }
        outcome
    })?;
    let mut messages = messages.into_inner().unwrap_or_else(PoisonError::into_inner);
    messages.sort();
    messages.dedup();
    Ok(messages.into_iter().map(|(code, message)| finding(kind, code, message)).collect())
}

fn open(path: &Path) -> Result<Connection> {
    connection::open(path, Access::Read).or_else(|_| state::open_reader(path))
}

fn parts(connection: &Connection, path: &Path, run: VerifyRun<'_>) -> rusqlite::Result<Vec<Part>> {
    let size = path.metadata().map_or(0, |meta| meta.len());
    if run.level == VerifyLevel::Quick {
        return Ok(vec![Part::Quick, Part::ForeignKeys]);
    }
    if run.threads < 2 || size < SPLIT_FROM {
        return Ok(vec![Part::Whole, Part::ForeignKeys]);
    }
    let indexed =
        "SELECT name FROM pragma_table_list AS t WHERE schema = 'main' AND type IN ('table', 'shadow')
                   AND (wr OR EXISTS (SELECT 1 FROM pragma_index_list(t.name)))";
    let mut statement = connection.prepare(indexed)?;
    let tables = statement.query_map([], |row| row.get(0).map(Part::Table))?;
    // The longest part first.
    let mut parts = vec![Part::Quick];
    for table in tables {
        parts.push(table?);
    }
    parts.push(Part::ForeignKeys);
    Ok(parts)
}

fn run_part(connection: &Connection, path: &Path, part: &Part) -> Result<Vec<(&'static str, String)>> {
    let lines = |sql: &str| match texts(connection, sql).at(path) {
        // What the check itself stumbles over is a finding too.
        Err(DbError::Corrupt { detail, .. }) => Ok(vec![detail]),
        lines => lines,
    };
    let integrity = |sql: &str| {
        let found = lines(sql)?.into_iter().filter(|line| line != "ok");
        Ok(found.map(|line| ("db.integrity", line)).collect())
    };
    match part {
        Part::Quick => integrity("PRAGMA quick_check"),
        Part::Whole => integrity("PRAGMA integrity_check"),
        Part::Table(name) => integrity(&format!("PRAGMA integrity_check(\"{}\")", name.replace('"', "\"\""))),
        Part::ForeignKeys => {
            let sql =
                "SELECT 'a row of ' || \"table\" || ' refers to a row of ' || parent || ' that is not there'
                       FROM pragma_foreign_key_check GROUP BY \"table\", parent";
            Ok(lines(sql)?.into_iter().map(|line| ("db.foreign_key", line)).collect())
        }
    }
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn finding(kind: DatabaseKind, code: &'static str, message: String) -> VerifyFinding {
    let hint = Some(format!("run `drift workspace restore --database {kind}`"));
    let subject = kind.file_name().to_owned();
    VerifyFinding { code, severity: Severity::Error, subject, message, hint }
}
