//! Import: what a bundle holds becomes what is live, by the same swap as a restore.
//!
//! The bundle is taken for hostile, whoever names it. What is local stays: the identity of the workspace, its
//! events, the history of its schema. Two steps, so that a person can be asked in between: [`look`] reads the
//! header, [`apply`] does it.

use std::io::Read;
use std::path::{Path, PathBuf};

use drift_backup::{Arrived, BundleHeader, BundleReader, Swap, Swapped, arrive, complete, live_state, swap};
use drift_db::intent::{self, Operation};
pub(crate) use drift_db::private::Results;
use drift_db::store::file;
use drift_db::{DatabaseKind, LockName, WorkspacePaths, inspect, lock_exclusive, lock_shared};
use drift_discover::{Fingerprint, WalkOptions, Work, find_top, fingerprint, walk};
use drift_gc::RetentionPolicy;
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::{RemovedView, retain};
use super::erase::identity;
use super::init::{prepare_dir, refuse_home};
use super::recovery::{settle, warn_if_pending};
use super::restore::{PlannedView, place};
use super::scan::proof::prove;
use super::wire::{below, stored};
use super::work::with_work;
use super::workspace::unfinished;
use super::{Session, Warning, context, known};
use crate::error::{CommandError, ErrorCode};

/// Where a bundle comes from.
pub(crate) enum Source {
    /// Absolute.
    File(PathBuf),
    Stream(Box<dyn Read>),
}

/// A bundle that could be imported now, as far as its header tells.
pub(crate) struct Looked {
    paths: WorkspacePaths,
    reader: BundleReader,
    source: Option<PathBuf>,
}

/// What an import did, or would do.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub(crate) struct ImportReport {
    pub(crate) dry_run: bool,
    /// Whether anything was imported.
    pub(crate) hit: bool,
    /// Why nothing was: the code of the error. Only with `--ci`.
    pub(crate) reason: Option<&'static str>,
    /// `full` or `ci`.
    pub(crate) kind: Option<&'static str>,
    pub(crate) root: Option<String>,
    pub(crate) databases: Vec<&'static str>,
    /// What was live and sound; restoring it undoes this.
    pub(crate) safety_backup: Option<String>,
    /// What was live and was not: a directory, relative to the root.
    pub(crate) quarantine: Option<String>,
    /// Whether the schema of the bundle was older.
    pub(crate) migrated: bool,
    /// Files here that are proved to be as the bundle tells, without reading them.
    pub(crate) unchanged_files: u64,
    /// Files of the bundle that are not, or that the next scan must read to know.
    pub(crate) changed_files: u64,
    /// The branch that the results in the bundle are the baseline of now. Only with `--baseline`; empty outside
    /// git.
    pub(crate) baseline: Option<String>,
    /// What happens to each live database, for a dry run.
    pub(crate) plan: Vec<PlannedView>,
    pub(crate) removed: Vec<RemovedView>,
}

impl ImportReport {
    /// That of an import for CI that could not be done: the job goes on without.
    pub(crate) fn missed(reason: ErrorCode) -> ImportReport {
        ImportReport { reason: Some(reason.as_str()), ..ImportReport::default() }
    }
}

/// The workspace that is meant, which need not be there.
pub(crate) fn target(session: &Session<'_>) -> Result<WorkspacePaths, CommandError> {
    let paths = place(session)?;
    refuse_home(session, paths.root())?;
    Ok(paths)
}

/// Opens the bundle and reads its header; changes nothing.
pub(crate) fn look(paths: WorkspacePaths, source: Source) -> Result<Looked, CommandError> {
    let (reader, source) = match source {
        Source::File(path) => (BundleReader::open(&path)?, Some(path)),
        Source::Stream(stream) => (BundleReader::stream(stream, Path::new("the standard input"))?, None),
    };
    Ok(Looked { paths, reader, source })
}

impl Looked {
    pub(crate) fn header(&self) -> &BundleHeader {
        self.reader.header()
    }

    pub(crate) fn root(&self) -> &Path {
        self.paths.root()
    }
}

/// What the import would do, for `--dry-run`: the bundle is vetted as a real one would, where there is a place
/// to put it.
pub(crate) fn describe(session: &Session<'_>, looked: Looked) -> Result<ImportReport, CommandError> {
    let Looked { paths, reader, .. } = looked;
    let mut report = report(&paths, reader.header());
    report.dry_run = true;
    for database in &reader.header().databases {
        let live = live_state(&paths, database.kind)?;
        let migrate = database.schema_version < database.kind.latest();
        report.plan.push(PlannedView::new(database.kind, database.bytes, &live, migrate));
    }
    if paths.drift_dir().is_dir() {
        let _using = lock_shared(&paths, LockName::Workspace, &session.lock_request())?;
        warn_if_pending(session, &paths)?;
        with_work(session, &paths, |work| arrive(work, reader))?;
    }
    Ok(report)
}

