//! The sections that a scan writes: from what the tables amount to, to the JSON that `docs/context.md` describes.
//!
//! Rule: a section is a pure function of the rows, so that it can be made anew at any time; it is bounded, in its
//! lists and in every text, however large or hostile the repository is.

use std::borrow::Cow;

use drift_db::store::summary::{
    CheckSummary, Language, Limits, Listed, ProblemText, RankedProject, Summary, Tally,
};
use drift_db::store::{graph::WorkspaceRow, scan::ScanRow};
use serde_json::{Value, json};

use crate::ops::wire;

/// What the sections say and how; a context of another format is made anew.
pub(super) const FORMAT: u64 = 1;

/// How much of each list is told.
pub(super) const LIMITS: Limits = Limits { projects: 100, problems: 20, others: 50 };

/// Characters of a text that came from a file of the repository.
const TEXT: usize = 200;

/// Languages and frameworks of one project.
const NAMES: usize = 10;

/// Every section, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Projects,
    Workspaces,
    Languages,
    Frameworks,
    Graph,
    Problems,
    /// Written by `check --record`.
    Health,
    /// Written by `check --record`.
    Findings,
    /// Read from the catalog.
    Backups,
    /// Read from cortex.db.
    Memory,
}

impl Section {
    pub(crate) const ALL: [Section; 11] = [
        Section::Overview,
        Section::Projects,
        Section::Workspaces,
        Section::Languages,
        Section::Frameworks,
        Section::Graph,
        Section::Problems,
        Section::Health,
        Section::Findings,
        Section::Backups,
        Section::Memory,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Section::Overview => "overview",
            Section::Projects => "projects",
            Section::Workspaces => "workspaces",
            Section::Languages => "languages",
            Section::Frameworks => "frameworks",
            Section::Graph => "graph",
            Section::Problems => "problems",
            Section::Health => "health",
            Section::Findings => "findings",
            Section::Backups => "backups",
            Section::Memory => "memory",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.name() == name)
    }

    /// Whether a scan writes it; a check writes the others that are kept.
    pub(super) fn is_of_scan(self) -> bool {
        !matches!(self, Section::Health | Section::Findings | Section::Backups | Section::Memory)
    }
}

/// What a scan tells, section by section.
pub(super) fn of_scan(summary: &Summary) -> Vec<(Section, Value)> {
    vec![
        (Section::Overview, overview(summary)),
        (Section::Projects, projects(summary)),
        (Section::Workspaces, listed(&summary.workspaces, |(row, projects)| workspace(row, *projects))),
        (Section::Languages, listed(&summary.languages, language)),
        (Section::Frameworks, listed(&summary.frameworks, |tally| counted(tally, "projects"))),
        (Section::Graph, graph(summary)),
        (Section::Problems, problems(summary)),
    ]
}

/// What the newest recorded check tells; nothing where none was.
pub(super) fn of_check(check: Option<&CheckSummary>) -> Vec<(Section, Value)> {
    let told = |check| [(Section::Health, health(check)), (Section::Findings, findings(check))];
    check.map(told).into_iter().flatten().collect()
}

/// Whether `overview` was made by this format of what `workspace` and `scan` say.
pub(super) fn is_in_step(overview: &Value, name: Option<&str>, scan: Option<i64>) -> bool {
    overview["format"] == FORMAT
        && overview["name"].as_str().map(Cow::Borrowed) == name.map(clip)
        && overview["scan"]["id"].as_i64() == scan
}

/// The overview after a scan that found nothing new.
pub(super) fn with_scan(mut overview: Value, id: i64, row: &ScanRow) -> Value {
    overview["scan"] = scan(id, row);
    overview
}

/// Whether `health` was made by this format of the check of that number.
pub(super) fn is_of_run(health: Option<&Value>, run: Option<i64>) -> bool {
    match health {
        None => run.is_none(),
        Some(health) => health["format"] == FORMAT && health["run"].as_i64() == run,
    }
}

fn overview(summary: &Summary) -> Value {
    let scan = summary.scan.as_ref().map(|(id, row)| scan(*id, row));
    let counts = summary.scan.as_ref().map(|(_, row)| row.clone()).unwrap_or_default();
    json!({
        "format": FORMAT,
        "name": summary.workspace.as_ref().map(|row| clip(&row.name)),
        "id": summary.workspace.as_ref().map(|row| clip(&row.id)),
        "scan": scan,
        "files": counts.files,
        "projects": summary.projects.count,
        "edges": summary.edges,
        "problems": summary.problems.count,
        "ecosystems": summary.ecosystems.iter().map(|tally| counted(tally, "projects")).collect::<Vec<_>>(),
    })
}

