//! What SQLite's own checks say of one database file, spread over threads with nothing left unchecked.
//!
//! Rule: the schema gate comes first (a hostile CHECK makes an integrity check run for minutes). These checks
//! see broken structure, not changed content: of random single-bit flips they find a sixth, a hash finds all.
//!
//! `integrity_check` is two passes. The first follows all trees and lists of pages at once: each page is used once
//! and by one, the free list and the pointer map agree with that. The second goes through the rows of each table,
//! compares them with its indexes, and last asks each virtual table. `integrity_check(table)` does both for one
//! table, and so leaves out what only all trees together show (<https://sqlite.org/pragma.html#pragma_integrity_check>):
//! pages that nothing or two tables use, the free list, the roots. A check that is split is therefore one first
//! pass over everything, then every table by itself, the schema table included.
//!
//! The own check of a full-text index takes several times as long as everything else together, `quick_check` or
//! not. Structure and rows of the tables that hold it are checked like any other; what they say to FTS5 is asked in
//! databases up to `OWN_CHECK_UP_TO` at [`Level::Full`], and otherwise left to `verify --deep`.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode};

use crate::error::{DbError, Result, SqlContext};

/// Below so many bytes one check on one thread is over sooner than threads have started.
const SPLIT_FROM: u64 = 8 << 20;
/// Up to this size of a database its virtual tables check themselves: some hundred milliseconds at most.
pub(crate) const OWN_CHECK_UP_TO: u64 = 32 << 20;

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
        Run { level, threads: threads(), interrupt, progress: &|_, _| {} }
    }
}

/// One part of the work.
#[derive(Clone, Debug)]
enum Part {
    /// The whole file, with everything that the level asks for.
    Whole,
    /// The first pass over all trees at once.
    Trees,
    /// One table, with its indexes if the level asks for them.
    Table(String),
    ForeignKeys,
}

/// How many threads there are for checks: as many as processors.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// How many of `threads` each of several databases gets that are checked at the same time. Splitting a database
/// costs a fourth more, so one thread each is best as long as they are of similar size.
pub fn share(threads: usize, sizes: &[u64]) -> Vec<usize> {
    let total = sizes.iter().sum::<u64>().max(1);
    let threads_for = |size: &u64| {
        // 0.3 makes two threads of two for a database that has three fifths or more.
        let exact = threads as f64 * (*size as f64 / total as f64);
        ((exact + 0.3).round() as usize).clamp(1, threads.max(1))
    };
    sizes.iter().map(threads_for).collect()
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
            let found = run_part(connection, path, part, run)?;
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

/// Whether virtual tables check themselves too.
pub(crate) fn asks_virtual_tables(level: Level, size: u64) -> bool {
    level == Level::Full && size <= OWN_CHECK_UP_TO
}

/// The virtual tables of a database.
pub(crate) fn virtual_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    tables(connection, &["virtual"])
}

fn tables(connection: &Connection, types: &[&str]) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection
        .prepare("SELECT name, type FROM pragma_table_list WHERE schema = 'main' ORDER BY type, name")?;
    let mut rows = statement.query([])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        if types.contains(&row.get_ref(1)?.as_str()?) {
            names.push(row.get(0)?);
        }
    }
    Ok(names)
}

fn parts(connection: &Connection, path: &Path, run: Run<'_>) -> rusqlite::Result<Vec<Part>> {
    let size = path.metadata().map_or(0, |meta| meta.len());
    if run.threads < 2 || size < SPLIT_FROM {
        return Ok(vec![Part::Whole, Part::ForeignKeys]);
    }
    // What is known to take long comes first.
    let mut parts = vec![Part::Trees, Part::ForeignKeys];
    if asks_virtual_tables(run.level, size) {
        parts.extend(virtual_tables(connection)?.into_iter().map(Part::Table));
    }
    parts.extend(tables(connection, &["table", "shadow"])?.into_iter().map(Part::Table));
    Ok(parts)
}

