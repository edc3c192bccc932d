//! Dart and Flutter: `pubspec.yaml` workspaces, and `melos.yaml` where a repository has one.
//!
//! `pubspec.rs` parses, `members.rs` knows what a workspace lists. Members of one workspace link by name: pub
//! resolves them together, and melos puts overrides in place.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod members;
mod pubspec;

use members::Melos;
use pubspec::Pubspec;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link, Range};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;

const PUBSPEC: &str = "pubspec.yaml";
const MELOS: &str = "melos.yaml";

/// Dart's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "dart",
    is_manifest: |name| name == PUBSPEC.as_bytes() || name == MELOS.as_bytes(),
    find,
};

/// Pubspecs by directory, read once each.
struct Pubspecs<'c> {
    context: &'c Context<'c>,
    by_dir: BTreeMap<RepoPath, Pubspec>,
}

impl Pubspecs<'_> {
    fn get(&mut self, dir: &RepoPath) -> Option<&Pubspec> {
        if !self.by_dir.contains_key(dir) {
            let read = Pubspec::read(self.context, dir)?;
            self.by_dir.insert(dir.clone(), read);
        }
        self.by_dir.get(dir)
    }
}

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible = |name: &str| -> Vec<RepoPath> {
        let dirs = context.named(name).iter().filter_map(RepoPath::parent);
        dirs.filter(|dir| !excluded.hides(dir)).collect()
    };
    let projects = visible(PUBSPEC);
    let read: Vec<_> =
        projects.par_iter().filter_map(|dir| Some((dir.clone(), Pubspec::read(context, dir)?))).collect();
    let mut pubspecs = Pubspecs { context, by_dir: read.into_iter().collect() };

    let mut workspaces: Vec<(FoundWorkspace, BTreeSet<RepoPath>)> = Vec::new();
    for root in &projects {
        let Some(pubspec) = pubspecs.by_dir.get(root) else { continue };
        // One that takes part in another workspace is no root of its own.
        if pubspec.workspace.is_empty() || pubspec.in_workspace {
            continue;
        }
        let members = members::of_pub(&mut pubspecs, root);
        workspaces.push((FoundWorkspace { root: root.clone(), manager: "pub".into() }, members));
    }
    let mut ignoring: Vec<(RepoPath, Melos)> = Vec::new();
    for root in visible(MELOS) {
        if workspaces.iter().any(|(workspace, _)| workspace.root == root) {
            continue;
        }
        if let Some(mut melos) = members::of_melos(&mut pubspecs, &root) {
            let members = std::mem::take(&mut melos.members);
            workspaces.push((FoundWorkspace { root: root.clone(), manager: "melos".into() }, members));
            ignoring.push((root, melos));
        }
    }

    let listed = workspaces.iter().flat_map(|(_, members)| members.iter().cloned());
    let projects: BTreeSet<RepoPath> = projects.into_iter().chain(listed).collect();
    let names: Vec<BTreeMap<String, RepoPath>> =
        workspaces.iter().map(|(_, members)| names(&pubspecs, members)).collect();
    let none = BTreeMap::new();
    let mut found = Vec::new();
    for dir in projects {
        let home = (workspaces.iter().enumerate())
            .filter(|(_, (_, members))| members.contains(&dir))
            .max_by_key(|(_, (workspace, _))| workspace.root.parts().count())
            .map(|(at, _)| at);
        let names = home.map_or(&none, |at| &names[at]);
        let overrides = home.and_then(|at| pubspecs.by_dir.get(&workspaces[at].0.root));
        if let Some(pubspec) = pubspecs.by_dir.get(&dir) {
            let overrides = overrides.filter(|_| pubspec.in_workspace);
            let leaves_out = |(root, melos): &(RepoPath, Melos)| {
                dir.strip_prefix(root).is_some_and(|below| melos.leaves_out(below))
            };
            let left_out = home.is_none() && ignoring.iter().any(leaves_out);
            let project = project(context, &dir, pubspec, overrides, names, home, &workspaces);
            found.push(FoundProject { left_out, ..project });
        }
    }
    Found { workspaces: workspaces.into_iter().map(|(workspace, _)| workspace).collect(), projects: found }
}

/// The members of a workspace by name.
fn names(pubspecs: &Pubspecs, members: &BTreeSet<RepoPath>) -> BTreeMap<String, RepoPath> {
    let named = |dir: &RepoPath| Some((pubspecs.by_dir.get(dir)?.name.clone()?, dir.clone()));
    members.iter().filter_map(named).collect()
}

fn project(
    context: &Context,
    dir: &RepoPath,
    pubspec: &Pubspec,
    root: Option<&Pubspec>,
    names: &BTreeMap<String, RepoPath>,
    home: Option<usize>,
    workspaces: &[(FoundWorkspace, BTreeSet<RepoPath>)],
) -> FoundProject {
    let mut links = Vec::new();
    let mut external = Vec::new();
    let mut ranges = Vec::new();
    let root_dir = home.map(|at| &workspaces[at].0.root);
    for dependency in &pubspec.dependencies {
        let name = &dependency.name;
        // An override replaces where a dependency comes from; those of the root apply to all members.
        let own = pubspec.overrides.get(name).map(|spec| (dir, spec));
        let shared = || Some((root_dir?, root?.overrides.get(name)?));
        let (base, spec) = own.or_else(shared).unwrap_or((dir, &dependency.spec));
        let kind = dependency.kind;
        let target = match (&spec.path, names.get(name)) {
            (Some(path), _) => match base.join(path.replace('\\', "/")) {
                Some(to) => Some(to),
                // A path that leaves the repository is somebody else's project.
                None => continue,
            },
            (None, Some(member)) if spec.may_be_local => {
                if !spec.requirement.is_empty() {
                    ranges.push(Range { to: member.clone(), kind, requirement: spec.requirement.clone() });
                }
                Some(member.clone())
            }
            (None, _) => None,
        };
        match target {
            Some(to) => {
                let manifest = pubspec_of(&to);
                context.input(&manifest);
                if !context.is_file(&manifest) {
                    let message = format!("`{name}` is to be at `{to}`, where there is no {PUBSPEC}");
                    context.problem(&pubspec_of(dir), None, "dependency.missing", message);
                }
                links.push(Link { ecosystem: None, to, kind });
            }
            None => external.push(ExternalDependency {
                name: name.clone(),
                kind,
                requirement: dependency.spec.requirement.clone(),
            }),
        }
    }
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir.clone(),
        manifest: pubspec_of(dir),
        name: pubspec.name.clone(),
        version: pubspec.version.clone(),
        private: pubspec.private,
        workspace: home,
        links,
        external,
        ranges,
        ..FoundProject::default()
    }
}

/// The path of the pubspec in `dir`.
fn pubspec_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(PUBSPEC).unwrap_or_default()
}

#[cfg(test)]
mod tests;
