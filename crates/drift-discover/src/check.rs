//! Check: what is wrong with how the projects of a repository fit together. Pure: a graph, what discovery could
//! not read, and a policy in; findings out. One rule per file below `check/`.
//!
//! Rules: a finding is something that the ecosystem's own tool refuses, passes over, or resolves otherwise than
//! the manifests say; what cannot be told without running that tool is no finding. A finding is known by its
//! rule, its project and its subject, never by a line, so it stays the same while files are edited.

mod cycle;
mod duplicate;
mod gate;
mod health;
mod manifest;
mod member;
mod mismatch;
mod outside;
mod range;

use std::collections::HashMap;

use crate::graph::{Facts, Project, ProjectGraph, ProjectId};
use crate::owner::Owners;
use crate::path::RepoPath;
use crate::problem::Problem;

pub use gate::{Gate, GateResult, Limits};
pub use health::{Counts, health, workspace_health};

/// What is asked of a repository. The names are those of the configuration, of documents and of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    DependencyCycle,
    DuplicateName,
    MissingMember,
    InvalidManifest,
    VersionMismatch,
    UnsatisfiedRange,
    OutsideWorkspace,
}

impl Rule {
    /// Every rule with its name, in the order of documents.
    pub const ALL: [(Rule, &'static str); 7] = [
        (Rule::DependencyCycle, "dependency_cycle"),
        (Rule::DuplicateName, "duplicate_name"),
        (Rule::MissingMember, "missing_member"),
        (Rule::InvalidManifest, "invalid_manifest"),
        (Rule::VersionMismatch, "version_mismatch"),
        (Rule::UnsatisfiedRange, "unsatisfied_range"),
        (Rule::OutsideWorkspace, "outside_workspace"),
    ];

    /// The name in the configuration and in documents.
    pub fn name(self) -> &'static str {
        Rule::ALL[self as usize].1
    }

    /// The rule of that name.
    pub fn named(name: &str) -> Option<Rule> {
        Rule::ALL.iter().find(|(_, known)| *known == name).map(|(rule, _)| *rule)
    }

    /// What it holds against a project, in a sentence without an end.
    pub fn summary(self) -> &'static str {
        match self {
            Rule::DependencyCycle => "projects depend on each other in a circle, which the ecosystem forbids",
            Rule::DuplicateName => "two members of one workspace have the same name",
            Rule::MissingMember => "a workspace lists a member that does not exist",
            Rule::InvalidManifest => "a manifest cannot be read or parsed",
            Rule::VersionMismatch => "projects require an external dependency at different versions",
            Rule::UnsatisfiedRange => {
                "a project's own version does not satisfy what another project asks of it"
            }
            Rule::OutsideWorkspace => {
                "a project lies below a workspace of its ecosystem that does not list it"
            }
        }
    }
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The name in documents and in rows.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Something that a rule holds against a project, or against the workspace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// `None` where no project holds the file.
    pub project: Option<ProjectId>,
    pub rule: Rule,
    /// With rule and project, which finding it is: a name, a path, the members of a circle.
    pub subject: String,
    pub file: RepoPath,
    /// 1-based, where known.
    pub line: Option<u32>,
    /// What is wrong and what to do about it: lower case, no final period.
    pub message: String,
    /// A word by which the line can be found in the file, where none is known.
    pub mention: Option<String>,
}

/// What the rules look at.
#[derive(Clone, Copy)]
pub struct CheckInput<'a> {
    pub graph: &'a ProjectGraph,
    pub facts: &'a Facts,
    pub owners: &'a Owners,
    pub problems: &'a [Problem],
}

/// Everything that the rules hold against the repository, sorted by project and rule.
pub fn check(input: CheckInput<'_>) -> Vec<Finding> {
    let index = Index::new(input);
    let mut findings = Vec::new();
    cycle::find(&index, &mut findings);
    duplicate::find(&index, &mut findings);
    member::find(&index, &mut findings);
    manifest::find(&index, &mut findings);
    mismatch::find(&index, &mut findings);
    range::find(&index, &mut findings);
    outside::find(&index, &mut findings);
    findings.sort();
    findings.dedup();
    findings
}

/// The input with what several rules look up in it.
struct Index<'a> {
    input: CheckInput<'a>,
    by_id: HashMap<&'a ProjectId, &'a Project>,
    /// Which tool looks after a workspace, by its id.
    managers: HashMap<&'a str, &'a str>,
}

impl<'a> Index<'a> {
    fn new(input: CheckInput<'a>) -> Index<'a> {
        let graph = input.graph;
        Index {
            input,
            by_id: graph.projects.iter().map(|project| (&project.id, project)).collect(),
            managers: graph.workspaces.iter().map(|w| (w.id.as_str(), w.manager.as_str())).collect(),
        }
    }

    /// The tool that looks after the workspace of a project.
    fn manager(&self, project: &Project) -> Option<&'a str> {
        self.managers.get(project.workspace.as_deref()?).copied()
    }

    /// The project whose directory holds a file: the first, where several share it.
    fn owner(&self, file: &RepoPath) -> Option<&'a Project> {
        let dir = file.parent().unwrap_or_default();
        let at = *self.input.owners.of_dir(dir.as_bytes()).first()?;
        self.input.graph.projects.get(at)
    }
}

/// A finding about a project as a whole, in its manifest.
fn of_project(project: &Project, rule: Rule, subject: impl Into<String>, message: String) -> Finding {
    Finding {
        project: Some(project.id.clone()),
        rule,
        subject: subject.into(),
        file: project.manifest.clone(),
        line: None,
        message,
        mention: None,
    }
}

/// A finding that discovery has reported as a problem. `subject` is what it is about, besides the file.
fn of_problem(index: &Index<'_>, problem: &Problem, rule: Rule, subject: &str) -> Finding {
    let owner = index.owner(&problem.file);
    // Relative to the project, so that it stays the same when the project moves.
    let below = owner.and_then(|owner| problem.file.strip_prefix(&owner.path)).map(String::from_utf8_lossy);
    let file = below.map_or_else(|| problem.file.to_string(), |below| below.into_owned());
    Finding {
        project: owner.map(|owner| owner.id.clone()),
        rule,
        subject: format!("{file} {subject}"),
        file: problem.file.clone(),
        line: problem.line,
        message: problem.message.clone(),
        mention: None,
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b and 7 others`: the first of `total` names.
fn some_of<'n>(names: impl IntoIterator<Item = &'n str>, total: usize) -> String {
    let first: Vec<&str> = names.into_iter().take(3).collect();
    match first[..] {
        [] => String::new(),
        [only] => only.to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third, ..] if total == 3 => format!("{first}, {second} and {third}"),
        [first, second, ..] => format!("{first}, {second} and {} others", total - 2),
    }
}

#[cfg(test)]
mod tests;