fn scan(id: i64, row: &ScanRow) -> Value {
    let text = |text: &Option<String>| text.as_deref().map(clip).map(Cow::into_owned);
    json!({
        "id": id,
        "at": row.started_at,
        "command": row.command,
        "git_head": text(&row.git_head),
        "git_branch": text(&row.git_branch),
    })
}

fn projects(summary: &Summary) -> Value {
    let mut told = listed(&summary.projects, project);
    told["roots"] = summary.roots.into();
    told
}

fn project(project: &RankedProject) -> Value {
    let RankedProject { row, dependents } = project;
    let mut told = json!({
        "id": clip(&row.id),
        "name": row.name.as_deref().map(clip),
        "path": clip(&wire::path(&row.path)),
        "version": row.version.as_deref().map(clip),
        "ecosystem": clip(&row.ecosystem),
        "workspace": row.workspace.as_deref().map(clip),
        "languages": names(&row.languages),
        "frameworks": names(&row.frameworks),
        "private": row.private,
        "files": row.files,
        "dependents": dependents,
    });
    if std::str::from_utf8(&row.path.0).is_err() {
        told["path_lossy"] = true.into();
    }
    told
}

fn names(list: &[String]) -> Vec<Cow<'_, str>> {
    list.iter().take(NAMES).map(|name| clip(name)).collect()
}

fn workspace(row: &WorkspaceRow, projects: usize) -> Value {
    json!({
        "id": clip(&row.id),
        "root": clip(&wire::path(&row.root)),
        "ecosystem": clip(&row.ecosystem),
        "manager": clip(&row.manager),
        "projects": projects,
    })
}

fn language(language: &Language) -> Value {
    json!({ "name": clip(&language.name), "files": language.files, "projects": language.projects })
}

fn graph(summary: &Summary) -> Value {
    json!({
        "nodes": summary.projects.count,
        "edges": summary.edges,
        "kinds": summary.edge_kinds.iter().map(|tally| counted(tally, "edges")).collect::<Vec<_>>(),
        "external_dependencies": summary.externals,
    })
}

fn problems(summary: &Summary) -> Value {
    let mut told = listed(&summary.problems, problem);
    told["codes"] = summary.problem_codes.iter().map(|tally| counted(tally, "problems")).collect();
    told
}

fn problem(problem: &ProblemText) -> Value {
    json!({
        "file": clip(&wire::path(&problem.file)),
        "line": problem.line,
        "code": clip(&problem.code),
        "message": clip(&problem.message),
    })
}

fn health(check: &CheckSummary) -> Value {
    let mut told = listed(
        &check.projects,
        |gate| json!({ "id": gate.project.as_deref().map(clip), "health": gate.row.health, "gate": clip(&gate.row.gate) }),
    );
    let workspace = check.workspace.as_ref().map(|gate| &gate.row);
    told["format"] = FORMAT.into();
    told["run"] = check.run.id.into();
    told["at"] = check.run.checked_at.clone().into();
    told["git_head"] = check.run.git_head.as_deref().map(clip).into();
    told["git_branch"] = check.run.git_branch.as_deref().map(clip).into();
    told["health"] = workspace.map(|row| row.health).into();
    told["gate"] = workspace.map(|row| clip(&row.gate)).into();
    told["failed"] = check.failed.into();
    told
}

fn findings(check: &CheckSummary) -> Value {
    let mut told = listed(&check.findings, |one| {
        json!({
            "rule": clip(&one.rule),
            "severity": clip(&one.severity),
            "project": one.project.as_deref().map(clip),
            "file": clip(&wire::path(&one.file)),
            "line": one.line,
            "message": clip(&one.message),
        })
    });
    told["rules"] = check.rules.iter().map(|tally| counted(tally, "findings")).collect();
    told
}

/// A list with how many there are, and how many of them are not told.
fn listed<T>(list: &Listed<T>, one: impl Fn(&T) -> Value) -> Value {
    let items: Vec<Value> = list.first.iter().map(one).collect();
    json!({ "count": list.count, "more": list.count - items.len(), "items": items })
}

fn counted(tally: &Tally, unit: &str) -> Value {
    let mut told = json!({ "name": clip(&tally.name) });
    told[unit] = tally.count.into();
    told
}

/// The beginning of a text that is too long.
fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TEXT) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

#[cfg(test)]
mod tests;
