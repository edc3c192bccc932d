//! JavaScript and TypeScript: packages (`npm`), and the projects of nx that are no packages (`nx`).
//!
//! Owns the order of the work: read the manifests that are visible, open the workspaces from the outermost
//! in, and link each member by the rules of its own package manager. A package that two workspaces list
//! belongs to the outer one.
//! Invariant: a fixture's manifest is read only if something outside lists it.

mod link;
mod manager;
mod manifest;
mod nx;
mod overrides;
mod packages;
mod patterns;
mod range;
mod rush;
mod settings;
mod specifier;
mod version;
mod workspace;

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Definition, Found, FoundProject, FoundWorkspace, syntax};
use crate::context::Context;
use crate::path::RepoPath;

use link::Links;
use manifest::Forms;
use packages::Packages;
use workspace::{ROOT_FILES, Workspace};

pub(super) const DEFINITION: Definition = Definition { name: "npm", is_manifest, find };

const FILES: &[&str] = &[
    ".npmrc",
    ".nxignore",
    ".yarnrc",
    ".yarnrc.yml",
    "bun.lock",
    "bun.lockb",
    "bunfig.toml",
    "lerna.json",
    "npm-shrinkwrap.json",
    "nx.json",
    "package-lock.json",
    "package.json",
    "package.json5",
    "package.yaml",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "project.json",
    "rush.json",
    "yarn.lock",
];

fn is_manifest(name: &[u8]) -> bool {
    FILES.iter().any(|file| file.as_bytes() == name)
}

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let dirs_with = |name: &str| -> BTreeSet<RepoPath> {
        let dirs = context.named(name).iter().filter_map(RepoPath::parent);
        dirs.filter(|dir| !excluded.hides(dir)).collect()
    };
    let visible = dirs_with("package.json");
    let mut packages = Packages::default();
    packages.load(context, &visible, Forms::Json);

    let workspaces = open_all(context, &mut packages, ROOT_FILES.iter().flat_map(|name| dirs_with(name)));
    let mut projects: BTreeSet<RepoPath> = visible;
    projects.extend(workspaces.iter().flat_map(|workspace| workspace.members.iter().cloned()));
    projects.retain(|dir| packages.get(dir).is_some());

    let mut found = Found::default();
    let mut listed: BTreeSet<&RepoPath> = BTreeSet::new();
    for (at, workspace) in workspaces.iter().enumerate() {
        let links = Links::new(&packages, &projects, Some(workspace));
        let members: Vec<&RepoPath> = workspace.members.iter().filter(|dir| listed.insert(dir)).collect();
        found
            .projects
            .par_extend(members.into_par_iter().filter_map(|dir| links.project(context, dir, Some(at))));
        found
            .workspaces
            .push(FoundWorkspace { root: workspace.root.clone(), manager: workspace.manager.into() });
    }
    let links = Links::new(&packages, &projects, None);
    let standalone = projects.iter().filter(|dir| !listed.contains(dir));
    found.projects.extend(standalone.filter_map(|dir| {
        let project = links.project(context, dir, None)?;
        let left_out = workspaces.iter().any(|workspace| workspace.leaves_out(dir));
        Some(FoundProject { left_out, ..project })
    }));

    let nx_roots: Vec<RepoPath> = dirs_with("nx.json").into_iter().collect();
    nx::add(context, &packages, &nx_roots, &mut found);
    found
}

/// The workspaces of the repository, the outer before the inner.
fn open_all(
    context: &Context,
    packages: &mut Packages,
    roots: impl Iterator<Item = RepoPath>,
) -> Vec<Workspace> {
    let mut roots: BTreeSet<RepoPath> = roots.collect();
    let with_field =
        packages.dirs().filter(|dir| packages.get(dir).is_some_and(|m| m.workspaces().is_some()));
    roots.extend(with_field.cloned());
    let mut workspaces: Vec<Workspace> = Vec::new();
    for root in roots {
        // What a member of yarn 2 or later lists is already in its workspace.
        let is_nested = workspaces.iter().any(|outer| {
            matches!(outer.linker, workspace::Linker::Yarn { .. }) && outer.members.contains(&root)
        });
        if !is_nested {
            workspaces.extend(Workspace::open(context, packages, &root));
        }
    }
    workspaces
}

/// npm's ranges, for who compares requirements.
pub(crate) mod npm {
    use super::range::Range;
    use super::version::{Prereleases, is_range, is_same, satisfies};
    use crate::requirement::Comparator;

    /// The comparators of a range, in alternatives; `None` for tags, addresses and paths.
    pub(crate) fn comparators(text: &str) -> Option<Vec<Vec<Comparator>>> {
        let is_plain = !text.contains([':', '/']);
        Range::parse(text).filter(|_| is_plain).map(|range| range.sets())
    }

    /// Whether a package manager takes that version.
    pub(crate) fn accepts(range: &str, version: &str) -> Option<bool> {
        let same = || is_same(version, range);
        is_range(range).then(|| same() || satisfies(version, range, Prereleases::OnlyNamed))
    }
}

#[cfg(test)]
mod tests;
