//! Rust: `Cargo.toml`, as `cargo metadata --no-deps` sees it.
//!
//! `manifest.rs` parses, `crates.rs` knows which workspace a package is in, `members.rs` collects the members
//! of one, `links.rs` resolves dependencies.

use std::collections::{BTreeMap, BTreeSet};

mod crates;
mod links;
mod manifest;
mod members;

use crates::{Crates, MANIFEST, manifest_of};
use links::Dependencies;
use manifest::Manifest;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace};
use crate::path::RepoPath;

/// Cargo's line in the table of ecosystems.
pub(super) const DEFINITION: Definition =
    Definition { name: "cargo", is_manifest: |name| name == MANIFEST.as_bytes(), find };

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    // What lies in a fixture is read only if something outside names it.
    let visible: Vec<RepoPath> = (context.named(MANIFEST).iter())
        .filter_map(RepoPath::parent)
        .filter(|dir| !excluded.hides(dir))
        .collect();
    let crates = Crates::new(context, &visible);
    let mut found = Found::default();
    let mut projects: BTreeSet<RepoPath> = visible.iter().cloned().collect();
    let mut workspace_of = BTreeMap::new();
    for root in &visible {
        let Some(manifest) = crates.get(root) else { continue };
        let Some(workspace) = &manifest.workspace else { continue };
        for member in members::of(&crates, root, workspace) {
            workspace_of.insert(member.clone(), found.workspaces.len());
            projects.insert(member);
        }
        found.workspaces.push(FoundWorkspace { root: root.clone(), manager: "cargo".into() });
    }
    for dir in projects {
        let workspace = workspace_of.get(&dir).copied();
        found
            .projects
            .extend(crates.get(&dir).and_then(|manifest| project(&crates, dir, &manifest, workspace)));
    }
    found
}

fn project(
    crates: &Crates,
    dir: RepoPath,
    manifest: &Manifest,
    workspace: Option<usize>,
) -> Option<FoundProject> {
    let package = manifest.package.as_ref()?;
    let Dependencies { links, external, ranges } = links::of(crates, &dir, manifest);
    let left_out = workspace.is_none() && crates.is_left_out(&dir);
    Some(FoundProject {
        ecosystem: None,
        key: dir.clone(),
        manifest: manifest_of(&dir),
        name: package.name.clone(),
        version: crates.version(&dir, manifest),
        private: crates.private(&dir, manifest),
        workspace,
        links,
        external,
        ranges,
        left_out,
        path: dir,
        ..FoundProject::default()
    })
}

#[cfg(test)]
mod tests;
