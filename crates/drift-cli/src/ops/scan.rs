//! Scan: the work tree as it is now, into the rows of drift.db.
//!
//! One transaction holds everything a scan changes, so a reader sees the old scan or the new one, and a kill
//! leaves the old one. A file is hashed again only if its size, modification time or inode changed, and git's
//! index does not prove that its content is the same.

pub(super) mod proof;
mod rows;
mod tally;

use std::collections::BTreeSet;
use std::time::Instant;

use drift_db::store::file::{self, FileRow, FileStat, FileWriter, Stored};
use drift_db::store::scan::{self, ProblemRow, ScanRow};
use drift_db::store::{event, graph};
use drift_db::{
    Changing, Database, DatabaseKind, DbError, LockName, Need, SqlError, StartupCheck, WorkspacePaths,
    lock_exclusive,
};
use drift_discover::{
    Changes, Comparison, Event, Fingerprint, Git, Head, Problem, Stat, Tree, TreeOptions, find_top,
    fingerprint, read_tree,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{ProblemView, stored};
use super::workspace::{Workspace, warn_if_tracked};
use super::{Session, Unit, context};
use crate::error::CommandError;
use proof::Proof;
use tally::Tally;

pub(crate) use tally::ProjectCounts;

/// How a scan works.
#[derive(Clone, Debug)]
pub(crate) struct ScanOptions {
    pub(crate) tree: TreeOptions,
    /// Threads that hash.
    pub(crate) threads: usize,
    pub(crate) rehash: Rehash,
    /// How the databases are checked before anything is written.
    pub(crate) startup: StartupCheck,
}

/// Which files are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rehash {
    /// Those whose size, modification time or inode differ from the last scan.
    Changed,
    All,
}

/// Whether a scan that found nothing new leaves a row and an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Always,
    IfChanged,
}

/// What a scan found.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ScanReport {
    pub(crate) files: u64,
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) removed: u64,
    /// Of the added ones, those whose content was at a path that is gone.
    pub(crate) renamed: u64,
    pub(crate) rehashed: u64,
    /// Files whose times are new and that were not read, since git's index proves their content.
    pub(crate) vouched: u64,
    /// Files read only because they are as new as git's index itself, and found as they were.
    pub(crate) confirmed: u64,
    pub(crate) projects: u64,
    pub(crate) edges: u64,
    /// Those that are gone come last.
    pub(crate) per_project: Vec<ProjectCounts>,
    pub(crate) removed_projects: Vec<String>,
    pub(crate) moved_projects: Vec<Moved>,
    pub(crate) git_head: Option<String>,
    pub(crate) git_branch: Option<String>,
    pub(crate) problems: Vec<ProblemView>,
    pub(crate) duration_ms: u64,
    #[serde(skip)]
    pub(crate) ecosystems: BTreeSet<String>,
    #[serde(skip)]
    pub(crate) languages: BTreeSet<String>,
}

/// A project that is at another place than the last scan found it at.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Moved {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// `drift workspace scan`.
pub(crate) fn run(session: &Session<'_>, options: &ScanOptions) -> Result<ScanReport, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let writer = lock_exclusive(&workspace.paths, LockName::Writer, &session.lock_request())?;
    workspace.inspection.check_before_writing(options.startup, session.interrupt.shared(), &writer)?;
    let database = workspace.inspection.writer(DatabaseKind::Drift, &writer)?;
    // The inspection found both databases complete.
    let database = database.ok_or_else(|| super::workspace::unfinished(workspace.paths.root()))?;
    store(session, &workspace.paths, &database, options, "scan", Record::Always)
}

