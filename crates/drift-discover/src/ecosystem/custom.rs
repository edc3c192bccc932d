//! Ecosystems of the user's own: what `[[discover.ecosystem]]` describes, read without any code for it.
//!
//! One set of rules for all of them: a manifest that lists members is a workspace, and a project too if it
//! has a name; a dependency links by path, else by name to a project of the same ecosystem.
//! Invariant: a description cannot change what a built-in ecosystem reports; it has a tag of its own.

mod manifest;
mod members;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::prelude::*;

use crate::context::Context;
use crate::ecosystem::{Found, FoundProject, FoundWorkspace, Link};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;
use crate::source::EntryKind;
use manifest::{Dependency, Manifest};

/// What the user says of an ecosystem. Keys lead through tables by name, one segment for each; `*` stands for
/// every entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CustomEcosystem {
    /// The tag of its projects; none of a built-in one, which the caller sees to.
    pub name: String,
    /// The names of its manifests, as globs; of several in one directory the first that matches counts.
    pub files: Vec<String>,
    pub format: Format,
    /// The name of the tool that its workspaces belong to.
    pub manager: String,
    /// Where the project's own name and version are.
    pub project_name: Vec<String>,
    pub project_version: Vec<String>,
    /// Where the patterns of a workspace's members are; empty where there are no workspaces.
    pub members: Vec<String>,
    pub dependencies: Vec<DependencyKeys>,
}

/// Where dependencies of one kind are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DependencyKeys {
    pub at: Vec<String>,
    pub kind: EdgeKind,
    /// Where a dependency is a table: the keys of its name, of its path and of its requirement.
    pub name: Vec<String>,
    pub path: Vec<String>,
    pub requirement: Vec<String>,
}

/// How a manifest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Json,
    /// With comments and trailing commas.
    Jsonc,
    Toml,
    Yaml,
    /// An element is a table of its attributes, as `@name`, and its elements; `#text` is its text.
    Xml,
}

