//! Python: `pyproject.toml`, `setup.cfg` and `setup.py`; uv workspaces and Poetry path dependencies.
//!
//! `manifest.rs`, `pyproject.rs` and `setup.rs` read one project, `requirement.rs` one requirement, `workspace.rs` collects
//! the members of a uv workspace, `links.rs` resolves dependencies.
//! A member of a uv workspace has the name that uv gives it, the normalised one.

mod links;
mod manifest;
mod pyproject;
mod requirement;
mod setup;
mod workspace;

use std::collections::BTreeMap;

use links::{Dependencies, Names, Resolver, Workspace};
use manifest::{Manifest, PYPROJECT, SETUP_CFG, SETUP_PY};
use requirement::normalise;

use crate::context::Context;
use crate::ecosystem::manifests::Manifests;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace};
use crate::path::RepoPath;

const MANIFESTS: [&str; 3] = [PYPROJECT, SETUP_CFG, SETUP_PY];

/// Python's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "python",
    is_manifest: |name| MANIFESTS.iter().any(|manifest| manifest.as_bytes() == name),
    find,
};

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let mut visible: Vec<RepoPath> = (MANIFESTS.iter())
        .flat_map(|name| context.named(name))
        .filter_map(RepoPath::parent)
        .filter(|dir| !excluded.hides(dir) && !is_template(dir))
        .collect();
    visible.sort();
    visible.dedup();
    let projects = Manifests::new(context, &visible, Manifest::read);

    let mut found = Found::default();
    let mut workspaces = Vec::new();
    for root in &visible {
        let Some(manifest) = projects.get(root) else { continue };
        let Some(workspace) = &manifest.workspace else { continue };
        workspaces
            .push(Workspace { root: root.clone(), members: workspace::members(&projects, root, workspace) });
        found.workspaces.push(FoundWorkspace { root: root.clone(), manager: "uv".into() });
    }
    let mut dirs: BTreeMap<RepoPath, Option<usize>> = visible.into_iter().map(|dir| (dir, None)).collect();
    for (at, workspace) in workspaces.iter().enumerate() {
        for member in workspace.members.values() {
            // Of nested workspaces the outer one, which is sorted first, has the project.
            dirs.entry(member.clone()).or_default().get_or_insert(at);
        }
    }
    let mut everywhere: BTreeMap<String, Option<RepoPath>> = BTreeMap::new();
    for dir in dirs.keys() {
        let manifest = projects.get(dir);
        let project = manifest.as_ref().and_then(|manifest| manifest.project.as_ref());
        if let Some(name) = project.and_then(|project| project.name.as_deref()) {
            let entry = everywhere.entry(normalise(name));
            entry.and_modify(|dir| *dir = None).or_insert_with(|| Some(dir.clone()));
        }
    }
    let names = Names { workspaces: &workspaces, everywhere };
    // What uv is told to leave alone, though a workspace lies above.
    let excluded: BTreeMap<&RepoPath, workspace::Excluded> = (workspaces.iter())
        .filter_map(|known| {
            let manifest = projects.get(&known.root)?;
            Some((&known.root, workspace::excluded(manifest.workspace.as_ref()?)))
        })
        .collect();
    let left_out = |dir: &RepoPath| {
        let covers = |root: RepoPath| excluded.get(&root).is_some_and(|excluded| excluded.covers(&root, dir));
        projects.get(dir).is_some_and(|manifest| manifest.is_unmanaged) || dir.ancestors().skip(1).any(covers)
    };
    for (dir, workspace) in dirs {
        let Some(manifest) = projects.get(&dir) else { continue };
        let Some(project) = &manifest.project else { continue };
        let Dependencies { links, external, ranges } = Resolver {
            projects: &projects,
            names: &names,
            dir: &dir,
            manifest: &manifest,
            project,
            workspace: workspace.map(|at| &workspaces[at]),
        }
        .resolve();
        let name = project.name.clone();
        found.projects.push(FoundProject {
            ecosystem: None,
            key: dir.clone(),
            manifest: project.file.clone(),
            name: if workspace.is_some() { name.as_deref().map(normalise) } else { name },
            version: project.version.clone(),
            private: project.private,
            workspace,
            links,
            external,
            ranges,
            left_out: workspace.is_none() && left_out(&dir),
            path: dir,
        });
    }
    found
}

/// Whether `dir` is part of a template whose names are yet to be filled in.
fn is_template(dir: &RepoPath) -> bool {
    dir.as_bytes().windows(2).any(|pair| pair == b"{{" || pair == b"{%")
}

#[cfg(test)]
mod tests;
