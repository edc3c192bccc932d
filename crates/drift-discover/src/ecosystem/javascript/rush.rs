//! rush.json: the explicit list of projects, and what each of them wants from the registry all the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::context::Context;
use crate::path::RepoPath;

use super::manifest::Forms;
use super::syntax;

/// The projects of a rush.json, each with the names it never links.
pub(super) type Decoupled = BTreeMap<RepoPath, BTreeSet<String>>;

/// Reads the rush.json of `root`; `None` if there is none or it cannot be read.
pub(super) fn projects(context: &Context, root: &RepoPath) -> Option<Decoupled> {
    let file = root.join("rush.json").filter(|file| context.is_file(file))?;
    let rush = syntax::jsonc(context, &file)?;
    let Some(list) = rush.get("projects").and_then(Value::as_array) else {
        context.problem(&file, None, "manifest.shape", "has no list `projects`; add one".into());
        return None;
    };
    let mut projects = Decoupled::new();
    for project in list {
        let Some(folder) = project.get("projectFolder").and_then(Value::as_str) else { continue };
        let dir = root.join(folder.replace('\\', "/"));
        let Some(dir) = dir.filter(|dir| Forms::Json.file(context, dir).is_some()) else {
            let line = syntax::line_of(context, &file, folder);
            let message = format!("project `{folder}` has no package.json; restore it or remove the entry");
            context.problem(&file, line, "member.missing", message);
            continue;
        };
        let names = ["decoupledLocalDependencies", "cyclicDependencyProjects"].into_iter();
        let names = names.filter_map(|field| project.get(field)?.as_array()).flatten();
        projects.insert(dir, names.filter_map(Value::as_str).map(str::to_owned).collect());
    }
    Some(projects)
}
