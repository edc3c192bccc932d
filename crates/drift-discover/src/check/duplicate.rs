//! Rule `duplicate_name`: two members of one workspace have the same name, where their tool refuses that or cannot
//! tell which of them a name means.
//!
//! Only within a workspace: examples and tests that stand alone may be called as they like. Where discovery had
//! to choose between the two itself, it has reported a problem, which counts here.

use std::collections::{BTreeMap, HashSet};

use super::{Finding, Index, Rule, of_project, some_of};
use crate::graph::{Project, ProjectId};

/// What names are compared by; `None` where the tool does not mind.
fn key(ecosystem: &str, project: &Project) -> Option<String> {
    let name = project.name.as_deref()?;
    match ecosystem {
        // npm, yarn, bun, pnpm's filters, nx, turbo and lerna all go by the name.
        "npm" | "nx" | "cargo" | "go" | "dart" | "deno" => Some(name.to_owned()),
        // uv compares normalised names, and discovery has normalised them.
        "python" => Some(name.to_owned()),
        // Maven tells projects of one name apart by their versions.
        "maven" => Some(format!("{name}:{}", project.version.as_deref()?)),
        _ => None,
    }
}

/// Whether a project is the root of a workspace whose tool does not count the root among its members. pnpm and nx
/// do.
fn is_apart(index: &Index<'_>, project: &Project) -> bool {
    let is_root = project.workspace.as_deref() == Some(&project.id.0);
    is_root && project.ecosystem.0 == "npm" && !matches!(index.manager(project), Some("pnpm" | "nx"))
}

/// Problems by which discovery says that it passed over the second member of a name.
const PROBLEMS: [&str; 2] = ["member.duplicate_name", "member.duplicate"];

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    let mut by_name: BTreeMap<(&str, &str, String), Vec<&Project>> = BTreeMap::new();
    for project in &index.input.graph.projects {
        let ecosystem = project.ecosystem.0.as_ref();
        if is_apart(index, project) {
            continue;
        }
        if let (Some(workspace), Some(key)) = (&project.workspace, key(ecosystem, project)) {
            by_name.entry((workspace, ecosystem, key)).or_default().push(project);
        }
    }
    for projects in by_name.into_values().filter(|projects| projects.len() > 1) {
        for project in &projects {
            let name = project.name.as_deref().unwrap_or_default();
            let others = projects.iter().filter(|other| other.id != project.id);
            let others: Vec<&str> = others.map(|other| other.id.0.as_str()).collect();
            let message = format!("has the same name as {}: `{name}`; rename one of them", some_of(&others));
            let mention = Some(name.to_owned());
            findings.push(Finding { mention, ..of_project(project, Rule::DuplicateName, name, message) });
        }
    }
    let told = findings.iter().filter(|finding| finding.rule == Rule::DuplicateName);
    let told: HashSet<ProjectId> = told.filter_map(|finding| finding.project.clone()).collect();
    for problem in index.input.problems.iter().filter(|problem| PROBLEMS.contains(&problem.code)) {
        let Some(project) = index.owner(&problem.file) else { continue };
        if !told.contains(&project.id) {
            let name = project.name.as_deref().unwrap_or_default();
            let finding = of_project(project, Rule::DuplicateName, name, problem.message.clone());
            findings.push(Finding { file: problem.file.clone(), line: problem.line, ..finding });
        }
    }
}
