//! `scan`: each scan with its counts, so that `status` counts nothing; and `problem`, `manifest`: what the last
//! one said and what it depends on.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoredPath;

/// One scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanRow {
    /// `init` or `scan`.
    pub command: String,
    /// RFC 3339, UTC.
    pub started_at: String,
    pub finished_at: String,
    pub git_head: Option<String>,
    pub git_branch: Option<String>,
    pub files: i64,
    pub added: i64,
    pub changed: i64,
    pub removed: i64,
    pub rehashed: i64,
    pub projects: i64,
    pub edges: i64,
    pub problems: i64,
}

const COLUMNS: &str = "command, started_at, finished_at, git_head, git_branch, files, added, changed, removed, \
                       rehashed, projects, edges, problems";

/// Appends a scan.
pub fn append(tx: &Connection, scan: &ScanRow) -> rusqlite::Result<()> {
    let sql = format!("INSERT INTO scan ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    tx.execute(
        &sql,
        params![
            scan.command,
            scan.started_at,
            scan.finished_at,
            scan.git_head,
            scan.git_branch,
            scan.files,
            scan.added,
            scan.changed,
            scan.removed,
            scan.rehashed,
            scan.projects,
            scan.edges,
            scan.problems,
        ],
    )
    .map(drop)
}

/// The newest scan.
pub fn last(connection: &Connection) -> rusqlite::Result<Option<ScanRow>> {
    let sql = format!("SELECT {COLUMNS} FROM scan ORDER BY id DESC LIMIT 1");
    connection.query_row(&sql, [], from_row).optional()
}

/// The newest scan with its number, which no later one has.
pub fn last_with_id(connection: &Connection) -> rusqlite::Result<Option<(i64, ScanRow)>> {
    let sql = format!("SELECT {COLUMNS}, id FROM scan ORDER BY id DESC LIMIT 1");
    connection.query_row(&sql, [], |row| Ok((row.get("id")?, from_row(row)?))).optional()
}

fn from_row(row: &Row) -> rusqlite::Result<ScanRow> {
    Ok(ScanRow {
        command: row.get(0)?,
        started_at: row.get(1)?,
        finished_at: row.get(2)?,
        git_head: row.get(3)?,
        git_branch: row.get(4)?,
        files: row.get(5)?,
        added: row.get(6)?,
        changed: row.get(7)?,
        removed: row.get(8)?,
        rehashed: row.get(9)?,
        projects: row.get(10)?,
        edges: row.get(11)?,
        problems: row.get(12)?,
    })
}

/// What discovery could not take at its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    pub file: StoredPath,
    pub line: Option<u32>,
    pub code: String,
    pub message: String,
    /// The key of the project whose directory holds the file.
    pub project: Option<i64>,
}

/// The problems of the last scan, in its order.
pub fn problems(connection: &Connection) -> rusqlite::Result<Vec<ProblemRow>> {
    let mut statement =
        connection.prepare("SELECT file, line, code, message, project FROM problem ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok(ProblemRow {
            file: row.get(0)?,
            line: row.get(1)?,
            code: row.get(2)?,
            message: row.get(3)?,
            project: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Replaces the problems, unless they are the same. Returns whether they differed.
pub fn replace_problems(tx: &Connection, problems: &[ProblemRow]) -> rusqlite::Result<bool> {
    if self::problems(tx)? == problems {
        return Ok(false);
    }
    tx.execute("DELETE FROM problem", [])?;
    let mut insert =
        tx.prepare("INSERT INTO problem (file, line, code, message, project) VALUES (?, ?, ?, ?, ?)")?;
    for problem in problems {
        let ProblemRow { file, line, code, message, project } = problem;
        insert.execute(params![file, line, code, message, project])?;
    }
    Ok(true)
}

/// A file that the graph depends on; without a stamp it was absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestRow {
    pub path: StoredPath,
    pub stamp: Option<Stamp>,
}

/// What tells cheaply that a file is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: i64,
    /// Nanoseconds since 1970.
    pub mtime: i64,
}

/// The files that the graph depends on, by path.
pub fn manifests(connection: &Connection) -> rusqlite::Result<Vec<ManifestRow>> {
    let mut statement = connection.prepare("SELECT path, size, mtime FROM manifest ORDER BY path")?;
    let rows = statement.query_map([], |row| {
        let stamp = match (row.get(1)?, row.get(2)?) {
            (Some(size), Some(mtime)) => Some(Stamp { size, mtime }),
            _ => None,
        };
        Ok(ManifestRow { path: row.get(0)?, stamp })
    })?;
    rows.collect()
}

/// Replaces the list, unless it is the same; `manifests` is sorted by path. Returns whether it differed.
pub fn replace_manifests(tx: &Connection, manifests: &[ManifestRow]) -> rusqlite::Result<bool> {
    if self::manifests(tx)? == manifests {
        return Ok(false);
    }
    tx.execute("DELETE FROM manifest", [])?;
    let mut insert = tx.prepare("INSERT INTO manifest (path, size, mtime) VALUES (?, ?, ?)")?;
    for manifest in manifests {
        let stamp = manifest.stamp;
        insert.execute(params![manifest.path, stamp.map(|s| s.size), stamp.map(|s| s.mtime)])?;
    }
    Ok(true)
}
