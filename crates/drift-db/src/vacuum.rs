//! Free pages: how many there are, and giving them back to the file system.
//!
//! Rules: `PRAGMA incremental_vacuum` frees one page for every row that is read from it, so all rows are read
//! (run as a statement without rows it frees a single page); the file shrinks only with the checkpoint that
//! follows, whose own answer is looked at; everything works in steps that need little space, so that it also
//! works where the disk is full.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use crate::connection::{self, Access};
use crate::database::Database;
use crate::error::{DbError, Result, SqlContext};
use crate::filesystem::free_bytes;
use crate::integrity;
use crate::kind::DatabaseKind;
use crate::lock::ExclusiveLock;
use crate::paths::database_set;
use crate::state::{self, Need};

/// Pages that one transaction frees at most: their copies fill the WAL until it is folded back.
const BATCH: u64 = 1024;
/// Below so many pages every query is fast, and statistics would only take space.
const WORTH_ANALYSING: u64 = 512;

/// How the pages of a database are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Bytes.
    pub page_size: u64,
    pub page_count: u64,
    /// Pages that hold nothing.
    pub freelist_count: u64,
    /// Whether free pages can be given back without rewriting the file.
    pub is_incremental: bool,
}

impl PageFacts {
    /// Whether the share of free pages is above `percent`.
    pub fn exceeds(&self, percent: u64) -> bool {
        self.freelist_count * 100 > self.page_count * percent
    }
}

/// Reads the facts off the header; the time does not depend on the size.
pub fn page_facts(connection: &Connection) -> rusqlite::Result<PageFacts> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    Ok(PageFacts {
        page_size: number("page_size")?.unsigned_abs(),
        page_count: number("page_count")?.unsigned_abs(),
        freelist_count: number("freelist_count")?.unsigned_abs(),
        is_incremental: number("auto_vacuum")? == 2,
    })
}

/// What a table takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSize {
    pub name: String,
    /// Bytes of its pages, without its indexes.
    pub bytes: u64,
    /// Bytes of the pages of its indexes.
    pub index_bytes: u64,
}

/// What every table takes, the largest first. Reads every page of the database.
pub fn table_sizes(connection: &Connection) -> rusqlite::Result<Vec<TableSize>> {
    let mut statement = connection.prepare(
        "SELECT coalesce(o.tbl_name, s.name) AS tbl,
                sum(CASE WHEN o.type = 'index' THEN 0 ELSE s.pgsize END) AS data,
                sum(CASE WHEN o.type = 'index' THEN s.pgsize ELSE 0 END) AS indexes
         FROM dbstat('main', 1) s LEFT JOIN sqlite_schema o ON o.name = s.name
         GROUP BY tbl ORDER BY data + indexes DESC, tbl",
    )?;
    let rows = statement.query_map([], |row| {
        let bytes = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
        Ok(TableSize { name: row.get(0)?, bytes: bytes(1)?, index_bytes: bytes(2)? })
    })?;
    rows.collect()
}

/// What an incremental vacuum did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vacuumed {
    /// Pages given back.
    pub pages: u64,
    /// Whether the WAL was folded back; if not, another program still reads the old state.
    pub folded: bool,
}

/// Frees up to `limit` pages, all without one, then folds the WAL back so that the file shrinks.
pub fn vacuum_incrementally(
    database: &Database,
    limit: Option<u64>,
    interrupt: &Arc<AtomicBool>,
    _lock: &ExclusiveLock,
) -> Result<Vacuumed> {
    database.with_writer(|connection, path| {
        integrity::stop_on(connection, interrupt).at(path)?;
        let before = page_facts(connection).at(path)?.freelist_count;
        let wanted = limit.unwrap_or(u64::MAX).min(before);
        let (mut left, mut batch) = (wanted, BATCH);
        while left > 0 {
            if interrupt.load(Ordering::Relaxed) {
                return Err(DbError::Interrupted);
            }
            match free_pages(connection, batch.min(left)).at(path) {
                // A database without the means to be vacuumed in steps.
                Ok(0) => break,
                Ok(freed) => left = left.saturating_sub(freed),
                Err(DbError::NoSpace { .. }) if batch > 1 => {
                    // What earlier steps wrote to the WAL makes room once it is in the database.
                    batch /= 8;
                    fold(connection).at(path)?;
                }
                Err(other) => return Err(other),
            }
        }
        let folded = fold(connection).at(path)?;
        let after = page_facts(connection).at(path)?.freelist_count;
        Ok(Vacuumed { pages: before.saturating_sub(after), folded })
    })
}