/// Imports the bundle.
pub(crate) fn apply(
    session: &Session<'_>,
    looked: Looked,
    retention: &RetentionPolicy,
    walk: &WalkOptions,
    results: Results,
) -> Result<ImportReport, CommandError> {
    let Looked { paths, reader, source } = looked;
    prepare_dir(&paths)?;
    // Shared while staging, so that nobody sweeps what is being staged; never upgraded.
    let using = lock_shared(&paths, LockName::Workspace, &session.lock_request())?;
    // An intent that is refused is refused before anything is written.
    intent::read(&paths)?;
    let arrived = with_work(session, &paths, |work| arrive(work, reader))?;
    drop(using);
    let lock = lock_exclusive(&paths, LockName::Workspace, &session.lock_request())?;
    settle(session, &paths, &lock)?;
    let Arrived { header, mut staged } = match source {
        _ if arrived.staged.is_complete() => arrived,
        // Another drift had the lock between the two, and swept what it took for left over.
        Some(path) => {
            let reader = BundleReader::open(&path)?;
            with_work(session, &paths, |work| arrive(work, reader))?
        }
        None => {
            let message = "another drift removed the copy of the bundle before it could go live";
            return Err(CommandError::new(ErrorCode::Locked, message).with_hint("run the command again"));
        }
    };
    let identity = identity(session, &paths, &lock)?;
    let mut detail = serde_json::Map::new();
    detail.insert("bundle".into(), header.form_name().into());
    detail.insert("databases".into(), header.kinds().iter().map(|kind| kind.name()).collect());
    let swapped = with_work(session, &paths, |work| {
        complete(work, &mut staged, &identity, &lock)?;
        swap(work, Swap { operation: Operation::Import, staged, detail, results }, &lock)
    })?;
    if let Err(why) = &swapped.baseline {
        let message = format!("its results were not kept as a baseline: {why}");
        session.warn(
            Warning::new("import.no_baseline", message)
                .with_hint("`drift workspace check --baseline` on the base branch makes one"),
        );
    }
    context::refresh(session, &paths, &lock);
    drop(lock);
    known::remember(session, paths.root(), &identity);
    for kind in &swapped.unfolded {
        let message =
            format!("another program still reads the old {}; its WAL stays until then", kind.file_name());
        session.warn(Warning::new("import.reader", message));
    }
    let removed = match &swapped.safety {
        Some(safety) => retain(session, &paths, retention, &[safety]),
        None => Vec::new(),
    };
    let mut report = done(&paths, &header, &swapped, removed);
    if swapped.databases.contains(&DatabaseKind::Drift) {
        match compare(session, &paths, walk) {
            Ok((unchanged, changed)) => {
                (report.unchanged_files, report.changed_files) = (unchanged, changed);
            }
            // The next scan finds out.
            Err(error) => {
                let message = format!("the files could not be compared: {}", error.message);
                session.warn(Warning::new("import.not_compared", message));
            }
        }
    }
    Ok(report)
}

/// How many files here are what the rows tell, by the rule of the next scan, and how many that scan must read.
fn compare(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &WalkOptions,
) -> Result<(u64, u64), CommandError> {
    let root = paths.root();
    let lock = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
    let database = inspect(paths)?.reader(DatabaseKind::Drift, &lock);
    let database = database.ok_or_else(|| unfinished(root))?;
    let rows = database.read(file::count)?;
    if find_top(root).is_none() {
        return Ok((0, rows));
    }
    let flag = session.interrupt.flag();
    let files = walk(root, options, flag, &|_| {})?.files;
    let places: Vec<u32> = (0..files.len() as u32).collect();
    let proof = database.read(|c| {
        prove(root, &files, &places, |place| file::content_of(c, &stored(&files.path(place as usize))))
    })?;
    let likely: Vec<u32> = proof.likely.iter().map(|(place, _)| *place).collect();
    let mut unchanged = proof.proved.len() as u64;
    let mut sink = |found: Fingerprint| unchanged += u64::from(proof.confirms(&found));
    let work = Work { root, files: &files, places: &likely, threads: 0, cancel: flag, on: &|_| {} };
    fingerprint(work, &mut sink)?;
    Ok((unchanged, rows.saturating_sub(unchanged)))
}

fn report(paths: &WorkspacePaths, header: &BundleHeader) -> ImportReport {
    ImportReport {
        kind: Some(header.form_name()),
        root: Some(paths.root().display().to_string()),
        databases: header.kinds().iter().map(|kind| kind.name()).collect(),
        ..ImportReport::default()
    }
}

fn done(
    paths: &WorkspacePaths,
    header: &BundleHeader,
    swapped: &Swapped,
    removed: Vec<RemovedView>,
) -> ImportReport {
    ImportReport {
        hit: true,
        safety_backup: swapped.safety.as_ref().map(ToString::to_string),
        quarantine: swapped.quarantine.as_deref().map(|dir| below(paths.root(), dir)),
        migrated: !swapped.migrated.is_empty(),
        baseline: swapped.baseline.as_ref().ok().cloned().flatten(),
        removed,
        ..report(paths, header)
    }
}
