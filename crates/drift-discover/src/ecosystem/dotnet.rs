//! .NET: solutions and MSBuild project files.
//!
//! `solution.rs` reads the lists of projects, `file.rs` parses MSBuild files, `evaluate.rs` evaluates one project
//! with `properties.rs` and `condition.rs`. A directory may hold several projects, so the key of a project is
//! its file.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod condition;
mod evaluate;
mod file;
mod files;
mod functions;
mod properties;
mod solution;

use evaluate::evaluate;
use files::Files;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// The endings of files that are a project also where no solution lists them.
const PROJECTS: [&str; 5] = [".csproj", ".fsproj", ".vbproj", ".vcxproj", ".sqlproj"];
const SOLUTIONS: [&str; 2] = [".sln", ".slnx"];

/// .NET's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "dotnet",
    is_manifest: |name| PROJECTS.iter().chain(&SOLUTIONS).any(|ending| name.ends_with(ending.as_bytes())),
    find,
};

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible = |endings: &[&str]| -> BTreeSet<RepoPath> {
        (endings.iter().flat_map(|ending| context.ending(ending)))
            .filter(|path| !excluded.hides(&path.parent().unwrap_or_default()))
            .cloned()
            .collect()
    };
    // Solutions in one directory are one workspace: they share their files.
    let mut listed: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    for solution in visible(&SOLUTIONS) {
        let root = solution.parent().unwrap_or_default();
        let members = members(context, &solution, &root);
        listed.entry(root).or_default().extend(members);
    }
    let mut projects = visible(&PROJECTS);
    projects.extend(listed.values().flatten().cloned());
    let roots: Vec<&RepoPath> = listed.keys().collect();
    let files = Files::new(context);
    let projects: Vec<RepoPath> = projects.into_iter().collect();
    let projects = (projects.par_iter())
        .map(|path| {
            let home = home(path, &listed).and_then(|root| roots.iter().position(|at| *at == root));
            project(&files, path, home)
        })
        .collect();
    let workspaces =
        roots.iter().map(|&root| FoundWorkspace { root: root.clone(), manager: "dotnet".into() }).collect();
    Found { workspaces, projects }
}

/// The project files that a solution lists and that exist.
fn members(context: &Context, solution: &RepoPath, root: &RepoPath) -> BTreeSet<RepoPath> {
    let mut members = BTreeSet::new();
    for entry in solution::read(context, solution) {
        let report = |code, message| context.problem(solution, Some(entry.line), code, message);
        let Some(path) = root.join(&entry.path) else {
            report("member.outside", format!("the project `{}` is outside the repository", entry.path));
            continue;
        };
        if context.is_file(&path) {
            members.insert(path);
        } else if !context.source().is_dir(&path) {
            context.input(&path);
            report(
                "member.missing",
                format!("the project `{}` is no file; correct or remove it", entry.path),
            );
        }
    }
    members
}

/// The root of the solution that a project belongs to: the nearest above it that lists it, else the one that
/// shares most of its path.
fn home<'l>(path: &RepoPath, listed: &'l BTreeMap<RepoPath, BTreeSet<RepoPath>>) -> Option<&'l RepoPath> {
    let roots = listed.iter().filter(|(_, members)| members.contains(path)).map(|(root, _)| root);
    roots.min_by_key(|root| {
        let shared = root.parts().zip(path.parts()).take_while(|(a, b)| a == b).count();
        (!path.starts_with(root), std::cmp::Reverse(shared), root.parts().count())
    })
}

fn project(files: &Files, path: &RepoPath, workspace: Option<usize>) -> FoundProject {
    let evaluated = evaluate(files, path).unwrap_or_default();
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    let name = name.rsplit_once('.').map(|(stem, _)| stem.to_owned()).unwrap_or(name);
    let link = |to| Link { ecosystem: None, to, kind: EdgeKind::Normal };
    FoundProject {
        ecosystem: None,
        key: path.clone(),
        path: path.parent().unwrap_or_default(),
        manifest: path.clone(),
        name: Some(name),
        version: evaluated.version,
        private: evaluated.private,
        workspace,
        links: evaluated.references.into_iter().map(link).collect(),
        external: evaluated.external,
        unsure: evaluated.unsure,
        ..FoundProject::default()
    }
}

#[cfg(test)]
mod tests;
