//! The earlier result that findings are compared with: the baseline of the base branch, else the last recorded
//! result, else nothing.
//!
//! Rule: what a pull request recorded is compared with in its own pull request alone. Findings are the same by
//! rule, project and subject, also where the project has moved since.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use drift_db::Database;
use drift_db::store::baseline::{self, Asker, BaselineRow};
use drift_db::store::finding::{self, KnownFinding, RunRow};
use drift_db::store::graph::{self, ProjectRow};
use drift_discover::{Git, Project, Tree};

use super::Revision;
use super::view::BaseView;
use crate::error::CommandError;
use crate::ops::base::{self, BaseOptions};

/// What is known from before.
pub(super) struct Earlier {
    /// What findings are compared with.
    pub(super) against: Option<Against>,
    /// Health at the last recorded result, by id; `None` is the workspace.
    pub(super) health: HashMap<Option<String>, u8>,
    /// The id that each project of now has in the rows, where it is another.
    moved: HashMap<String, String>,
}

/// The result that findings are compared with.
pub(super) struct Against {
    pub(super) run: RunRow,
    pub(super) baseline: Option<BaselineRow>,
    /// How often each finding is in it.
    known: HashMap<KnownFinding, usize>,
}

/// Looks for it.
pub(super) fn find(
    database: &Database,
    tree: &Tree,
    root: &Path,
    revision: &Revision,
    options: &BaseOptions,
) -> Result<Earlier, CommandError> {
    let own = revision.branch.as_deref().unwrap_or_default();
    let asker = Asker { branch: own, pull_request: revision.pull_request };
    let base = match revision.in_git {
        true => base::branch(&Git::new(root), options, revision.branch.as_deref())?,
        false => Some(String::new()),
    };
    let own_pull_request = revision.pull_request.then_some(own);
    Ok(database.read(|c| {
        let baseline = match &base {
            Some(branch) => baseline::of_branch(c, branch, asker)?,
            None => None,
        };
        let last = finding::last(c, own_pull_request)?;
        let run = match &baseline {
            Some(baseline) => finding::run(c, baseline.run)?,
            None => last.clone(),
        };
        let against = match run {
            Some(run) => {
                let mut known = HashMap::new();
                for found in finding::known(c, run.id)? {
                    *known.entry(found).or_default() += 1;
                }
                Some(Against { run, baseline, known })
            }
            None => None,
        };
        let past = match &last {
            Some(run) => finding::gates(c, run.id)?,
            None => Vec::new(),
        };
        let health = past.into_iter().map(|past| (past.project, past.row.health)).collect();
        let moved = if against.is_some() {
            moved(&tree.graph.projects, &graph::projects(c)?)
        } else {
            HashMap::new()
        };
        Ok(Earlier { against, health, moved })
    })?)
}

impl Earlier {
    /// The findings of the earlier result that are yet to be met.
    pub(super) fn known(&self) -> HashMap<KnownFinding, usize> {
        self.against.as_ref().map(|against| against.known.clone()).unwrap_or_default()
    }

    /// The id that a project has in the rows.
    pub(super) fn stored_id<'a>(&'a self, id: &'a str) -> &'a str {
        self.moved.get(id).map_or(id, String::as_str)
    }

    pub(super) fn view(&self) -> BaseView {
        let Some(against) = &self.against else {
            return BaseView { rule: "none", branch: None, commit: None, at: None };
        };
        let rule = if against.baseline.is_some() { "baseline" } else { "last_result" };
        let run = &against.run;
        let (branch, commit) = (run.git_branch.clone(), run.git_head.clone());
        BaseView { rule, branch, commit, at: Some(run.checked_at.clone()) }
    }
}

/// Projects that no scan has seen where they are now, but one of the same ecosystem and name elsewhere: new id to
/// stored id.
fn moved(projects: &[Project], rows: &[ProjectRow]) -> HashMap<String, String> {
    let stored: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let fresh: HashSet<&str> = projects.iter().map(|project| project.id.0.as_str()).collect();
    type Sides<'a> = (Vec<&'a str>, Vec<&'a str>);
    let mut sides: BTreeMap<(&str, &str), Sides<'_>> = BTreeMap::new();
    for project in projects.iter().filter(|project| !stored.contains(project.id.0.as_str())) {
        if let Some(name) = &project.name {
            sides.entry((&project.ecosystem.0, name)).or_default().0.push(&project.id.0);
        }
    }
    for row in rows.iter().filter(|row| !fresh.contains(row.id.as_str())) {
        if let Some(name) = &row.name {
            sides.entry((&row.ecosystem, name)).or_default().1.push(&row.id);
        }
    }
    (sides.into_values())
        .filter_map(|(to, from)| match (&to[..], &from[..]) {
            ([to], [from]) => Some(((*to).to_owned(), (*from).to_owned())),
            _ => None,
        })
        .collect()
}
