//! What the stored scan amounts to: counts and the first of long lists, of which the context is made.
//!
//! Rule: everything comes from the tables of one database at any version that this drift knows, and is bounded
//! by the limits that the caller sets, however large the repository. Lists have an order that does not depend on
//! that of rows.

mod check;

use std::collections::HashMap;

use rusqlite::{Connection, Params, Row};

use super::graph::{self, ProjectRow};
use super::scan::{self, ScanRow};
use super::workspace::{self, WorkspaceRow};
use super::{StoredPath, graph::WorkspaceRow as NativeRow};
use crate::tally::TextCounts;

pub use check::{CheckSummary, FindingText, LastResult, last_result, last_run, read_check};

/// How much of each list is told.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub projects: usize,
    pub problems: usize,
    /// Of every other list.
    pub others: usize,
}

/// The first of a list, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    pub count: usize,
    pub first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { count: 0, first: Vec::new() }
    }
}

/// A name and how often it occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub name: String,
    pub count: usize,
}

/// A language of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Language {
    pub name: String,
    pub files: usize,
    pub projects: usize,
}

/// A project and how many others depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankedProject {
    pub row: ProjectRow,
    pub dependents: usize,
}

/// What a scan could not take at its word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemText {
    pub file: StoredPath,
    pub line: Option<u32>,
    pub code: String,
    pub message: String,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub workspace: Option<WorkspaceRow>,
    /// The newest scan with its number.
    pub scan: Option<(i64, ScanRow)>,
    /// By projects, most first.
    pub ecosystems: Vec<Tally>,
    /// By dependents, then files, most first, then id.
    pub projects: Listed<RankedProject>,
    /// By projects, most first, then id.
    pub workspaces: Listed<(NativeRow, usize)>,
    /// By files, most first, then name.
    pub languages: Listed<Language>,
    /// By projects, most first, then name.
    pub frameworks: Listed<Tally>,
    pub edges: usize,
    /// By edges, most first.
    pub edge_kinds: Vec<Tally>,
    /// Projects that no other depends on.
    pub roots: usize,
    /// Names outside the repository that anything depends on, by ecosystem.
    pub externals: usize,
    /// In the order of the scan.
    pub problems: Listed<ProblemText>,
    /// By problems, most first.
    pub problem_codes: Vec<Tally>,
}

/// Reads the summary.
pub fn read(connection: &Connection, limits: Limits) -> rusqlite::Result<Summary> {
    let summary = read_but_files(connection, limits)?;
    Ok(summary.with_files(&files_by_language(connection)?, limits))
}

/// The same without what only the files tell: every language that a project names, of no file.
pub fn read_but_files(connection: &Connection, limits: Limits) -> rusqlite::Result<Summary> {
    let projects = graph::projects(connection)?;
    let workspaces = graph::workspaces(connection)?;
    let dependents = dependents(connection)?;
    let edge_kinds = tallies(connection, "SELECT kind, count(*) FROM project_edge GROUP BY kind")?;
    let problem_codes = tallies(connection, "SELECT code, count(*) FROM problem GROUP BY code")?;
    let mut in_workspace: HashMap<&str, usize> = HashMap::new();
    for id in projects.iter().filter_map(|row| row.workspace.as_deref()) {
        *in_workspace.entry(id).or_default() += 1;
    }
    let workspaces = (workspaces.into_iter())
        .map(|row| {
            let count = in_workspace.get(row.id.as_str()).copied().unwrap_or_default();
            (row, count)
        })
        .collect();
    let in_projects = count_names(projects.iter().flat_map(|row| row.languages.iter().map(String::as_str)));
    let in_projects: Vec<_> = (in_projects.into_iter())
        .map(|tally| Language { name: tally.name, files: 0, projects: tally.count })
        .collect();
    let ranked: Vec<_> = (projects.iter())
        .map(|row| RankedProject {
            dependents: dependents.get(&row.id).copied().unwrap_or_default(),
            row: row.clone(),
        })
        .collect();
    Ok(Summary {
        workspace: workspace::get(connection)?,
        scan: scan::last_with_id(connection)?,
        ecosystems: count_names(projects.iter().map(|row| row.ecosystem.as_str())),
        workspaces: first(workspaces, limits.others, |(row, count): &(NativeRow, usize)| {
            (usize::MAX - count, row.id.clone())
        }),
        languages: Listed { count: in_projects.len(), first: in_projects },
        frameworks: first(
            count_names(projects.iter().flat_map(|row| row.frameworks.iter().map(String::as_str))),
            limits.others,
            |tally| (usize::MAX - tally.count, tally.name.clone()),
        ),
        edges: edge_kinds.iter().map(|kind| kind.count).sum(),
        edge_kinds,
        roots: projects.len() - dependents.len(),
        externals: externals(connection)?,
        problems: Listed {
            count: problem_codes.iter().map(|code| code.count).sum(),
            first: problems(connection, limits.problems)?,
        },
        problem_codes,
        projects: first(ranked, limits.projects, |project| {
            let files = usize::try_from(project.row.files).unwrap_or_default();
            (usize::MAX - project.dependents, usize::MAX - files, project.row.id.clone())
        }),
    })
}

