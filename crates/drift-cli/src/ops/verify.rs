//! Verify: everything that could be wrong with a workspace, found without changing a byte of it.
//!
//! The databases are checked together, on all threads; beside that what lies around them: schemas that do not belong
//! together, permissions, an interrupted change, the headers of the snapshots (their content with `--deep`).

mod around;
mod finding;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use drift_backup::SnapshotStore;
use drift_db::private::Meanwhile;
use drift_db::{
    Database, DatabaseKind, DbError, LockName, Severity, SharedLock, VerifyLevel, VerifyRun, WorkspacePaths,
    inspect, lock_shared, verify_databases,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::backup::keep_writers_out;
use super::context::Told;
use super::work::with_work;
use super::workspace::{is_there, locate, none_at, warn_if_not_held};
use super::{Session, Unit, context};
use crate::error::CommandError;
use around::{foreign_dirs, surroundings};
pub(crate) use finding::FindingView;

/// How much is verified.
#[derive(Debug)]
pub(crate) struct VerifyOptions {
    pub(crate) level: VerifyLevel,
    /// All, if empty.
    pub(crate) databases: Vec<DatabaseKind>,
    /// Why the configuration cannot be read, if so: then nothing else of it is used.
    pub(crate) config_error: Option<CommandError>,
    /// Threads, shared by the databases.
    pub(crate) threads: usize,
}

/// What was found.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct VerifyReport {
    pub(crate) level: &'static str,
    pub(crate) healthy: bool,
    pub(crate) findings: Vec<FindingView>,
    /// What is so large that only `--deep` asks it to check itself.
    pub(crate) unchecked: Vec<String>,
}

