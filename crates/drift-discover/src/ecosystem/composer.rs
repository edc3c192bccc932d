//! PHP: `composer.json`.
//!
//! Composer has no workspaces of its own. What ties packages of one repository together is a root package that
//! lists them, as path repositories or by `replace`; that root counts as the workspace. Dependencies are by
//! name, as packages of one repository are published together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod manifest;
mod paths;

use manifest::Manifest;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link, Range};
use crate::graph::ExternalDependency;
use crate::lower::Exclusions;
use crate::path::RepoPath;

const MANIFEST: &str = "composer.json";

/// Composer's line in the table of ecosystems.
pub(super) const DEFINITION: Definition =
    Definition { name: "composer", is_manifest: |name| name == MANIFEST.as_bytes(), find };

/// Manifests by directory.
type Packages = BTreeMap<RepoPath, Package>;

struct Package {
    manifest: Manifest,
    /// The directories that its path repositories name.
    repositories: BTreeSet<RepoPath>,
}

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible = context.named(MANIFEST).iter().filter_map(RepoPath::parent);
    let mut todo: BTreeSet<RepoPath> = visible.filter(|dir| !excluded.hides(dir)).collect();
    let mut seen = todo.clone();
    let mut packages = Packages::new();
    while !todo.is_empty() {
        let read: Vec<_> =
            todo.par_iter().filter_map(|dir| Some((dir.clone(), read(context, dir)?))).collect();
        // What a path repository names is read too, wherever it lies.
        let named = read.iter().flat_map(|(_, package)| package.repositories.iter().cloned());
        todo = named.filter(|dir| !seen.contains(dir)).collect();
        seen.extend(todo.iter().cloned());
        packages.extend(read);
    }
    let names = by_name(&packages);
    let members = members(&packages, &names, excluded);
    let home_of = |dir: &RepoPath| {
        let listing = members.iter().enumerate().filter(|(_, (_, members))| members.contains(dir));
        listing.max_by_key(|(_, (root, _))| (dir.starts_with(root), root.parts().count())).map(|(at, _)| at)
    };
    let homes: BTreeMap<&RepoPath, usize> =
        packages.keys().filter_map(|dir| Some((dir, home_of(dir)?))).collect();
    let projects = packages.keys().map(|dir| project(context, dir, &packages, &names, &homes)).collect();
    let workspaces = (members.iter())
        .map(|(root, _)| FoundWorkspace { root: root.clone(), manager: "composer".into() })
        .collect();
    Found { workspaces, projects }
}

fn read(context: &Context, dir: &RepoPath) -> Option<Package> {
    let manifest = Manifest::read(context, &manifest_of(dir))?;
    let repositories = paths::find(context, dir, &manifest);
    Some(Package { manifest, repositories })
}

/// The directories of packages by name, in lower case as Composer compares them.
fn by_name(packages: &Packages) -> BTreeMap<String, Vec<&RepoPath>> {
    let mut names: BTreeMap<String, Vec<&RepoPath>> = BTreeMap::new();
    for (dir, package) in packages {
        if let Some(name) = &package.manifest.name {
            names.entry(name.to_lowercase()).or_default().push(dir);
        }
    }
    names
}

/// The roots that list other packages, each with its members; a fixture is no root.
fn members(
    packages: &Packages,
    names: &BTreeMap<String, Vec<&RepoPath>>,
    excluded: &Exclusions,
) -> Vec<(RepoPath, BTreeSet<RepoPath>)> {
    let mut found = Vec::new();
    for (root, package) in packages.iter().filter(|(root, _)| !excluded.hides(root)) {
        let replaced = (package.manifest.replace.iter())
            .filter_map(|name| names.get(name))
            .flatten()
            .filter(|dir| dir.starts_with(root))
            .map(|&dir| dir.clone());
        let listed = package.repositories.iter().filter(|dir| packages.contains_key(*dir)).cloned();
        let mut members: BTreeSet<RepoPath> = listed.chain(replaced).filter(|dir| dir != root).collect();
        if !members.is_empty() {
            members.insert(root.clone());
            found.push((root.clone(), members));
        }
    }
    found
}

fn project(
    context: &Context,
    dir: &RepoPath,
    packages: &Packages,
    names: &BTreeMap<String, Vec<&RepoPath>>,
    homes: &BTreeMap<&RepoPath, usize>,
) -> FoundProject {
    let Package { manifest, repositories } = &packages[dir];
    let mut links = Vec::new();
    let mut external = Vec::new();
    let mut ranges = Vec::new();
    for dependency in &manifest.dependencies {
        let name = dependency.name.to_lowercase();
        let replaces = |at: &&&RepoPath| packages[**at].manifest.replace.contains(&name);
        let mut candidates: Vec<&RepoPath> = names.get(&name).cloned().unwrap_or_default();
        if candidates.is_empty() {
            // What a package replaces it provides to whoever installs it from its directory.
            let places: Vec<&RepoPath> =
                repositories.iter().filter(|dir| packages.contains_key(*dir)).collect();
            candidates = places.iter().filter(replaces).copied().collect();
        }
        if candidates.len() > 1 {
            let narrower = [
                candidates.iter().filter(|at| repositories.contains(**at)).copied().collect::<Vec<_>>(),
                candidates
                    .iter()
                    .filter(|at| homes.contains_key(**at) && homes.get(**at) == homes.get(dir))
                    .copied()
                    .collect(),
            ];
            candidates = narrower.into_iter().find(|few| few.len() == 1).unwrap_or(candidates);
        }
        match candidates[..] {
            [to] => {
                let (to, kind) = (to.clone(), dependency.kind);
                // Only what a path repository provides is asked for its version.
                let own = packages[&to].manifest.name.as_deref().map(str::to_lowercase);
                if repositories.contains(&to) && own.as_ref() == Some(&name) {
                    let requirement = dependency.requirement.clone();
                    ranges.push(Range { to: to.clone(), kind, requirement });
                }
                links.push(Link { ecosystem: None, to, kind });
            }
            [] => external.push(ExternalDependency {
                name: dependency.name.clone(),
                kind: dependency.kind,
                requirement: dependency.requirement.clone(),
            }),
            [first, second, ..] => {
                let message = format!(
                    "`{}` is the name of `{first}` and of `{second}`; add a path repository that names one",
                    dependency.name
                );
                context.problem(&manifest_of(dir), None, "dependency.ambiguous", message);
            }
        }
    }
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir.clone(),
        manifest: manifest_of(dir),
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        private: false,
        workspace: homes.get(dir).copied(),
        links,
        external,
        ranges,
        ..FoundProject::default()
    }
}

/// The path of the manifest in `dir`.
fn manifest_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(MANIFEST).unwrap_or_default()
}

#[cfg(test)]
mod tests;
