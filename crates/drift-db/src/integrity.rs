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
//! pass over everything, then every table by itself, the schema table included. Foreign keys are always asked
//! table by table, or for all tables at once that refer to the same many rows.
//!
//! The own check of a full-text index takes several times as long as everything else together, `quick_check` or
//! not. Structure and rows of the tables that hold it are checked like any other; what they say to FTS5 is asked in
//! databases up to `OWN_CHECK_UP_TO` at [`Level::Full`], and otherwise left to `verify --deep`.

mod keys;
mod references;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::{Connection, ErrorCode};

use crate::connection;
use crate::error::{DbError, Result, SqlContext};
use crate::pool::{self, Subject, Task, Work};
pub(crate) use keys::{Keyring, Keys};
use references::References;

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
    /// Rows that refer to rows elsewhere.
    ForeignKeys(References),
}

impl Part {
    /// How long it takes in a database of `bytes`, compared with other parts: as measured for one that is a few
    /// large tables.
    fn cost(&self, bytes: u64) -> u64 {
        bytes.saturating_mul(match self {
            Part::Whole => 8,
            Part::Trees => 4,
            Part::Table(_) => 3,
            Part::ForeignKeys(References::LookedUp(_)) => 2,
            Part::ForeignKeys(References::ByKeys(_)) => 1,
            Part::ForeignKeys(References::Counted(_)) => 5,
        })
    }
}

/// How many threads there are for checks: as many as processors.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// A database to check that has passed the gate.
pub(crate) struct Checked<'a> {
    pub connection: &'a Connection,
    pub path: &'a Path,
    /// Opens it once more, for another thread.
    pub open: fn(&Path) -> Result<Connection>,
    /// Keeps what is read of its keys.
    pub keyring: &'a Keyring,
}