fn run_part(
    connection: &Connection,
    path: &Path,
    part: &Part,
    run: Run<'_>,
) -> Result<Vec<IntegrityFinding>> {
    let check = match run.level {
        Level::Quick => "quick_check",
        Level::Full => "integrity_check",
    };
    let mut lines = Vec::new();
    let (code, outcome) = match part {
        Part::Whole => {
            let size = path.metadata().map_or(0, |meta| meta.len());
            let sql = format!("PRAGMA {check}");
            let outcome = if asks_virtual_tables(run.level, size) {
                collect(connection, &sql, &mut lines)
            } else {
                without_virtual_tables(connection, &sql, &mut lines)
            };
            ("integrity", outcome)
        }
        Part::Trees => ("integrity", trees(connection, run.interrupt, &mut lines)),
        Part::Table(name) => {
            let name = name.replace('"', "\"\"");
            ("integrity", collect(connection, &format!("PRAGMA {check}(\"{name}\")"), &mut lines))
        }
        Part::ForeignKeys => ("foreign_key", collect(connection, FOREIGN_KEYS, &mut lines)),
    };
    match outcome.at(path) {
        Err(DbError::Corrupt { detail, .. }) => lines.push(detail),
        outcome => outcome?,
    }
    let broken = lines.into_iter().filter(|line| line != "ok");
    Ok(broken.map(|message| IntegrityFinding { code, message }).collect())
}

const FOREIGN_KEYS: &str =
    "SELECT 'a row of ' || \"table\" || ' refers to a row of ' || parent || ' that is not there'
     FROM pragma_foreign_key_check GROUP BY \"table\", parent";

/// Adds the lines that `sql` gives, up to the error that ends them.
fn collect(connection: &Connection, sql: &str, lines: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        lines.push(row.get(0)?);
    }
    Ok(())
}

/// The same of a check, without what virtual tables say to themselves.
///
/// They come last, and FTS5 starts by preparing a statement of its own. Once the check runs nothing else prepares
/// one: so to refuse all of them ends it there.
fn without_virtual_tables(
    connection: &Connection,
    sql: &str,
    lines: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let is_running = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&is_running);
    let authorize = move |_: AuthContext<'_>| {
        if runs.load(Ordering::Relaxed) { Authorization::Deny } else { Authorization::Allow }
    };
    connection.authorizer(Some(authorize))?;
    let outcome = (|| {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        is_running.store(true, Ordering::Relaxed);
        while let Some(row) = rows.next()? {
            lines.push(row.get(0)?);
        }
        Ok(())
    })();
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    match outcome {
        Err(why) if is_code(&why, ErrorCode::AuthorizationForStatementDenied) => Ok(()),
        outcome => outcome,
    }
}

fn is_code(why: &rusqlite::Error, code: ErrorCode) -> bool {
    why.sqlite_error_code() == Some(code)
}

/// The first pass of `quick_check`, over all trees at once, without the rows.
///
/// SQLite makes the pass in one instruction and returns what it found as the next row. It calls the progress
/// handler once per page of a tree and once per finding, of which a hundred end the pass, so the pass is over
/// before there were twice as many calls as pages and some thousand more; then the statement is ended.
fn trees(
    connection: &Connection,
    interrupt: &Arc<AtomicBool>,
    lines: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let (mut calls, most) = (0, pages.saturating_mul(2).saturating_add(5_000));
    let is_over = Arc::new(AtomicBool::new(false));
    let (end, stop) = (Arc::clone(&is_over), Arc::clone(interrupt));
    let handler = move || {
        calls += 1;
        if calls > most {
            end.store(true, Ordering::Relaxed);
        }
        calls > most || stop.load(Ordering::Relaxed)
    };
    connection.progress_handler(1, Some(handler))?;
    let outcome = collect(connection, "PRAGMA quick_check", lines);
    stop_on(connection, interrupt)?;
    match outcome {
        Err(why) if is_code(&why, ErrorCode::OperationInterrupted) && is_over.load(Ordering::Relaxed) => {
            Ok(())
        }
        outcome => outcome,
    }
}

/// The first thing that [`Level::Quick`] finds, foreign keys aside.
pub(crate) fn first_finding(
    connection: &Connection,
    path: &Path,
    interrupt: &Arc<AtomicBool>,
) -> Result<Option<String>> {
    let run = Run { threads: 1, ..Run::new(Level::Quick, interrupt) };
    stop_on(connection, interrupt).at(path)?;
    for part in parts(connection, path, run).at(path)? {
        if !matches!(part, Part::ForeignKeys)
            && let Some(finding) = run_part(connection, path, &part, run)?.pop()
        {
            return Ok(Some(finding.message));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