impl Summary {
    /// Makes what was read without the files complete: `files` is how many there are of each language.
    pub fn with_files(mut self, files: &HashMap<String, usize>, limits: Limits) -> Summary {
        let named = std::mem::take(&mut self.languages.first);
        let projects: HashMap<_, _> =
            named.into_iter().map(|language| (language.name, language.projects)).collect();
        let language = |(name, files): (&String, &usize)| Language {
            name: name.clone(),
            files: *files,
            projects: projects.get(name).copied().unwrap_or_default(),
        };
        self.languages = first(files.iter().map(language).collect(), limits.others, |language| {
            (usize::MAX - language.files, language.name.clone())
        });
        self
    }
}

/// The first `limit` in the order of `key`.
fn first<T, K: Ord>(mut all: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Listed<T> {
    all.sort_by_cached_key(key);
    let count = all.len();
    all.truncate(limit);
    Listed { count, first: all }
}

/// How often each name occurs, most first, then by name.
fn count_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Tally> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let tallies = counts.into_iter().map(|(name, count)| Tally { name: name.to_owned(), count });
    sorted(tallies.collect())
}

fn tallies(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<Tally>> {
    tallies_of(connection, sql, [])
}

fn tallies_of(connection: &Connection, sql: &str, of: impl Params) -> rusqlite::Result<Vec<Tally>> {
    let rows = connection
        .prepare(sql)?
        .query_map(of, |row| Ok(Tally { name: row.get(0)?, count: count(row, 1)? }))?
        .collect::<Result<_, _>>()?;
    Ok(sorted(rows))
}

fn sorted(mut tallies: Vec<Tally>) -> Vec<Tally> {
    tallies.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    tallies
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    row.get::<_, i64>(column).map(|number| usize::try_from(number).unwrap_or_default())
}

/// How many live projects depend on each project that any does, by id; on itself does not count.
fn dependents(connection: &Connection) -> rusqlite::Result<HashMap<String, usize>> {
    let mut statement = connection.prepare(
        "SELECT p.id, count(DISTINCT from_key) FROM project_edge JOIN project p ON p.key = to_key
         WHERE from_key <> to_key AND p.removed_at IS NULL GROUP BY to_key",
    )?;
    statement.query_map([], |row| Ok((row.get(0)?, count(row, 1)?)))?.collect()
}

/// How many files there are of each language. Counted here, because SQLite would sort every row of the largest table
/// to group them.
pub fn files_by_language(connection: &Connection) -> rusqlite::Result<HashMap<String, usize>> {
    let mut statement = connection.prepare("SELECT language FROM file WHERE language IS NOT NULL")?;
    let mut rows = statement.query([])?;
    let mut counts = TextCounts::default();
    while let Some(row) = rows.next()? {
        counts.add(row.get_ref(0)?.as_str()?);
    }
    Ok(counts.finish())
}

/// npm's `react` and Cargo's are two.
fn externals(connection: &Connection) -> rusqlite::Result<usize> {
    let names = "SELECT count(*) FROM (SELECT DISTINCT p.ecosystem, d.name FROM external_dependency d
                 JOIN project p ON p.key = d.project WHERE p.removed_at IS NULL)";
    connection.query_row(names, [], |row| count(row, 0))
}

/// The columns that every version has, in the order in which the rows were written.
fn problems(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<ProblemText>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement =
        connection.prepare("SELECT file, line, code, message FROM problem ORDER BY rowid LIMIT ?")?;
    let rows = statement.query_map([limit], |row| {
        Ok(ProblemText { file: row.get(0)?, line: row.get(1)?, code: row.get(2)?, message: row.get(3)? })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests;
