//! Migrating the databases of a workspace: rehearsed on a copy, then done in place.

use std::path::Path;

use super::{Author, MigrationEvent, MigrationPlan, walk};
use crate::connection::{self, Access};
use crate::copy::{PinnedSource, Watch};
use crate::error::{DbError, Result, SqlContext};
use crate::gate::{self, Gate};
use crate::integrity::Level;
use crate::lock::ExclusiveLock;
use crate::paths::{WorkspacePaths, database_set};
use crate::private::{Check, Vetted, vet};

/// Witness that a verified snapshot of every database that is about to change exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetySnapshot {
    /// Its id, for the way back.
    pub id: String,
}

/// Walks a private copy in `staging`, and checks what must hold: the schema, the structure, foreign keys, and
/// that no table that stays lost a row. The copy is gone afterwards, whatever came of it.
pub fn rehearse(
    paths: &WorkspacePaths,
    plan: &MigrationPlan,
    staging: &Path,
    author: &Author,
    watch: Watch<'_>,
) -> Result<()> {
    let copy = staging.join(plan.kind.file_name());
    let rehearsed = try_rehearse(paths, plan, &copy, author, watch);
    for file in database_set(&copy) {
        // What cannot be removed is staging, and swept as such.
        let _ = std::fs::remove_file(file);
    }
    rehearsed
}

fn try_rehearse(
    paths: &WorkspacePaths,
    plan: &MigrationPlan,
    copy: &Path,
    author: &Author,
    watch: Watch<'_>,
) -> Result<()> {
    PinnedSource::open(&paths.database(plan.kind), plan.kind)?.copy_to(copy, watch)?;
    let sound = |vetted: Vetted| match vetted.findings.first() {
        None => Ok(vetted),
        Some(finding) => Err(failed(paths, plan, finding.message.clone())),
    };
    let before = sound(vet(copy, plan.kind, Check::Level(Level::Full), watch.interrupt)?)?;
    let mut connection = connection::open(copy, Access::Write)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;").at(copy)?;
    walk(&mut connection, copy, plan.kind, plan.to, author, &mut |_| {})?;
    connection.close().map_err(|(_, why)| why).at(copy)?;
    let after = sound(vet(copy, plan.kind, Check::Level(Level::Full), watch.interrupt)?)?;
    for (table, rows) in &before.rows {
        let added_by_the_walk = matches!(table.as_str(), "event" | "migration_history");
        match after.rows.get(table) {
            Some(left) if left != rows && !added_by_the_walk => {
                return Err(failed(paths, plan, format!("{table} would go from {rows} rows to {left}")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Migrates the live database: one transaction, so that it is old or new afterwards. `_safety` is the way
/// back, `_lock` keeps every other drift out.
pub fn apply(
    paths: &WorkspacePaths,
    plan: &MigrationPlan,
    author: &Author,
    on: &mut dyn FnMut(MigrationEvent),
    _safety: &SafetySnapshot,
    _lock: &ExclusiveLock,
) -> Result<()> {
    let path = paths.database(plan.kind);
    let mut connection = connection::open(&path, Access::Write)?;
    // Read again under the lock: the plan may be older than it.
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).at(&path)?;
    if version != i64::from(plan.from) {
        return Err(failed(paths, plan, format!("it has changed to version {version} meanwhile")));
    }
    walk(&mut connection, &path, plan.kind, plan.to, author, on)?;
    match gate::check(&connection, plan.kind).at(&path)? {
        Gate::Known { version, findings } if version == plan.to && findings.iter().all(|f| !f.refused) => {}
        gate => return Err(failed(paths, plan, format!("it is not what was rehearsed: {gate:?}"))),
    }
    connection.close().map_err(|(_, why)| why).at(&path)
}

fn failed(paths: &WorkspacePaths, plan: &MigrationPlan, detail: String) -> DbError {
    DbError::MigrationRefused { path: paths.database(plan.kind), from: plan.from, to: plan.to, detail }
}