/// The names of the files of all such ecosystems. A glob that is malformed, which the caller has refused,
/// matches nothing.
pub(crate) fn file_names(ecosystems: &[CustomEcosystem]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    let globs = ecosystems.iter().flat_map(|ecosystem| &ecosystem.files);
    for glob in globs.filter_map(|glob| Glob::new(glob).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

/// The manifests by directory, read.
type Manifests = BTreeMap<RepoPath, Manifest>;

/// Reads all projects of `ecosystem`.
pub(crate) fn find(context: &Context, ecosystem: &CustomEcosystem) -> Found {
    let files = Files::new(&ecosystem.files);
    let excluded = context.exclusions();
    let visible = context.matching(|name| files.rank(name).is_some());
    let dirs: BTreeSet<RepoPath> = visible.into_iter().filter_map(RepoPath::parent).collect();
    let mut todo: BTreeSet<RepoPath> = dirs.into_iter().filter(|dir| !excluded.hides(dir)).collect();
    let mut seen = todo.clone();
    let mut manifests = Manifests::new();
    let mut listed: BTreeMap<RepoPath, BTreeSet<RepoPath>> = BTreeMap::new();
    // What a workspace lists is read too, wherever it lies.
    while !todo.is_empty() {
        let read: Vec<(RepoPath, Manifest)> = (todo.par_iter())
            .filter_map(|dir| {
                let path = files.manifest_in(context, dir)?;
                Some((dir.clone(), Manifest::read(context, ecosystem, path)?))
            })
            .collect();
        let mut named = BTreeSet::new();
        for (dir, manifest) in read {
            if let Some(patterns) = &manifest.members {
                let members = members::find(context, &files, &dir, &manifest.path, patterns);
                named.extend(members.iter().cloned());
                listed.insert(dir.clone(), members);
            }
            manifests.insert(dir, manifest);
        }
        todo = named.into_iter().filter(|dir| seen.insert(dir.clone())).collect();
    }
    let roots: Vec<(&RepoPath, &BTreeSet<RepoPath>)> = listed.iter().collect();
    let workspaces = (roots.iter())
        .map(|(root, _)| FoundWorkspace { root: (*root).clone(), manager: ecosystem.manager.clone() })
        .collect();
    let lowering = Lowering { context, manifests: &manifests, roots, names: by_name(&manifests) };
    let is_project = |(_, manifest): &(&RepoPath, &Manifest)| {
        // A workspace without a name is only a list.
        manifest.name.is_some() || manifest.members.is_none()
    };
    let projects = manifests.iter().filter(is_project).map(|(dir, it)| lowering.project(dir, it)).collect();
    Found { workspaces, projects }
}

/// The globs of file names, in the order of preference.
pub(super) struct Files(Vec<globset::GlobMatcher>);

impl Files {
    fn new(globs: &[String]) -> Files {
        Files(globs.iter().filter_map(|glob| Some(Glob::new(glob).ok()?.compile_matcher())).collect())
    }

    /// The place of the first glob that matches `name`.
    fn rank(&self, name: &[u8]) -> Option<usize> {
        let name = crate::path::os_path(name);
        self.0.iter().position(|glob| glob.is_match(&name))
    }

    /// The manifest of the directory `dir`, if it has one; says so if the choice is arbitrary.
    fn manifest_in(&self, context: &Context, dir: &RepoPath) -> Option<RepoPath> {
        let entries = context.source().list(dir);
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let mut found: Vec<(usize, &[u8])> =
            files.filter_map(|entry| Some((self.rank(&entry.name)?, &*entry.name))).collect();
        found.sort_unstable();
        let (rank, name) = *found.first()?;
        let path = dir.join(name)?;
        for (_, other) in found.iter().skip(1).filter(|(other, _)| *other == rank) {
            let message = format!("is left out, since `{path}` is the manifest of this directory");
            context.problem(&dir.join(other)?, None, "manifest.ambiguous", message);
        }
        Some(path)
    }
}

fn by_name(manifests: &Manifests) -> BTreeMap<&str, Vec<&RepoPath>> {
    let mut names: BTreeMap<&str, Vec<&RepoPath>> = BTreeMap::new();
    for (dir, manifest) in manifests {
        if let Some(name) = &manifest.name {
            names.entry(name).or_default().push(dir);
        }
    }
    names
}

struct Lowering<'a> {
    context: &'a Context<'a>,
    manifests: &'a Manifests,
    /// Each workspace with its members, by root.
    roots: Vec<(&'a RepoPath, &'a BTreeSet<RepoPath>)>,
    names: BTreeMap<&'a str, Vec<&'a RepoPath>>,
}

impl Lowering<'_> {
    fn project(&self, dir: &RepoPath, manifest: &Manifest) -> FoundProject {
        let mut links = Vec::new();
        let mut external = Vec::new();
        for dependency in &manifest.dependencies {
            let kind = dependency.kind;
            match self.resolve(dir, manifest, dependency) {
                Resolved::Project(to) => links.push(Link { ecosystem: None, to, kind }),
                Resolved::External(name) => external.push(ExternalDependency {
                    name,
                    kind,
                    requirement: dependency.requirement.clone(),
                }),
                Resolved::Nothing => {}
            }
        }
        FoundProject {
            ecosystem: None,
            key: dir.clone(),
            path: dir.clone(),
            manifest: manifest.path.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            private: false,
            workspace: self.workspace_of(dir),
            links,
            external,
            ..FoundProject::default()
        }
    }

    /// The workspace that lists `dir`, the nearest one above it first.
    fn workspace_of(&self, dir: &RepoPath) -> Option<usize> {
        let lists = self.roots.iter().enumerate().filter(|(_, (_, members))| members.contains(dir));
        lists.max_by_key(|(_, (root, _))| (dir.starts_with(root), root.parts().count())).map(|(at, _)| at)
    }

    fn resolve(&self, dir: &RepoPath, manifest: &Manifest, dependency: &Dependency) -> Resolved {
        let report = |code, message| {
            self.context.problem(&manifest.path, None, code, message);
            Resolved::Nothing
        };
        if let Some(path) = &dependency.path {
            // What lies outside of the repository is somebody else's.
            let Some(to) = dir.join(path.replace('\\', "/")) else { return Resolved::Nothing };
            let holds = |dir: &RepoPath| self.manifests.contains_key(dir);
            let is_manifest = |dir: &RepoPath| self.manifests.get(dir).is_some_and(|it| it.path == to);
            return match to.parent().filter(is_manifest) {
                _ if holds(&to) => Resolved::Project(to),
                Some(parent) => Resolved::Project(parent),
                None => report(
                    "dependency.missing",
                    format!("the dependency `{path}` is no project; correct or remove it"),
                ),
            };
        }
        let Some(name) = &dependency.name else { return Resolved::Nothing };
        let mut candidates = self.names.get(&**name).cloned().unwrap_or_default();
        if candidates.len() > 1
            && let Some(home) = self.workspace_of(dir)
        {
            let near: Vec<_> =
                candidates.iter().filter(|at| self.workspace_of(at) == Some(home)).copied().collect();
            candidates = if near.len() == 1 { near } else { candidates };
        }
        match candidates[..] {
            [to] => Resolved::Project(to.clone()),
            [] => Resolved::External(name.clone()),
            [first, second, ..] => report(
                "dependency.ambiguous",
                format!(
                    "`{name}` is the name of `{first}` and of `{second}`; name the one that is meant by its path"
                ),
            ),
        }
    }
}

/// What a dependency is.
enum Resolved {
    /// The project in that directory.
    Project(RepoPath),
    /// Something of that name that is not in the repository.
    External(String),
    /// Neither.
    Nothing,
}

#[cfg(test)]
mod tests;
