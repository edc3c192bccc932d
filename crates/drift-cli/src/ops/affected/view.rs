//! What `affected` reports, as it stands in JSON.

use std::collections::HashMap;

use drift_discover::{
    Affected, ChangeKind, ChangedFile, PackageChange, Problem, Project, ProjectGraph, Reason, RepoPath,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::ops::base::Base;
use crate::ops::wire::ProblemView;

/// The affected projects.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AffectedReport {
    pub(crate) base: BaseView,
    pub(crate) changed_files: Vec<String>,
    pub(crate) affected: Vec<AffectedView>,
    /// Of discovery: what could not be read may hide a project.
    pub(crate) problems: Vec<ProblemView>,
}

/// What the changes are counted from.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct BaseView {
    /// The id of a commit; null where it is none.
    pub(crate) rev: Option<String>,
    pub(crate) rule: &'static str,
    /// What the rule named: `origin/main`.
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scanned_at: Option<String>,
}

impl BaseView {
    pub(super) fn of_rule(rule: &'static str) -> BaseView {
        BaseView { rev: None, rule, name: None, scanned_at: None }
    }
}

impl From<Base> for BaseView {
    fn from(base: Base) -> BaseView {
        BaseView { rev: Some(base.commit), name: Some(base.name), ..BaseView::of_rule(base.rule.name()) }
    }
}

/// A project that the changes touch.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AffectedView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) path: String,
    pub(crate) reasons: Vec<ReasonView>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) path_lossy: bool,
    /// The path, byte by byte.
    #[serde(skip)]
    pub(crate) dir: RepoPath,
}

/// Why.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum ReasonView {
    /// A file that it owns changed.
    File { file: String, change: &'static str },
    /// A file that concerns every project changed.
    Global { file: String, pattern: String, named_by: Option<String> },
    /// It uses packages that a lock file changed.
    Lockfile { file: String, packages: Vec<PackageView> },
    /// A lock file changed, and does not tell who is touched.
    LockfileEverything { file: String, because: String },
    /// It depended on a project that is gone.
    Deleted { project: String, edge: &'static str },
    /// It depends on an affected project.
    Dependency { project: String, edge: &'static str },
}

/// A package that is not locked as it was.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct PackageView {
    pub(crate) name: String,
    pub(crate) from: Vec<String>,
    pub(crate) to: Vec<String>,
}

pub(super) fn report(
    base: BaseView,
    changed: &[ChangedFile],
    affected: &[Affected],
    graph: &ProjectGraph,
    problems: &[Problem],
) -> AffectedReport {
    let projects: HashMap<&str, &Project> =
        graph.projects.iter().map(|project| (&*project.id.0, project)).collect();
    let view = |found: &Affected| {
        // Only projects of the graph are affected.
        let project = projects.get(&*found.project.0)?;
        Some(AffectedView {
            id: project.id.to_string(),
            name: project.name.clone(),
            path: project.path.to_string(),
            path_lossy: project.path.as_str().is_none(),
            reasons: found.reasons.iter().map(reason).collect(),
            dir: project.path.clone(),
        })
    };
    AffectedReport {
        base,
        changed_files: changed.iter().map(|file| file.path.to_string()).collect(),
        affected: affected.iter().filter_map(view).collect(),
        problems: problems.iter().map(ProblemView::from).collect(),
    }
}

fn reason(reason: &Reason) -> ReasonView {
    match reason {
        Reason::File { path, change } => {
            ReasonView::File { file: path.to_string(), change: change_name(*change) }
        }
        Reason::Global { path, pattern, named_by } => ReasonView::Global {
            file: path.to_string(),
            pattern: pattern.clone(),
            named_by: named_by.as_ref().map(RepoPath::to_string),
        },
        Reason::Lockfile { file, packages } => {
            ReasonView::Lockfile { file: file.to_string(), packages: packages.iter().map(package).collect() }
        }
        Reason::WholeLockfile { file, because } => {
            ReasonView::LockfileEverything { file: file.to_string(), because: because.clone() }
        }
        Reason::Deleted { project, kind } => {
            ReasonView::Deleted { project: project.to_string(), edge: kind.name() }
        }
        Reason::Dependency { project, kind } => {
            ReasonView::Dependency { project: project.to_string(), edge: kind.name() }
        }
    }
}

fn package(change: &PackageChange) -> PackageView {
    PackageView { name: change.name.clone(), from: change.from.clone(), to: change.to.clone() }
}

fn change_name(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Deleted => "deleted",
    }
}
