//! `check_run`, `finding`, `gate_result`: what checks said that were recorded, for comparison and for trends.
//!
//! Rules: a row of a project carries its key, so a project that moves keeps its findings; a run is written
//! whole, in its caller's transaction, and never changed; removing one removes what it said.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoredPath;

/// One check that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub id: i64,
    /// RFC 3339, UTC.
    pub checked_at: String,
    /// The commit that was checked out.
    pub git_head: Option<String>,
    pub git_branch: Option<String>,
    /// Whether a pull request was checked; `git_branch` is then its source, which may be called as any branch.
    pub pull_request: bool,
}

/// What a check held against a project, or against the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The key of the project; `None` for the workspace.
    pub project: Option<i64>,
    pub rule: String,
    /// What it is about: with rule and project, which finding it is.
    pub subject: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    pub file: StoredPath,
    pub line: Option<u32>,
    pub message: String,
}

/// How a project, or the workspace, came out of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateRow {
    /// The key of the project; `None` for the workspace.
    pub project: Option<i64>,
    /// 0 to 100.
    pub health: u8,
    /// `pass` or `fail`.
    pub gate: String,
    pub errors: u32,
    pub warnings: u32,
    pub infos: u32,
}

/// A finding that was recorded, as much of it as tells whether another one is the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownFinding {
    /// The id that the project has by now; `None` for the workspace.
    pub project: Option<String>,
    pub rule: String,
    pub subject: String,
}

/// A result of a project in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastGate {
    /// The id that the project has by now; `None` for the workspace.
    pub project: Option<String>,
    pub checked_at: String,
    pub row: GateRow,
}

/// Writes a run with everything it said; returns its id. `run.id` is not looked at.
pub fn record(
    tx: &Connection,
    run: &RunRow,
    findings: &[FindingRow],
    gates: &[GateRow],
) -> rusqlite::Result<i64> {
    tx.execute(
        "INSERT INTO check_run (checked_at, git_head, git_branch, pull_request) VALUES (?, ?, ?, ?)",
        params![run.checked_at, run.git_head, run.git_branch, run.pull_request],
    )?;
    let id = tx.last_insert_rowid();
    let mut insert = tx.prepare(
        "INSERT INTO finding (run, project, rule, subject, severity, file, line, message)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for finding in findings {
        let FindingRow { project, rule, subject, severity, file, line, message } = finding;
        insert.execute(params![id, project, rule, subject, severity, file, line, message])?;
    }
    let mut insert = tx.prepare(
        "INSERT INTO gate_result (run, project, health, gate, errors, warnings, infos) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for result in gates {
        let GateRow { project, health, gate, errors, warnings, infos } = result;
        insert.execute(params![id, project, health, gate, errors, warnings, infos])?;
    }
    Ok(id)
}

const RUN: &str = "SELECT id, checked_at, git_head, git_branch, pull_request FROM check_run";

/// The run of that id.
pub fn run(connection: &Connection, id: i64) -> rusqlite::Result<Option<RunRow>> {
    connection.query_row(&format!("{RUN} WHERE id = ?"), [id], run_from_row).optional()
}

/// The newest run, whoever made it.
pub fn newest(connection: &Connection) -> rusqlite::Result<Option<RunRow>> {
    connection.query_row(&format!("{RUN} ORDER BY id DESC LIMIT 1"), [], run_from_row).optional()
}

/// The newest run that a check of `branch` may be compared with: none that a pull request made, but for those of
/// `own_pull_request`, the branch whose pull request is being checked.
pub fn last(connection: &Connection, own_pull_request: Option<&str>) -> rusqlite::Result<Option<RunRow>> {
    let sql = format!("{RUN} WHERE pull_request = 0 OR git_branch = ? ORDER BY id DESC LIMIT 1");
    connection.query_row(&sql, [own_pull_request], run_from_row).optional()
}

/// What a run held against projects that are still known and against the workspace, sorted.
pub fn known(connection: &Connection, run: i64) -> rusqlite::Result<Vec<KnownFinding>> {
    let mut statement = connection.prepare(
        "SELECT p.id, f.rule, f.subject FROM finding f LEFT JOIN project p ON p.key = f.project
         WHERE f.run = ? ORDER BY 1, 2, 3",
    )?;
    let rows = statement.query_map([run], |row| {
        Ok(KnownFinding { project: row.get(0)?, rule: row.get(1)?, subject: row.get(2)? })
    })?;
    rows.collect()
}

/// How every project, and first the workspace, came out of a run.
pub fn gates(connection: &Connection, run: i64) -> rusqlite::Result<Vec<PastGate>> {
    past(connection, "g.run = ? ORDER BY p.id", [run])
}

/// How one project (by its key), or the workspace, came out of every run that is remembered, the newest first.
pub fn trend(connection: &Connection, project: Option<i64>) -> rusqlite::Result<Vec<PastGate>> {
    past(connection, "g.project IS ? ORDER BY g.run DESC", [project])
}

fn past(
    connection: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> rusqlite::Result<Vec<PastGate>> {
    let mut statement = connection.prepare(&format!(
        "SELECT p.id, r.checked_at, g.project, g.health, g.gate, g.errors, g.warnings, g.infos
         FROM gate_result g JOIN check_run r ON r.id = g.run LEFT JOIN project p ON p.key = g.project
         WHERE {condition}"
    ))?;
    let rows = statement.query_map(parameters, |row| {
        let gate = GateRow {
            project: row.get(2)?,
            health: row.get(3)?,
            gate: row.get(4)?,
            errors: row.get(5)?,
            warnings: row.get(6)?,
            infos: row.get(7)?,
        };
        Ok(PastGate { project: row.get(0)?, checked_at: row.get(1)?, row: gate })
    })?;
    rows.collect()
}

fn run_from_row(row: &Row) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        id: row.get(0)?,
        checked_at: row.get(1)?,
        git_head: row.get(2)?,
        git_branch: row.get(3)?,
        pull_request: row.get(4)?,
    })
}

#[cfg(test)]
pub(in crate::store) mod tests;
