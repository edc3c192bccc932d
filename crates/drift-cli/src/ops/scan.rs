//! Scan: the work tree as it is now, into the rows of drift.db.
//!
//! One transaction holds everything a scan changes, so a reader sees the old scan or the new one, and a kill
//! leaves the old one. A file is hashed again only if its size, modification time or inode changed, and git's
//! index does not prove that its content is the same (`proof.rs`); manifests are read again only if `known.rs`
//! cannot tell that they say the same.

mod known;
pub(super) mod proof;
mod report;
mod rows;
mod seen;
mod tally;
mod write;

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::Instant;

use drift_db::store::event;
use drift_db::store::scan::{self, ScanRow};
use drift_db::{Changing, Database, DatabaseKind, DbError, LockName, Need, WorkspacePaths, lock_exclusive};
use drift_discover::{Event, Hashing, TreeOptions, Vouched, Work, discover_tree};
use jiff::Timestamp;

use super::workspace::Workspace;
use super::{Session, Unit, context};
use crate::error::CommandError;
pub(super) use known::Known;
use proof::Proof;
use seen::Seen;
use write::{Scan, Written};

pub(crate) use report::{ScanReport, Upkeep};
pub(super) use rows::{stat, stored_graph};
pub(crate) use tally::ProjectCounts;

/// How a scan works.
#[derive(Clone, Debug)]
pub(crate) struct ScanOptions {
    pub(crate) tree: TreeOptions,
    /// Threads that hash.
    pub(crate) threads: usize,
    pub(crate) rehash: Rehash,
    /// What tells this drift from any other.
    pub(crate) build: String,
}

/// Which files are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rehash {
    /// Those whose size, modification time or inode differ from the last scan.
    Changed,
    All,
}

/// What a scan leaves besides the rows that differ: a row and an event of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Always,
    IfChanged,
    /// Nothing stays, not even what differs.
    Never,
}

/// `drift workspace scan`.
pub(crate) fn run(
    session: &Session<'_>,
    options: &ScanOptions,
    record: Record,
) -> Result<ScanReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let writer = lock_exclusive(&workspace.paths, LockName::Writer, &session.lock_request())?;
    let paths = workspace.paths.clone();
    let beside = workspace.inspection.visitor_beside(DatabaseKind::Drift);
    let known = match beside {
        Some(_) => None,
        // The only connection there can be is in use later.
        None => {
            let visitor = workspace.inspection.visitor(DatabaseKind::Drift);
            let visitor = visitor.ok_or_else(|| super::workspace::unfinished(paths.root()))?;
            Some(Known::read(session, paths.root(), options, &visitor)?)
        }
    };
    let read = || match (beside, known) {
        (Some(visitor), _) => Known::read(session, paths.root(), options, &visitor),
        (None, known) => Ok(known.unwrap_or_default()),
    };
    let open = || {
        workspace.inspection.check_before_writing(
            session.databases.startup,
            session.interrupt.shared(),
            &writer,
        )?;
        let database = workspace.inspection.writer(DatabaseKind::Drift, &writer)?;
        // The inspection found both databases complete.
        database.ok_or_else(|| super::workspace::unfinished(paths.root()))
    };
    store(session, &paths, read, open, options, "scan", record)
}