/// `drift workspace verify`.
pub(crate) fn run(session: &Session<'_>, options: &VerifyOptions) -> Result<VerifyReport, CommandError> {
    let paths = locate(session.place)?;
    let foreign = foreign_dirs(&paths)?;
    if !foreign.is_empty() {
        return Ok(report(options.level, foreign, Vec::new()));
    }
    let there = is_there(&paths.drift_dir())?;
    if !there && drift_db::snapshots(&paths).is_empty() {
        return Err(none_at(paths.root()));
    }
    // Nobody can be using the databases of a workspace without `.drift`.
    let lock =
        there.then(|| lock_shared(&paths, LockName::Workspace, &session.lock_request())).transpose()?;
    if let Some(lock) = &lock {
        warn_if_not_held(session, lock);
    }
    let writer = there.then(|| keep_writers_out(session, &paths)).transpose();
    let _writer = match writer {
        // Where nobody can write, nobody needs to be kept out.
        Err(DbError::Io { source, .. })
            if matches!(source.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) =>
        {
            None
        }
        writer => writer?.flatten(),
    };
    let told = OnceLock::new();
    let look = || {
        // Nobody else sets it; only of a database that turns out to be sound is it looked at.
        let _ = told.set(lock.as_ref().and_then(|lock| with_drift(&paths, lock, Told::of).ok().flatten()));
    };
    // git takes some milliseconds to say what it tracks.
    let (databases, around) = std::thread::scope(|scope| {
        let around = scope.spawn(|| surroundings(&paths));
        let meanwhile: Vec<Meanwhile<'_>> =
            if options.level >= VerifyLevel::Normal { vec![Box::new(look)] } else { Vec::new() };
        let databases = databases(session, &paths, options, meanwhile);
        (databases, around.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let Verdicts { mut findings, unchecked, files_by_language } = databases?;
    if let Some(lock) = &lock
        && options.level >= VerifyLevel::Normal
        && !findings.iter().any(|one| one.is_error() && one.database != Some(DatabaseKind::Cortex))
    {
        let told = told.into_inner().flatten().zip(files_by_language);
        let is_in_step = told.is_some_and(|(told, files)| !told.contradicts(&files));
        // Somebody may have written between the two looks, and some databases can be open only once at a time.
        if !is_in_step && with_drift(&paths, lock, context::is_out_of_step)?.unwrap_or_default() {
            findings.push(told_wrong());
        }
    }
    findings.extend(around);
    if options.level >= VerifyLevel::Normal {
        if let Some(error) = &options.config_error {
            let hint = "run `drift config validate`";
            findings.push(FindingView::new(
                "config.invalid",
                Severity::Error,
                "drift.toml",
                error.message.clone(),
                hint,
            ));
        }
        findings.extend(snapshots(session, &paths, options.level)?);
    }
    Ok(report(options.level, findings, unchecked))
}

fn report(level: VerifyLevel, findings: Vec<FindingView>, unchecked: Vec<String>) -> VerifyReport {
    VerifyReport {
        level: match level {
            VerifyLevel::Quick => "quick",
            VerifyLevel::Normal => "default",
            VerifyLevel::Deep => "deep",
        },
        healthy: !findings.iter().any(FindingView::is_error),
        findings,
        unchecked,
    }
}

/// What came of checking the databases.
#[derive(Default)]
struct Verdicts {
    findings: Vec<FindingView>,
    unchecked: Vec<String>,
    /// If drift.db was asked.
    files_by_language: Option<HashMap<String, usize>>,
}

/// Both databases at once: what is wrong with them, and what was left out. `meanwhile` is done on the same threads.
fn databases(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &VerifyOptions,
    meanwhile: Vec<Meanwhile<'_>>,
) -> Result<Verdicts, CommandError> {
    let chosen = |kind: &DatabaseKind| options.databases.is_empty() || options.databases.contains(kind);
    let kinds: Vec<DatabaseKind> = DatabaseKind::WORKSPACE.into_iter().filter(chosen).collect();
    let staging = match options.level {
        VerifyLevel::Deep if is_there(&paths.drift_dir())? => Some(staging_dir(paths)?),
        _ => None,
    };
    let phase = session.phase("checking", None, Unit::Items);
    let done = AtomicU64::new(0);
    let progress = |_, _| phase.reach(done.fetch_add(1, Ordering::Relaxed) + 1);
    let run = VerifyRun {
        level: options.level,
        threads: options.threads,
        staging: staging.as_ref().map(tempfile::TempDir::path),
        interrupt: session.interrupt.shared(),
        progress: &progress,
        meanwhile,
    };
    let files: Vec<_> = kinds.iter().map(|kind| (paths.database(*kind), *kind)).collect();
    let verdicts = kinds.iter().copied().zip(verify_databases(&files, run));
    let mut all = Verdicts::default();
    let mut known = Vec::new();
    for (kind, verdict) in verdicts {
        let verdict = verdict?;
        known.extend(verdict.version.map(|version| (kind, version, verdict.initialised)));
        let findings = verdict.findings.into_iter().map(|finding| FindingView::of_database(kind, finding));
        all.findings.extend(findings);
        all.unchecked.extend(verdict.unchecked);
        all.files_by_language = all.files_by_language.or(verdict.files_by_language);
    }
    all.findings.extend(together(&known));
    Ok(all)
}

/// Asks drift.db, if it can be asked.
fn with_drift<T>(
    paths: &WorkspacePaths,
    lock: &SharedLock,
    ask: impl FnOnce(&Database) -> Result<T, DbError>,
) -> Result<Option<T>, CommandError> {
    let mut inspection = match inspect(paths) {
        // What stands in the place of the other database is a finding of that one.
        Err(DbError::Untrusted { .. }) => return Ok(None),
        inspected => inspected?,
    };
    Ok(inspection.reader(DatabaseKind::Drift, lock).map(|database| ask(&database)).transpose()?)
}

/// The context of a sound drift.db does not tell what its tables say.
fn told_wrong() -> FindingView {
    let message = "the stored context does not tell what the tables say".to_owned();
    let hint = "`drift workspace verify --repair` makes it anew, as does the next scan that finds a change";
    let (code, subject) = ("context.out_of_step", "drift.db: workspace_context");
    FindingView {
        database: Some(DatabaseKind::Drift),
        ..FindingView::new(code, Severity::Warning, subject, message, hint)
    }
}

/// A place for private copies; on a read-only mount, or if ours was removed, it is the system's.
fn staging_dir(paths: &WorkspacePaths) -> Result<tempfile::TempDir, CommandError> {
    if !is_there(&paths.staging())? {
        return Ok(tempfile::tempdir()?);
    }
    let beside = tempfile::tempdir_in(paths.staging());
    Ok(beside.or_else(|why| match why.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => tempfile::tempdir(),
        _ => Err(why),
    })?)
}

/// What each database allows by itself and both together do not.
fn together(known: &[(DatabaseKind, u32, bool)]) -> Vec<FindingView> {
    let [(first, version, first_init), (second, other, second_init)] = known else { return Vec::new() };
    let mut findings = Vec::new();
    let is_latest = |kind: &DatabaseKind, version: u32| version == kind.latest();
    if is_latest(first, *version) != is_latest(second, *other) {
        let message = format!(
            "{first}.db has schema {version} of {}, {second}.db {other} of {}",
            first.latest(),
            second.latest()
        );
        let hint = "run `drift workspace migrate` to finish it";
        findings.push(FindingView::new("schema.mixed", Severity::Warning, "schema", message, hint));
    }
    if !(*first_init && *second_init) {
        let message = "the workspace was never finished".to_owned();
        let hint = "complete it with `drift workspace init`";
        findings.push(FindingView::new("workspace.unfinished", Severity::Error, "workspace", message, hint));
    }
    findings
}

/// The headers of the snapshots; with `--deep` every byte of them.
fn snapshots(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    level: VerifyLevel,
) -> Result<Vec<FindingView>, CommandError> {
    let catalog = SnapshotStore::open(paths)?.catalog()?;
    let hint = "`drift workspace backup delete` removes it";
    let mut findings: Vec<FindingView> = (catalog.skipped.iter())
        .map(|skipped| {
            let code = if skipped.newer_format.is_some() { "backup.newer_format" } else { "backup.damaged" };
            let subject = format!("snapshot {}", skipped.id);
            FindingView::new(code, Severity::Error, &subject, skipped.why.clone(), hint)
        })
        .collect();
    if level == VerifyLevel::Deep {
        for snapshot in &catalog.snapshots {
            session.check()?;
            for finding in with_work(session, paths, |work| drift_backup::verify(snapshot, work))? {
                let subject = format!("snapshot {}: {}", snapshot.id(), finding.subject);
                findings.push(FindingView::new(
                    finding.code,
                    Severity::Error,
                    &subject,
                    finding.message,
                    hint,
                ));
            }
        }
    }
    Ok(findings)
}