/// Checks several databases at once. All parts of all of them share the threads, so that none waits while another
/// has something left; only a database that is much larger than the others is split for that, which costs more.
/// `besides` is done meanwhile, on the databases of their numbers or by themselves. What a check itself stumbles over is a
/// finding too.
pub(crate) fn check_all(
    databases: &[Checked<'_>],
    besides: Vec<Task<'_>>,
    run: Run<'_>,
) -> Vec<Result<Vec<IntegrityFinding>>> {
    let sizes: Vec<u64> = databases.iter().map(|one| size(one.path)).collect();
    let total: u64 = sizes.iter().sum();
    let threads = if total < SPLIT_FROM { 1 } else { run.threads.max(1) };
    let found: Vec<Mutex<Vec<IntegrityFinding>>> = databases.iter().map(|_| Mutex::default()).collect();
    let (done, all) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut tasks = besides;
    let mut failed: Vec<Option<DbError>> = Vec::new();
    for (number, (database, size)) in databases.iter().zip(&sizes).enumerate() {
        let is_split = threads > 1 && *size >= SPLIT_FROM && is_much_larger(*size, total, threads);
        let planned = set_up(database.connection, run)
            .and_then(|()| parts(database, *size, is_split, run))
            .at(database.path);
        let parts = match planned {
            Ok(parts) => parts,
            Err(why) => {
                failed.push(Some(why));
                continue;
            }
        };
        failed.push(None);
        for part in parts {
            all.fetch_add(1, Ordering::Relaxed);
            let (path, keyring) = (database.path, database.keyring);
            let (found, done, all) = (&found[number], &done, &all);
            let cost = part.cost(*size);
            let work = move |connection: &Connection| {
                let lines = run_part(connection, path, &part, keyring, run)?;
                found.lock().unwrap_or_else(PoisonError::into_inner).extend(lines);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                (run.progress)(done as u64, all.load(Ordering::Relaxed) as u64);
                Ok(())
            };
            tasks.push(Task { cost, work: Work::On(number, Box::new(work)) });
        }
    }
    let openers: Vec<_> = databases
        .iter()
        .map(|one| {
            let (path, open) = (one.path, one.open);
            move || -> Result<Connection> {
                let connection = open(path)?;
                set_up(&connection, run).at(path)?;
                Ok(connection)
            }
        })
        .collect();
    let subjects: Vec<Subject<'_>> = (databases.iter().zip(&openers))
        .map(|(one, open)| Subject { connection: one.connection, open })
        .collect();
    let outcomes = pool::run(&subjects, tasks, threads);
    let mut all_found = Vec::new();
    for ((outcome, failed), found) in outcomes.into_iter().zip(failed).zip(found) {
        let mut findings = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        findings.sort();
        findings.dedup();
        all_found.push(failed.map_or(outcome, Err).map(|()| findings));
    }
    all_found
}

/// The bytes of all of them.
pub(crate) fn total_size(databases: &[Checked<'_>]) -> u64 {
    databases.iter().map(|one| size(one.path)).sum()
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}

/// Whether one thread would still be at this database when the others have nothing left. To split it costs about a
/// fourth more.
fn is_much_larger(size: u64, total: u64, threads: usize) -> bool {
    let share = total / threads as u64;
    size > share.saturating_add(share / 4)
}

/// Gets a connection ready for checks.
fn set_up(connection: &Connection, run: Run<'_>) -> rusqlite::Result<()> {
    if run.level == Level::Quick {
        // The full check also looks rows up in indexes.
        connection::keep_few_pages(connection)?;
    }
    stop_on(connection, run.interrupt)
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

fn parts(database: &Checked<'_>, size: u64, is_split: bool, run: Run<'_>) -> rusqlite::Result<Vec<Part>> {
    let connection = database.connection;
    let mut parts = Vec::new();
    if is_split {
        parts.push(Part::Trees);
        if asks_virtual_tables(run.level, size) {
            parts.extend(virtual_tables(connection)?.into_iter().map(Part::Table));
        }
        parts.extend(tables(connection, &["table", "shadow"])?.into_iter().map(Part::Table));
    } else {
        parts.push(Part::Whole);
    }
    parts.extend(References::of(connection, database.keyring)?.into_iter().map(Part::ForeignKeys));
    Ok(parts)
}

fn run_part(
    connection: &Connection,
    path: &Path,
    part: &Part,
    keyring: &Keyring,
    run: Run<'_>,
) -> Result<Vec<IntegrityFinding>> {
    let check = match run.level {
        Level::Quick => "quick_check",
        Level::Full => "integrity_check",
    };
    let mut lines = Vec::new();
    let (code, outcome) = match part {
        Part::Whole => {
            let sql = format!("PRAGMA {check}");
            let outcome = if asks_virtual_tables(run.level, size(path)) {
                collect(connection, &sql, &mut lines)
            } else {
                without_virtual_tables(connection, &sql, &mut lines)
            };
            ("integrity", outcome)
        }
        Part::Trees => ("integrity", trees(connection, run.interrupt, &mut lines)),
        Part::Table(name) => {
            let sql = format!("PRAGMA {check}({})", keys::quoted(name));
            ("integrity", collect(connection, &sql, &mut lines))
        }
        Part::ForeignKeys(references) => ("foreign_key", references.check(connection, keyring, &mut lines)),
    };
    let broken = lines.into_iter().filter(|line| line != "ok");
    let mut findings: Vec<_> = broken.map(|message| IntegrityFinding { code, message }).collect();
    match outcome.at(path) {
        // What cannot be read is damage, whatever was looked for.
        Err(DbError::Corrupt { detail: message, .. }) => {
            findings.push(IntegrityFinding { code: "integrity", message });
        }
        outcome => outcome?,
    }
    Ok(findings)
}

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
    Ok(run_part(connection, path, &Part::Whole, &Keyring::default(), run)?
        .pop()
        .map(|finding| finding.message))
}

#[cfg(test)]
mod tests;