/// Reads the work tree and stores what differs; the caller holds the lock that makes it the only writer. `known` tells
/// what is stored, before the walk; `open` gives the database that holds it, and runs beside both.
pub(super) fn store<D: Borrow<Database>>(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    known: impl FnOnce() -> Result<Known, DbError> + Send,
    open: impl FnOnce() -> Result<D, CommandError>,
    options: &ScanOptions,
    command: &str,
    record: Record,
) -> Result<ScanReport, CommandError> {
    let started = Instant::now();
    let root = paths.root();
    let (seen, found, database) = std::thread::scope(|threads| {
        let walker = threads.spawn(|| Seen::now(session, paths, known()?, options));
        let database = open()?;
        let found = known::find_graph(session, root, options, database.borrow())?;
        let seen = walker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok::<_, CommandError>((seen, found, database))
    })?;
    let Seen { mut walked, head, mut changes, last_id } = seen;
    let database = database.borrow();
    let mut proof = match options.rehash {
        Rehash::Changed => proof::spare(root, &walked.files, &mut changes, database)?,
        // Nothing is believed, and what git has for a content is asked all the same.
        Rehash::All => Proof::default(),
    };
    let asked = proof.vouched.take();
    let (dirs, are_dirs_same) = (std::mem::take(&mut walked.dirs), walked.is_as_remembered);
    let dirs = (!are_dirs_same).then_some(&dirs[..]);
    let (files, places) = (Arc::clone(&walked.files), changes.places());
    let bytes = places.iter().map(|&at| files.stat(at as usize).size).sum();
    let phase = session.phase("hashing", Some(bytes), Unit::Bytes);
    let on = |event: Event| {
        if let Event::Hashed { bytes, .. } = event {
            phase.reach(bytes);
        }
    };
    let cancel = session.interrupt.flag();
    let work = Work { root, files: &files, places: &places, threads: options.threads, cancel, on: &on };
    std::thread::scope(|threads| {
        // Files are being hashed while projects are looked for and stored.
        let vouched = || asked.unwrap_or_else(|| Vouched::new(root, &files, &places));
        let hashing = Hashing::start(threads, work, vouched);
        let remembered = match found {
            Some(found) => found.tree(walked, &changes, options),
            None => Err(walked),
        };
        let (tree, same) = match remembered {
            Ok((tree, same)) => (tree, Some(same)),
            Err(walked) => (discover_tree(root, walked, &options.tree.discover, cancel)?, None),
        };
        let change = |tx: &Changing<'_>| {
            let now = session.now.to_string();
            let (tree, changes, proof) = (&tree, &changes, &proof);
            let scan = Scan { session, root, tree, dirs, changes, proof, options };
            let (written, report) = scan.write(tx, same, head, hashing, &now)?;
            let duration_ms = started.elapsed().as_millis() as u64;
            let report = ScanReport { dry_run: record == Record::Never, duration_ms, ..report };
            let is_told = match record {
                Record::Always => true,
                Record::IfChanged => written == Written::Something,
                Record::Never => return Ok(report),
            };
            if is_told {
                let finished = session.now + started.elapsed();
                append(tx, &report, command, &now, &finished.to_string())?;
            }
            match (written, is_told) {
                (Written::Something, _) => context::write(tx, &now)?,
                (Written::Nothing, true) => context::write_scan(tx, last_id, &now)?,
                (Written::Nothing, false) => context::write_if_stale(tx, &now)?,
            }
            Ok(report)
        };
        match record {
            Record::Never => database.rehearse(change),
            Record::Always | Record::IfChanged => database.write(change),
        }
    })
}

/// When a scan started, in nanoseconds since 1970, for the comparison with what it stored.
pub(super) fn started_ns(scan: Option<&ScanRow>) -> i64 {
    let at = scan.and_then(|scan| scan.started_at.parse::<Timestamp>().ok());
    at.and_then(|at| i64::try_from(at.as_nanosecond()).ok()).unwrap_or(i64::MIN)
}

fn append(
    tx: &Changing<'_>,
    report: &ScanReport,
    command: &str,
    started: &str,
    finished: &str,
) -> Result<(), CommandError> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let row = ScanRow {
        command: command.to_owned(),
        started_at: started.to_owned(),
        finished_at: finished.to_owned(),
        git_head: report.git_head.clone(),
        git_branch: report.git_branch.clone(),
        files: count(report.files),
        added: count(report.added),
        changed: count(report.changed),
        removed: count(report.removed),
        rehashed: count(report.rehashed),
        projects: count(report.projects),
        edges: count(report.edges),
        problems: count(report.problems.len() as u64),
    };
    let detail = serde_json::json!({
        "files": row.files, "added": row.added, "changed": row.changed, "removed": row.removed,
        "projects": row.projects, "edges": row.edges,
    });
    tx.run(|c| scan::append(c, &row).and_then(|()| event::append(c, started, "scan", &detail)))?;
    Ok(())
}
