//! Elixir: `mix.exs`, umbrellas and path dependencies.
//!
//! `mixfile.rs` reads the literal parts of a project; what code computes is a problem.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod mixfile;

use mixfile::Mixfile;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;
use crate::source::EntryKind;

const MIXFILE: &str = "mix.exs";

/// Elixir's line in the table of ecosystems.
pub(super) const DEFINITION: Definition =
    Definition { name: "elixir", is_manifest: |name| name == MIXFILE.as_bytes(), find };

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible: Vec<RepoPath> = (context.named(MIXFILE).iter().filter_map(RepoPath::parent))
        .filter(|dir| !excluded.hides(dir))
        // `deps` holds what mix fetched.
        .filter(|dir| !dir.parts().any(|part| part == b"deps"))
        .collect();
    let read: Vec<_> = (visible.par_iter())
        .filter_map(|dir| Some((dir.clone(), Mixfile::read(context, &mixfile_of(dir))?)))
        .collect();
    let mut mixfiles: BTreeMap<RepoPath, Mixfile> = read.into_iter().collect();
    let umbrellas: Vec<(RepoPath, BTreeSet<RepoPath>)> = (mixfiles.iter())
        .filter_map(|(root, mixfile)| Some((root.clone(), apps(context, root, mixfile)?)))
        .collect();
    // What an umbrella holds is read wherever it lies.
    for dir in umbrellas.iter().flat_map(|(_, apps)| apps) {
        if !mixfiles.contains_key(dir)
            && let Some(mixfile) = Mixfile::read(context, &mixfile_of(dir))
        {
            mixfiles.insert(dir.clone(), mixfile);
        }
    }
    let projects = (mixfiles.iter())
        .map(|(dir, mixfile)| project(context, dir, mixfile, &mixfiles, &umbrellas))
        .collect();
    let workspaces =
        (umbrellas.into_iter()).map(|(root, _)| FoundWorkspace { root, manager: "mix".into() }).collect();
    Found { workspaces, projects }
}

/// The applications of the umbrella at `root`, itself included; `None` if it is none.
fn apps(context: &Context, root: &RepoPath, mixfile: &Mixfile) -> Option<BTreeSet<RepoPath>> {
    let path = mixfile.apps_path.as_ref()?;
    let mut apps = BTreeSet::from([root.clone()]);
    let Some(base) = root.join(path) else { return Some(apps) };
    if !context.source().is_dir(&base) {
        context.input(&base);
        let message = format!("`apps_path` names `{base}`, which is no directory; correct it");
        context.problem(&mixfile.path, None, "member.missing", message);
    }
    for entry in context.source().list(&base).iter().filter(|entry| entry.kind == EntryKind::Dir) {
        let Some(dir) = base.join(&*entry.name) else { continue };
        // `apps: [:a, :b]` narrows them to these directories.
        let chosen =
            mixfile.apps.as_ref().is_none_or(|apps| apps.iter().any(|app| app.as_bytes() == &*entry.name));
        if chosen && context.is_file(&mixfile_of(&dir)) {
            apps.insert(dir);
        }
    }
    Some(apps)
}

fn project(
    context: &Context,
    dir: &RepoPath,
    mixfile: &Mixfile,
    mixfiles: &BTreeMap<RepoPath, Mixfile>,
    umbrellas: &[(RepoPath, BTreeSet<RepoPath>)],
) -> FoundProject {
    let home = (umbrellas.iter().enumerate())
        .filter(|(_, (_, apps))| apps.contains(dir))
        .max_by_key(|(_, (root, _))| root != dir);
    let mut links = Vec::new();
    let mut external = Vec::new();
    for dependency in &mixfile.dependencies {
        let name = &dependency.name;
        let report = |message| {
            context.problem(&mixfile.path, Some(dependency.line), "dependency.missing", message);
        };
        let to = if dependency.in_umbrella {
            // A sibling: mix looks for the directory of that name.
            let beside = dir.parent().and_then(|apps| apps.join(name));
            let named = || {
                let apps = &home?.1.1;
                apps.iter()
                    .find(|app| mixfiles.get(*app).and_then(|mixfile| mixfile.name.as_deref()) == Some(name))
            };
            beside.filter(|beside| mixfiles.contains_key(beside)).or_else(|| named().cloned())
        } else if let Some(path) = &dependency.path {
            // A path that leaves the repository is somebody else's project.
            let Some(to) = dir.join(path) else { continue };
            context.input(&mixfile_of(&to));
            // Erlang's own tools build a directory without a `mix.exs`.
            if context.source().is_dir(&to) && !context.is_file(&mixfile_of(&to)) {
                continue;
            }
            Some(to).filter(|to| context.is_file(&mixfile_of(to)))
        } else {
            external.push(ExternalDependency {
                name: name.clone(),
                kind: dependency.kind,
                requirement: dependency.requirement.clone(),
            });
            continue;
        };
        match to {
            Some(to) => links.push(Link { ecosystem: None, to, kind: dependency.kind }),
            None => report(format!("there is no project where `{name}` is to be; correct the dependency")),
        }
    }
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir.clone(),
        manifest: mixfile.path.clone(),
        name: mixfile.name.clone(),
        version: mixfile.version.clone(),
        private: false,
        workspace: home.map(|(at, _)| at),
        links,
        external,
        ..FoundProject::default()
    }
}

/// The path of the project file in `dir`.
fn mixfile_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(MIXFILE).unwrap_or_default()
}

#[cfg(test)]
mod tests;
