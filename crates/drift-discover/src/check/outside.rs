//! Rule `outside_workspace`: a project that lies below the root of a workspace of its ecosystem, which neither
//! lists it nor says that it is no member.
//!
//! Only for tools whose workspaces are meant to be whole: Cargo refuses to build such a package, Go and uv take it
//! for a part of the workspace, npm and its kin leave its dependencies out.

use std::collections::HashMap;

use super::{Finding, Index, Rule, of_project};
use crate::graph::NativeWorkspace;
use crate::path::RepoPath;

/// The ecosystems whose workspaces list members by hand or by pattern, in one file at their root.
const LISTING: [&str; 8] = ["cargo", "dart", "deno", "dotnet", "elixir", "go", "npm", "python"];

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    let mut roots: HashMap<(&str, &RepoPath), &NativeWorkspace> = HashMap::new();
    for workspace in &index.input.graph.workspaces {
        if LISTING.contains(&workspace.ecosystem.0.as_ref()) {
            roots.insert((&workspace.ecosystem.0, &workspace.root), workspace);
        }
    }
    for project in index.input.graph.projects.iter().filter(|project| project.workspace.is_none()) {
        if index.input.facts.left_out.contains(&project.id) {
            continue;
        }
        let mut above = project.path.ancestors();
        let Some(workspace) = above.find_map(|at| roots.get(&(project.ecosystem.0.as_ref(), &at)).copied())
        else {
            continue;
        };
        let message = format!(
            "is no member of the {} workspace at `{}` above it; list it there or exclude it",
            workspace.manager, workspace.root
        );
        findings.push(of_project(project, Rule::OutsideWorkspace, workspace.id.as_str(), message));
    }
}