/// Reads the work tree and stores what differs; the caller holds the lock that makes it the only writer.
pub(super) fn store(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    database: &Database,
    options: &ScanOptions,
    command: &str,
    record: Record,
) -> Result<ScanReport, CommandError> {
    let started = Instant::now();
    let (tree, head) = walk(session, paths, options)?;
    let (last_id, last) = database.read(scan::last_with_id)?.unzip();
    database.write(|tx| {
        let now = session.now.to_string();
        let replaced = tx.run(|c| graph::replace(c, &rows::graph(&tree), &now))?;
        let keys: Vec<i64> = tree.graph.projects.iter().map(|p| replaced.keys[p.id.0.as_str()]).collect();
        let mut changes = compare(&tree, options.rehash, last.as_ref(), tx)?;
        let proof = match options.rehash {
            Rehash::Changed => proof::spare(paths.root(), &tree.files, &mut changes, tx)?,
            // Nothing is believed, and what git has for a content is asked all the same.
            Rehash::All => Proof::new(paths.root(), &tree.files, &changes),
        };
        let mut tally = Tally::new(&tree, &keys, &replaced);
        let mut problems =
            store_files(session, paths, &tree, &keys, options, &changes, &proof, &mut tally, tx)?;
        let reassigned = if replaced.changed { reassign(&tree, &keys, tx)? } else { 0 };
        problems.extend(tree.problems.iter().cloned());
        problems.sort();
        let problem_rows: Vec<ProblemRow> =
            problems.iter().map(|problem| rows::problem(&tree, &keys, problem)).collect();
        let problems_changed = tx.run(|c| scan::replace_problems(c, &problem_rows))?;
        let manifests_changed = tx.run(|c| scan::replace_manifests(c, &rows::manifests(&tree)))?;
        let report = ScanReport {
            files: tree.files.len() as u64,
            added: tally.added,
            changed: tally.changed,
            removed: tally.removed,
            renamed: tally.renamed,
            rehashed: tally.rehashed,
            vouched: tally.vouched,
            confirmed: tally.confirmed,
            projects: tree.graph.projects.len() as u64,
            edges: tree.graph.edges.len() as u64,
            per_project: tally.per_project(),
            removed_projects: replaced.removed.iter().map(|(id, _)| id.clone()).collect(),
            moved_projects: (replaced.moved.iter())
                .map(|(from, to)| Moved { from: from.clone(), to: to.clone() })
                .collect(),
            git_head: head.commit.clone(),
            git_branch: head.branch.clone(),
            problems: problems.iter().map(ProblemView::from).collect(),
            duration_ms: started.elapsed().as_millis() as u64,
            ecosystems: tree.graph.projects.iter().map(|p| p.ecosystem.to_string()).collect(),
            languages: tree.graph.projects.iter().flat_map(|p| p.languages.iter().cloned()).collect(),
        };
        let differs = replaced.changed
            || problems_changed
            || manifests_changed
            || tally.added + tally.changed + tally.touched + tally.removed + reassigned > 0;
        if differs || record == Record::Always {
            let finished = session.now + started.elapsed();
            append(tx, &report, command, &now, &finished.to_string())?;
        }
        match (differs, record) {
            (true, _) => context::write(tx, &now)?,
            (false, Record::Always) => context::write_scan(tx, last_id, &now)?,
            (false, Record::IfChanged) => context::write_if_stale(tx, &now)?,
        }
        Ok(report)
    })
}

/// Reads the tree, and meanwhile asks git what is checked out.
fn walk(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &ScanOptions,
) -> Result<(Tree, Head), CommandError> {
    let phase = session.phase("reading the tree", None, Unit::Items);
    let on = |event: Event| {
        if let Event::Walked { files } = event {
            phase.reach(files);
        }
    };
    std::thread::scope(|threads| {
        let head = find_top(paths.root()).map(|_| threads.spawn(|| Git::new(paths.root()).head()));
        threads.spawn(|| warn_if_tracked(session, paths));
        let tree = read_tree(paths.root(), &options.tree, session.interrupt.flag(), &on)?;
        // Without git a scan is as good; it then says nothing of a commit.
        let head = head.and_then(|thread| thread.join().ok()?.ok()).unwrap_or_default();
        Ok((tree, head))
    })
}