/// Frees `pages` pages in one transaction; every row that is read is one page.
fn free_pages(connection: &Connection, pages: u64) -> rusqlite::Result<u64> {
    let before = page_facts(connection)?.freelist_count;
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    drop(statement);
    Ok(before.saturating_sub(page_facts(connection)?.freelist_count))
}

/// Folds the WAL back and cuts it to nothing. Returns whether all of it could be; without WAL there is nothing
/// to fold.
fn fold(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}

/// Brings the statistics of the query planner up to date where that pays, then folds the WAL back. Returns
/// whether it could be folded.
pub fn optimize(database: &Database, _lock: &ExclusiveLock) -> Result<bool> {
    database.with_writer(|connection, path| {
        // 0x10000 also looks at tables that this connection has not read
        // (https://sqlite.org/pragma.html#pragma_optimize).
        if page_facts(connection).at(path)?.page_count >= WORTH_ANALYSING {
            let mut statement = connection.prepare("PRAGMA optimize = 0x10002").at(path)?;
            let mut rows = statement.query([]).at(path)?;
            while rows.next().at(path)?.is_some() {}
        }
        fold(connection).at(path)
    })
}

/// What rewriting a whole database needs and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VacuumSpace {
    pub dir: PathBuf,
    pub needed: u64,
    /// `None` where it cannot be told.
    pub available: Option<u64>,
}

impl VacuumSpace {
    /// A rewritten copy and the WAL through which it comes back lie beside the database at the same time.
    pub fn look(path: &Path, facts: PageFacts) -> VacuumSpace {
        let dir = path.parent().unwrap_or(path).to_path_buf();
        let needed = facts.page_count.saturating_mul(facts.page_size).saturating_mul(2);
        let available = free_bytes(&dir);
        VacuumSpace { dir, needed, available }
    }

    /// Whether it fits, as far as can be told.
    pub fn fits(&self) -> bool {
        self.available.is_none_or(|available| available >= self.needed)
    }
}

/// What a full vacuum did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    pub before: PageFacts,
    pub after: PageFacts,
    /// Whether the WAL was folded back; if not, another program still reads the old state.
    pub folded: bool,
}

/// Rewrites a database without free pages, under the exclusive workspace lock. Killed or out of space, it is as
/// it was.
pub fn vacuum(
    path: &Path,
    kind: DatabaseKind,
    interrupt: &Arc<AtomicBool>,
    _lock: &ExclusiveLock,
) -> Result<Compacted> {
    let found = state::find(path, kind)?;
    found.usable(Need::Latest)?;
    drop(found);
    let connection = connection::open(path, Access::Write)?;
    integrity::stop_on(&connection, interrupt).at(path)?;
    let before = page_facts(&connection).at(path)?;
    // Takes effect with the VACUUM where the file was made without it.
    connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;").at(path)?;
    let folded = fold(&connection).at(path)?;
    let after = page_facts(&connection).at(path)?;
    connection.close().map_err(|(_, why)| why).at(path)?;
    Ok(Compacted { before, after, folded })
}

/// Bytes of a database and of what of its changes is not in it yet.
pub fn file_bytes(path: &Path) -> (u64, u64) {
    let [main, wal, _, journal] =
        database_set(path).map(|file| file.symlink_metadata().map_or(0, |meta| meta.len()));
    (main, wal + journal)
}

#[cfg(test)]
mod tests;
