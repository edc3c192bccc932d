//! Doing what a plan says.
//!
//! Order: files first, since removing them needs no space and makes some for the databases; then rows and the
//! event, then pages, then statistics. Every action is apart: one that fails keeps none of the others from
//! being done, and is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use drift_backup::{SnapshotStore, discard};
use drift_db::store::event;
use drift_db::store::history::{self, Cutoffs};
use drift_db::vacuum::{VacuumSpace, optimize, page_facts, vacuum, vacuum_incrementally};
use drift_db::{Database, DatabaseKind, DbError, ExclusiveLock, Need, WorkspacePaths, inspect};
use serde_json::json;

use crate::error::{GcError, Result};
use crate::leftover::{remove, remove_ours};
use crate::plan::{FullVacuum, GcPlan, Target};

/// What became of an action.
#[derive(Debug)]
pub enum Done {
    /// What it freed.
    Freed(u64),
    /// Not done, and why that is no failure.
    Skipped(String),
    Failed(GcError),
    /// The file shrinks once another program has stopped reading the old state.
    Pending(u64),
}

/// Where, when, under which locks.
#[derive(Clone, Copy)]
pub struct GcWork<'a> {
    pub paths: &'a WorkspacePaths,
    pub writer: &'a ExclusiveLock,
    /// `None` where there is no directory of snapshots.
    pub catalog: Option<&'a ExclusiveLock>,
    /// RFC 3339, UTC.
    pub now: &'a str,
    pub cutoffs: &'a Cutoffs,
    pub max_pages: Option<u64>,
    pub interrupt: &'a Arc<AtomicBool>,
}

/// Does everything but rewriting databases, which needs another lock. Returns what became of each action, in the
/// order of the plan; `None` for what is still to be done.
pub fn apply(plan: &GcPlan, work: GcWork<'_>) -> Result<Vec<Option<Done>>> {
    let mut done: Vec<Option<Done>> = plan.actions.iter().map(|_| None).collect();
    let settle = |done: &mut Vec<Option<Done>>, at: usize, result: Result<Done>| match result {
        Err(GcError::Db(DbError::Interrupted)) => Err(GcError::Db(DbError::Interrupted)),
        result => {
            done[at] = Some(result.unwrap_or_else(Done::Failed));
            check(work.interrupt)
        }
    };
    for (at, action) in plan.actions.iter().enumerate() {
        let removed = match &action.target {
            Target::Staging(path) | Target::Quarantine(path) => remove(&work.paths.root().join(path)),
            Target::Delete(path) => finish_delete(&work, path),
            Target::Snapshot(id) => match work.catalog {
                Some(catalog) => discard_snapshot(&work, id, catalog),
                None => Ok(()),
            },
            _ => continue,
        };
        settle(&mut done, at, removed.map(|()| Done::Freed(action.bytes)))?;
    }
    // Only now: on a full disk the files had to make room first.
    let mut inspection = inspect(work.paths)?;
    inspection.usable(Need::Latest)?;
    let mut databases = Vec::new();
    for kind in DatabaseKind::WORKSPACE {
        databases.extend(inspection.writer(kind, work.writer)?);
    }
    let of = |kind: DatabaseKind| databases.iter().find(|database| database.kind() == kind);
    for (at, action) in plan.actions.iter().enumerate() {
        let Target::Rows(kind, table) = action.target else { continue };
        let Some(database) = of(kind) else { continue };
        let expired = database.write(|tx| tx.run(|c| history::expire(c, kind, table, work.cutoffs)));
        settle(&mut done, at, expired.map(|_: u64| Done::Freed(action.bytes)).map_err(GcError::Db))?;
    }
    if let Some(drift) = of(DatabaseKind::Drift) {
        record(drift, plan, &done, work.now)?;
    }
    for (at, action) in plan.actions.iter().enumerate() {
        let result = match action.target {
            Target::Pages(kind) => of(kind).map(|database| free_pages(database, &work)),
            Target::Statistics(kind) => of(kind).map(|database| refresh(database, &work)),
            _ => None,
        };
        if let Some(result) = result {
            settle(&mut done, at, result)?;
        }
    }
    Ok(done)
}

