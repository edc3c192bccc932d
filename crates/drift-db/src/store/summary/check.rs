//! What the newest recorded check amounts to.

use rusqlite::{Connection, OptionalExtension};

use super::{Limits, Listed, Tally, first, tallies_of};
use crate::store::StoredPath;
use crate::store::finding::{self, PastGate, RunRow};

/// The newest recorded check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckSummary {
    pub run: RunRow,
    /// Of the workspace, where the run has one.
    pub workspace: Option<PastGate>,
    /// Projects whose gate failed.
    pub failed: usize,
    /// Failed ones first, then those of the worst health, then by id.
    pub projects: Listed<PastGate>,
    /// Errors first, in the order in which they were recorded.
    pub findings: Listed<FindingText>,
    /// By findings, most first.
    pub rules: Vec<Tally>,
}

/// A recorded finding, for reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingText {
    pub rule: String,
    pub severity: String,
    /// The id that the project has by now; `None` for the workspace.
    pub project: Option<String>,
    pub file: StoredPath,
    pub line: Option<u32>,
    pub message: String,
}

/// The number of the newest recorded check; none in a database whose schema is older than checks.
pub fn last_run(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    if !has_checks(connection)? {
        return Ok(None);
    }
    // Ids only grow, so this reads one row however many there are.
    connection.query_row("SELECT max(id) FROM check_run", [], |row| row.get(0))
}

/// The gate of the workspace in the newest recorded check.
pub fn last_gate(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let Some(run) = last_run(connection)? else { return Ok(None) };
    let gate = "SELECT gate FROM gate_result WHERE run = ? AND project IS NULL";
    connection.query_row(gate, [run], |row| row.get(0)).optional()
}

/// Reads the summary; findings are bounded as problems are.
pub fn read_check(connection: &Connection, limits: Limits) -> rusqlite::Result<Option<CheckSummary>> {
    if !has_checks(connection)? {
        return Ok(None);
    }
    let Some(run) = finding::newest(connection)? else { return Ok(None) };
    let (of_workspace, of_projects): (Vec<_>, Vec<_>) =
        finding::gates(connection, run.id)?.into_iter().partition(|gate| gate.row.project.is_none());
    let rules =
        tallies_of(connection, "SELECT rule, count(*) FROM finding WHERE run = ? GROUP BY rule", [run.id])?;
    Ok(Some(CheckSummary {
        workspace: of_workspace.into_iter().next(),
        failed: of_projects.iter().filter(|gate| failed(gate)).count(),
        projects: first(of_projects, limits.others, |gate| {
            (!failed(gate), gate.row.health, gate.project.clone())
        }),
        findings: Listed {
            count: rules.iter().map(|rule| rule.count).sum(),
            first: texts(connection, run.id, limits.problems)?,
        },
        rules,
        run,
    }))
}

fn failed(gate: &PastGate) -> bool {
    gate.row.gate == "fail"
}

fn has_checks(connection: &Connection) -> rusqlite::Result<bool> {
    const SINCE: u32 = 4;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version >= SINCE)
}

fn texts(connection: &Connection, run: i64, limit: usize) -> rusqlite::Result<Vec<FindingText>> {
    let mut statement = connection.prepare(
        "SELECT rule, severity, p.id, file, line, message FROM finding f LEFT JOIN project p ON p.key = f.project
         WHERE run = ?
         ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, f.id LIMIT ?",
    )?;
    let rows = statement.query_map((run, i64::try_from(limit).unwrap_or(i64::MAX)), |row| {
        Ok(FindingText {
            rule: row.get(0)?,
            severity: row.get(1)?,
            project: row.get(2)?,
            file: row.get(3)?,
            line: row.get(4)?,
            message: row.get(5)?,
        })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests;
