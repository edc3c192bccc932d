//! Rule `outside_workspace`: a project that lies below the root of a workspace of its ecosystem, which neither
//! lists it nor says that it is no member.
//!
//! What comes of it differs: Cargo and Deno refuse to work there, npm and its kin leave its dependencies out,
//! `dotnet build` leaves it out. What lies inside a member is that member's: its fixtures, its entry points.

use std::collections::{HashMap, HashSet};

use super::{Finding, Index, Rule, of_project};
use crate::graph::{NativeWorkspace, Project, ProjectId};
use crate::path::RepoPath;

/// The ecosystems whose workspaces list members by hand or by pattern, in one file at their root.
const LISTING: [&str; 8] = ["cargo", "dart", "deno", "dotnet", "elixir", "go", "npm", "python"];
/// The manager that lists nothing: where a `project.json` lies, there is a project.
const NX: &str = "nx";

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    let mut roots: HashMap<(&str, &RepoPath), &NativeWorkspace> = HashMap::new();
    for workspace in &index.input.graph.workspaces {
        if LISTING.contains(&workspace.ecosystem.0.as_ref()) && workspace.manager != NX {
            roots.insert((&workspace.ecosystem.0, &workspace.root), workspace);
        }
    }
    let graph = index.input.graph;
    let listed = graph.projects.iter().filter(|project| project.workspace.is_some());
    let members: HashSet<(&str, &RepoPath)> =
        listed.map(|project| (project.ecosystem.0.as_ref(), &project.path)).collect();
    let linking: HashSet<&ProjectId> = graph.edges.iter().map(|edge| &edge.from).collect();
    for project in graph.projects.iter().filter(|project| project.workspace.is_none()) {
        let ecosystem = project.ecosystem.0.as_ref();
        if index.input.facts.left_out.contains(&project.id) {
            continue;
        }
        // The nearest that is a root, unless a member is nearer.
        let above = project.path.ancestors().find_map(|at| match roots.get(&(ecosystem, &at)) {
            Some(workspace) => Some(Some(*workspace)),
            None => members.contains(&(ecosystem, &at)).then_some(None),
        });
        // What lies at the root itself is the tool's to leave out, as rush does.
        let Some(Some(workspace)) = above.filter(|found| found.is_none_or(|w| w.root != project.path)) else {
            continue;
        };
        let depends = !project.external.is_empty() || linking.contains(&project.id);
        if ecosystem == "npm" && (!depends || is_autoinstaller(project, workspace)) {
            continue;
        }
        let message = format!(
            "is no member of the {} workspace at `{}` above it; list it there or, if it is to stand alone, exclude it",
            workspace.manager, workspace.root
        );
        findings.push(of_project(project, Rule::OutsideWorkspace, workspace.id.as_str(), message));
    }
}

/// What rush installs apart from everything else, by its own rule.
fn is_autoinstaller(project: &Project, workspace: &NativeWorkspace) -> bool {
    let below = project.path.strip_prefix(&workspace.root).unwrap_or_default();
    workspace.manager == "rush" && below.starts_with(b"common/autoinstallers/")
}
