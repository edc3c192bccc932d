//! Taking snapshots, by request and by schedule, and the retention that follows each of them.

mod catalog;
mod retention;
mod schedule;

use std::io::ErrorKind;

use drift_backup::{Compression, CreateOptions, Created, Hold, Snapshot, Tier, create};
use drift_db::{
    DatabaseKind, DbError, ExclusiveLock, JournalMode, LockName, Need, SharedLock, WorkspacePaths, copy,
    lock_exclusive,
};
use drift_gc::RetentionPolicy;
use schemars::JsonSchema;
use serde::Serialize;

use super::Session;
use super::work::with_work;
use super::workspace::Workspace;
use crate::error::CommandError;

pub(crate) use catalog::{
    DeleteReport, ListReport, PinReport, PruneReport, ShowReport, VerifyReport, delete, list, pin,
    plan_delete, prune, resolve, show, verify,
};
pub(super) use retention::retain;
pub(crate) use schedule::{ScheduleOptions, scheduled};

/// What kind of snapshot is asked for.
#[derive(Clone, Debug)]
pub(crate) struct BackupOptions {
    pub(crate) tier: Tier,
    pub(crate) note: Option<String>,
    pub(crate) pinned: bool,
    pub(crate) compression: Compression,
    pub(crate) retention: RetentionPolicy,
}

/// A snapshot that was taken.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct BackupReport {
    pub(crate) id: String,
    pub(crate) tier: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) created_at: String,
    pub(crate) note: Option<String>,
    pub(crate) pinned: bool,
    pub(crate) compression: &'static str,
    pub(crate) bytes: u64,
    pub(crate) databases: Vec<StoredView>,
    /// What retention removed afterwards.
    pub(crate) removed: Vec<RemovedView>,
}

/// A database in a snapshot.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct StoredView {
    pub(crate) name: &'static str,
    pub(crate) bytes: u64,
    pub(crate) blake3: String,
    pub(crate) schema_version: u32,
}

/// A snapshot that retention removed.
#[derive(Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct RemovedView {
    pub(crate) id: String,
    pub(crate) reason: String,
    pub(crate) bytes: u64,
}

/// `drift workspace backup`.
pub(crate) fn run(session: &Session<'_>, options: &BackupOptions) -> Result<BackupReport, CommandError> {
    let Workspace { paths, lock, inspection } = Workspace::open(session, Need::Known)?;
    drop(inspection);
    let mut wanted = CreateOptions::new(options.tier.reason());
    wanted.tier = options.tier;
    wanted.note.clone_from(&options.note);
    wanted.pinned = options.pinned;
    wanted.compression = options.compression;
    let snapshot = match take(session, &paths, &wanted, &lock)? {
        Created::Snapshot(snapshot) => *snapshot,
        Created::Unchanged(id) => resolve(session, id.as_str())?,
    };
    let removed = retain(session, &paths, &options.retention, &[snapshot.id()]);
    Ok(report(&snapshot, removed))
}

/// Takes a snapshot under the shared lock.
fn take(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &CreateOptions,
    lock: &SharedLock,
) -> Result<Created, CommandError> {
    let _writer = keep_writers_out(session, paths)?;
    Ok(with_work(session, paths, |work| create(work, options, Hold::Shared(lock)))?)
}

/// Without WAL a writer would wait for the whole copy, and give up: it is told at once instead. On a read-only
/// mount there is no writer.
pub(super) fn keep_writers_out(
    session: &Session<'_>,
    paths: &WorkspacePaths,
) -> Result<Option<ExclusiveLock>, DbError> {
    let waits = |kind: &DatabaseKind| copy::journal_mode(&paths.database(*kind)) == Some(JournalMode::Delete);
    if DatabaseKind::WORKSPACE.iter().any(waits) {
        match lock_exclusive(paths, LockName::Writer, &session.lock_request()) {
            Err(DbError::Io { source, .. }) if source.kind() == ErrorKind::ReadOnlyFilesystem => Ok(None),
            locked => locked.map(Some),
        }
    } else {
        Ok(None)
    }
}

fn report(snapshot: &Snapshot, removed: Vec<RemovedView>) -> BackupReport {
    let header = &snapshot.header;
    BackupReport {
        id: header.id.to_string(),
        tier: header.tier.name(),
        reason: header.reason.name(),
        created_at: header.created_at.to_string(),
        note: header.note.clone(),
        pinned: header.pinned,
        compression: header.compression.name(),
        bytes: snapshot.bytes(),
        databases: stored(snapshot),
        removed,
    }
}

fn stored(snapshot: &Snapshot) -> Vec<StoredView> {
    let view = |database: &drift_backup::DatabaseHeader| StoredView {
        name: database.kind.name(),
        bytes: database.bytes,
        blake3: database.blake3.clone(),
        schema_version: database.schema_version,
    };
    snapshot.header.databases.iter().map(view).collect()
}