/// Compares, hashes and writes the files.
#[expect(clippy::too_many_arguments, reason = "one step of a transaction, with one caller")]
fn store_files(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    tree: &Tree,
    keys: &[i64],
    options: &ScanOptions,
    changes: &Changes,
    proof: &Proof,
    tally: &mut Tally<'_>,
    tx: &Changing<'_>,
) -> Result<Vec<Problem>, CommandError> {
    let mut places = [&changes.added[..], &changes.changed[..]].concat();
    places.sort_unstable();
    let bytes = places.iter().map(|&at| tree.files.stat(at as usize).size).sum();
    let phase = session.phase("hashing", Some(bytes), Unit::Bytes);
    let on = |event: Event| {
        if let Event::Hashed { bytes, .. } = event {
            phase.reach(bytes);
        }
    };
    let found = tx.run(|c| {
        let mut writer = FileWriter::new(c)?;
        for path in &changes.removed {
            if let Some(row) = writer.remove(&stored(path))? {
                tally.remove(path, &row);
            }
        }
        for &place in &proof.proved {
            let stat = tree.files.stat(place as usize);
            let path = stored(&tree.files.path(place as usize));
            tally.touched += u64::from(writer.touch(&path, stat.mtime_ns, stat.inode as i64)?);
            tally.vouched += 1;
        }
        let mut written = Ok(());
        let mut sink = |found: Fingerprint| {
            if written.is_ok() {
                written =
                    store_file(&mut writer, rows::file(tree, keys, &found), &found, changes, proof, tally);
            }
        };
        let flag = session.interrupt.flag();
        let (files, vouched, threads) = (&tree.files, &proof.vouched, options.threads);
        let found = fingerprint(paths.root(), files, &places, vouched, threads, flag, &on, &mut sink);
        written.map(|()| found)
    })?;
    Ok(found?)
}

fn store_file(
    writer: &mut FileWriter<'_>,
    row: FileRow,
    found: &Fingerprint,
    changes: &Changes,
    proof: &Proof,
    tally: &mut Tally<'_>,
) -> Result<(), SqlError> {
    if proof.confirms(found) {
        tally.confirmed += 1;
    } else {
        tally.rehashed += 1;
    }
    if changes.added.binary_search(&found.file).is_ok() {
        tally.add(found.file, &found.hash);
        return writer.add(&row);
    }
    match writer.update(&row)? {
        Stored::Same => {}
        Stored::Touched => tally.touched += 1,
        Stored::Changed => tally.change(found.file),
    }
    Ok(())
}

/// Gives files to the projects that own them now; needed only after projects came, went or moved. Returns how
/// many changed hands.
fn reassign(tree: &Tree, keys: &[i64], tx: &Changing<'_>) -> Result<u64, DbError> {
    tx.run(|c| {
        let mut moved = Vec::new();
        file::for_each(c, |row| {
            let dir = row.path.0.iter().rposition(|&b| b == b'/').map_or(&[][..], |end| &row.path.0[..end]);
            let owner = rows::owner(tree, keys, dir);
            if owner != row.project {
                moved.push(FileRow { project: owner, ..row });
            }
            Ok(())
        })?;
        let mut writer = FileWriter::new(c)?;
        moved.iter().try_for_each(|row| writer.add(row))?;
        Ok(moved.len() as u64)
    })
}

/// What differs between the rows and the walk, by metadata alone.
fn compare(
    tree: &Tree,
    rehash: Rehash,
    last: Option<&ScanRow>,
    tx: &Changing<'_>,
) -> Result<Changes, DbError> {
    let last_ns = match rehash {
        Rehash::Changed => started_ns(last),
        // Every file counts as written after the last scan.
        Rehash::All => i64::MIN,
    };
    let mut comparison = Comparison::new(&tree.files, last_ns);
    tx.run(|c| {
        file::for_each_stat(c, |row| {
            comparison.stored(row.path, stat(&row));
        })
    })?;
    Ok(comparison.finish())
}

/// What a row says that the walk also sees.
pub(super) fn stat(row: &FileStat<'_>) -> Stat {
    Stat { size: row.size as u64, mtime_ns: row.mtime, inode: row.inode as u64 }
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
