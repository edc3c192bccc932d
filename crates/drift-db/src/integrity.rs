//! What SQLite's own checks say of one database file, spread over threads with nothing left unchecked.
//!
//! Rule: the schema gate comes first (a hostile CHECK makes an integrity check run for minutes). These checks
//! see broken structure, not changed content: of random single-bit flips they find a sixth, a hash finds all.
//!
//! `integrity_check(table)` compares one table with its indexes, but looks neither at the free list nor for
//! pages that nothing uses (<https://sqlite.org/pragma.html#pragma_integrity_check>). So `quick_check` walks the
//! whole file once, and beside it each table with an index gets its own integrity check: what quick_check leaves
//! out is only the comparison of indexes with their tables.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::error::{DbError, Result, SqlContext};

/// Below so many bytes one check on one thread is over sooner than threads have started.
const SPLIT_FROM: u64 = 8 << 20;

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Structure and foreign keys, without comparing indexes with their tables.
    Quick,
    /// Everything that SQLite can check.
    Full,
}

/// Something that is wrong with a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntegrityFinding {
    /// `integrity` or `foreign_key`.
    pub code: &'static str,
    /// In SQLite's words.
    pub message: String,
}

/// How a check is done.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub level: Level,
    pub threads: usize,
    pub interrupt: &'a Arc<AtomicBool>,
    /// Hears how many parts are done, of how many.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl<'a> Run<'a> {
    /// On all processors, unwatched.
    pub(crate) fn new(level: Level, interrupt: &'a Arc<AtomicBool>) -> Run<'a> {
        Run { level, threads: rayon::current_num_threads(), interrupt, progress: &|_, _| {} }
    }
}

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

/// Checks the database that `connection` has open and that has passed the gate; other threads `open` their own
/// on the file `path`. What a check itself stumbles over is a finding too.
pub(crate) fn check(
    connection: &Connection,
    path: &Path,
    open: &(dyn Fn() -> Result<Connection> + Sync),
    run: Run<'_>,
) -> Result<Vec<IntegrityFinding>> {
    let parts = parts(connection, path, run).at(path)?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let findings = Mutex::new(Vec::new());
    let work = |connection: &Connection| -> Result<()> {
        stop_on(connection, run.interrupt).at(path)?;
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = run_part(connection, path, part)?;
            findings.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            (run.progress)(done.fetch_add(1, Ordering::Relaxed) as u64 + 1, parts.len() as u64);
        }
        Ok(())
    };
    let others = run.threads.min(parts.len()).saturating_sub(1);
    std::thread::scope(|scope| {
        // Each on a connection of its own; the caller's closes last, and so cleans up.
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(|| work(&open()?))).collect();
        let mut outcome = work(connection);
        for thread in threads {
            let other = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            outcome = outcome.and(other);
        }
        outcome
    })?;
    let mut findings = findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    findings.sort();
    findings.dedup();
    Ok(findings)
}

/// Makes long statements of `connection` end once `interrupt` is set.
pub(crate) fn stop_on(connection: &Connection, interrupt: &Arc<AtomicBool>) -> rusqlite::Result<()> {
    let interrupt = Arc::clone(interrupt);
    connection.progress_handler(10_000, Some(move || interrupt.load(Ordering::Relaxed)))
}

fn parts(connection: &Connection, path: &Path, run: Run<'_>) -> rusqlite::Result<Vec<Part>> {
    let size = path.metadata().map_or(0, |meta| meta.len());
    if run.level == Level::Quick {
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

fn run_part(connection: &Connection, path: &Path, part: &Part) -> Result<Vec<IntegrityFinding>> {
    let findings = |code, sql: &str| {
        let lines = match texts(connection, sql).at(path) {
            Err(DbError::Corrupt { detail, .. }) => vec![detail],
            lines => lines?,
        };
        let broken = lines.into_iter().filter(|line| line != "ok");
        Ok(broken.map(|message| IntegrityFinding { code, message }).collect())
    };
    match part {
        Part::Quick => findings("integrity", "PRAGMA quick_check"),
        Part::Whole => findings("integrity", "PRAGMA integrity_check"),
        Part::Table(name) => {
            findings("integrity", &format!("PRAGMA integrity_check(\"{}\")", name.replace('"', "\"\"")))
        }
        Part::ForeignKeys => findings(
            "foreign_key",
            "SELECT 'a row of ' || \"table\" || ' refers to a row of ' || parent || ' that is not there'
                       FROM pragma_foreign_key_check GROUP BY \"table\", parent",
        ),
    }
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