/// Rewrites one database, under the exclusive workspace lock. Short of space it is skipped, unless it was asked
/// for: then that is an error.
pub fn compact(
    paths: &WorkspacePaths,
    kind: DatabaseKind,
    full: FullVacuum,
    now: &str,
    interrupt: &Arc<AtomicBool>,
    lock: &ExclusiveLock,
) -> Result<Done> {
    let path = paths.database(kind);
    let mut inspection = inspect(paths)?;
    inspection.usable(Need::Latest)?;
    let Some(database) = inspection.writer(kind, lock)? else {
        return Ok(Done::Skipped("there is no such database".into()));
    };
    let space = VacuumSpace::look(&path, database.read(page_facts)?);
    if !space.fits() {
        let VacuumSpace { dir, needed, available } = space;
        let available = available.unwrap_or(0);
        let error = GcError::NoSpace { dir, needed, available };
        return match full {
            FullVacuum::Asked => Err(error),
            FullVacuum::Automatic => Ok(Done::Skipped(error.to_string())),
        };
    }
    let detail = json!({ "vacuum": kind.name() });
    database.write(|tx| tx.run(|c| event::append(c, now, "gc", &detail)))?;
    drop(database);
    let compacted = vacuum(&path, kind, interrupt, lock)?;
    let pages = compacted.before.page_count.saturating_sub(compacted.after.page_count);
    let freed = pages * compacted.after.page_size;
    Ok(if compacted.folded { Done::Freed(freed) } else { Done::Pending(freed) })
}

fn check(interrupt: &AtomicBool) -> Result<()> {
    if interrupt.load(Ordering::Relaxed) { Err(DbError::Interrupted.into()) } else { Ok(()) }
}

fn finish_delete(work: &GcWork<'_>, path: &str) -> Result<()> {
    let dir = work.paths.root().join(path);
    if dir.starts_with(work.paths.backups_dir()) {
        return remove(&dir);
    }
    remove_ours(work.paths.root(), &dir).map(drop)
}

fn discard_snapshot(work: &GcWork<'_>, id: &drift_backup::SnapshotId, catalog: &ExclusiveLock) -> Result<()> {
    Ok(discard(&SnapshotStore::open(work.paths)?, id, catalog)?)
}

/// One event tells of the whole gc, whatever else of it fails.
fn record(database: &Database, plan: &GcPlan, done: &[Option<Done>], now: &str) -> Result<()> {
    let mut kinds = serde_json::Map::new();
    for (action, done) in plan.actions.iter().zip(done) {
        if matches!(done, Some(Done::Failed(_) | Done::Skipped(_))) {
            continue;
        }
        let count = kinds.entry(action.target.kind()).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    let detail = json!({ "actions": kinds, "bytes": plan.bytes() });
    Ok(database.write(|tx| tx.run(|c| event::append(c, now, "gc", &detail)))?)
}

fn free_pages(database: &Database, work: &GcWork<'_>) -> Result<Done> {
    let freed = vacuum_incrementally(database, work.max_pages, work.interrupt, work.writer)?;
    let bytes = freed.pages * database.read(page_facts)?.page_size;
    Ok(if freed.folded { Done::Freed(bytes) } else { Done::Pending(bytes) })
}

fn refresh(database: &Database, work: &GcWork<'_>) -> Result<Done> {
    match optimize(database, work.writer) {
        Ok(true) => Ok(Done::Freed(0)),
        Ok(false) => Ok(Done::Pending(0)),
        // Statistics are a help, not a promise.
        Err(DbError::NoSpace { .. }) => Ok(Done::Skipped("the disk is full".into())),
        Err(other) => Err(other.into()),
    }
}
