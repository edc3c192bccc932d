//! `baseline`: which recorded check a branch is measured by.
//!
//! Rule: what a pull request made is for the pull requests of that branch alone. Anybody can call the source of
//! a pull request `main`, so such a baseline is kept beside the one of the branch, never in its place.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::finding::RunRow;

/// What a branch is measured by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineRow {
    /// Empty outside git.
    pub branch: String,
    /// Whether a pull request made it.
    pub pull_request: bool,
    pub git_head: Option<String>,
    /// The recorded check.
    pub run: i64,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// When somebody last compared with it and was allowed to write that down.
    pub used_at: String,
}

/// Who asks for a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker<'a> {
    /// The branch that is checked; empty outside git.
    pub branch: &'a str,
    /// Whether it is checked for a pull request.
    pub pull_request: bool,
}

/// Makes a recorded run the baseline of the branch that it is of, in place of the one before.
pub fn keep(tx: &Connection, run: &RunRow, now: &str) -> rusqlite::Result<BaselineRow> {
    let row = BaselineRow {
        branch: run.git_branch.clone().unwrap_or_default(),
        pull_request: run.pull_request,
        git_head: run.git_head.clone(),
        run: run.id,
        created_at: now.to_owned(),
        used_at: now.to_owned(),
    };
    tx.execute(
        "INSERT INTO baseline (branch, pull_request, git_head, run, created_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (branch, pull_request) DO UPDATE SET git_head = ?3, run = ?4, created_at = ?5, used_at = ?5",
        params![row.branch, row.pull_request, row.git_head, row.run, now],
    )?;
    Ok(row)
}

/// The baseline of `branch` that `asker` may be measured by: the one of the branch itself, else, if it is the
/// asker's own and a pull request is checked, the one that its pull request made.
pub fn of_branch(
    connection: &Connection,
    branch: &str,
    asker: Asker<'_>,
) -> rusqlite::Result<Option<BaselineRow>> {
    let own = asker.pull_request && asker.branch == branch;
    let sql = format!("{BASELINE} WHERE branch = ? AND pull_request <= ? ORDER BY pull_request LIMIT 1");
    connection.query_row(&sql, params![branch, own], from_row).optional()
}

/// Every baseline, by branch.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<BaselineRow>> {
    let mut statement = connection.prepare(&format!("{BASELINE} ORDER BY branch, pull_request"))?;
    let rows = statement.query_map([], from_row)?;
    rows.collect()
}

/// Notes that somebody compared with it.
pub fn touch(tx: &Connection, row: &BaselineRow, now: &str) -> rusqlite::Result<()> {
    let parameters = params![now, row.branch, row.pull_request];
    tx.execute("UPDATE baseline SET used_at = ? WHERE branch = ? AND pull_request = ?", parameters).map(drop)
}

const BASELINE: &str = "SELECT branch, pull_request, git_head, run, created_at, used_at FROM baseline";

fn from_row(row: &Row) -> rusqlite::Result<BaselineRow> {
    Ok(BaselineRow {
        branch: row.get(0)?,
        pull_request: row.get(1)?,
        git_head: row.get(2)?,
        run: row.get(3)?,
        created_at: row.get(4)?,
        used_at: row.get(5)?,
    })
}

#[cfg(test)]
mod tests;
