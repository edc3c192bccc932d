//! What a dependency of a project stands for: a project of the repository, or something outside.
//!
//! uv's order: the project's own `[tool.uv.sources]`, then those of the workspace root, then the index. What
//! no source places is local if it is a member of the same workspace; or, where no tool takes names from an
//! index, if just one project of the repository has the name and its version does not contradict.

use std::collections::BTreeMap;

use super::manifest::{Dependency, Manifest, Place, Project, Source};
use super::requirement::{contradicts, normalise};
use crate::ecosystem::manifests::Manifests;
use crate::ecosystem::{Link, Range};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;

/// A uv workspace with its members by normalised name.
pub(super) struct Workspace {
    pub(super) root: RepoPath,
    pub(super) members: BTreeMap<String, RepoPath>,
}

/// What names stand for.
pub(super) struct Names<'w> {
    pub(super) workspaces: &'w [Workspace],
    /// By normalised name; `None` where several projects have it.
    pub(super) everywhere: BTreeMap<String, Option<RepoPath>>,
}

/// Resolves the dependencies of one project.
pub(super) struct Resolver<'a> {
    pub(super) projects: &'a Manifests<'a, Manifest>,
    pub(super) names: &'a Names<'a>,
    pub(super) dir: &'a RepoPath,
    pub(super) manifest: &'a Manifest,
    pub(super) project: &'a Project,
    /// The uv workspace it is a member of.
    pub(super) workspace: Option<&'a Workspace>,
}

/// Where one declaration leads.
enum Target {
    Local(RepoPath),
    Outside,
    /// Nowhere, which has been reported.
    Broken,
}

/// What one project depends on.
#[derive(Default)]
pub(super) struct Dependencies {
    pub(super) links: Vec<Link>,
    pub(super) external: Vec<ExternalDependency>,
    pub(super) ranges: Vec<Range>,
}

impl Resolver<'_> {
    /// The links and the other dependencies.
    pub(super) fn resolve(&self) -> Dependencies {
        let mut found = Dependencies::default();
        for dependency in &self.project.dependencies {
            for target in self.targets(dependency) {
                let kind = dependency.kind;
                match target {
                    Target::Local(to) => {
                        let requirement = dependency.requirement.versions.clone();
                        // With a path Poetry reads no version.
                        if !requirement.is_empty() && dependency.path.is_none() {
                            found.ranges.push(Range { to: to.clone(), kind, requirement });
                        }
                        found.links.push(Link { ecosystem: None, to, kind });
                    }
                    Target::Outside => {
                        let requirement = &dependency.requirement;
                        let versions = requirement.url.as_ref().unwrap_or(&requirement.versions).clone();
                        let name = normalise(&requirement.name);
                        found.external.push(ExternalDependency { name, kind, requirement: versions });
                    }
                    Target::Broken => {}
                }
            }
        }
        found
    }

    fn targets(&self, dependency: &Dependency) -> Vec<Target> {
        let requirement = &dependency.requirement;
        let name = normalise(&requirement.name);
        if let Some(path) = &dependency.path {
            return vec![self.at(self.dir, path, dependency)];
        }
        if let Some(url) = &requirement.url {
            return vec![local_path(url).map_or(Target::Outside, |path| self.at(self.dir, path, dependency))];
        }
        if let Some((base, sources)) = self.sources(&name) {
            let applies = |source: &&Source| source.set.is_none() || source.set == dependency.set;
            let targets: Vec<Target> = (sources.iter().filter(applies))
                .map(|source| self.of_source(&base, source, &name, dependency))
                .collect();
            if !targets.is_empty() {
                return targets;
            }
        }
        vec![self.by_name(&name, dependency)]
    }

    /// The sources of a name, and what their paths are relative to.
    fn sources(&self, name: &str) -> Option<(RepoPath, Vec<Source>)> {
        if let Some(own) = self.manifest.sources.get(name) {
            return Some((self.dir.clone(), own.clone()));
        }
        let root = &self.workspace?.root;
        Some((root.clone(), self.projects.get(root)?.sources.get(name)?.clone()))
    }

    fn of_source(&self, base: &RepoPath, source: &Source, name: &str, dependency: &Dependency) -> Target {
        let member = |workspace: Option<&Workspace>| match workspace.and_then(|w| w.members.get(name)) {
            Some(to) => Target::Local(to.clone()),
            // A project on its own is a workspace of one.
            None if workspace.is_none() && self.is_self(name) => Target::Local(self.dir.clone()),
            None => {
                self.report(
                    dependency,
                    format!("`{name}` is no member of the workspace; add it or correct its source"),
                );
                Target::Broken
            }
        };
        match &source.place {
            Place::Workspace => member(self.workspace),
            Place::OtherWorkspace(path) => {
                let root = base.join(path);
                member(self.names.workspaces.iter().find(|workspace| Some(&workspace.root) == root.as_ref()))
            }
            Place::Path(path) => self.at(base, path, dependency),
            Place::Elsewhere => Target::Outside,
        }
    }

    fn by_name(&self, name: &str, dependency: &Dependency) -> Target {
        if self.is_self(name) {
            return Target::Local(self.dir.clone());
        }
        let to = match self.workspace {
            Some(workspace) => workspace.members.get(name),
            None if self.manifest.takes_names_from_index => None,
            None => self.names.everywhere.get(name).and_then(Option::as_ref),
        };
        let local = to.filter(|to| {
            let manifest = self.projects.get(to);
            let version =
                manifest.as_ref().and_then(|m| m.project.as_ref()).and_then(|p| p.version.as_deref());
            self.workspace.is_some() || !contradicts(version, &dependency.requirement.versions)
        });
        local.map_or(Target::Outside, |to| Target::Local(to.clone()))
    }

    /// What lies at a path: a project, or an archive.
    fn at(&self, base: &RepoPath, path: &str, dependency: &Dependency) -> Target {
        let Some(to) = base.join(path.replace('\\', "/")) else { return Target::Outside };
        if self.projects.get(&to).is_some_and(|manifest| manifest.project.is_some()) {
            return Target::Local(to);
        }
        if self.projects.context.is_file(&to) {
            return Target::Outside;
        }
        let name = &dependency.requirement.name;
        self.report(dependency, format!("`{name}` is to be at `{to}`, where there is no Python project"));
        Target::Broken
    }

    fn is_self(&self, name: &str) -> bool {
        self.project.name.as_deref().map(normalise).as_deref() == Some(name)
    }

    fn report(&self, dependency: &Dependency, message: String) {
        self.projects.context.problem(&self.project.file, dependency.line, "dependency.missing", message);
    }
}

/// The path in a `file:` URL that is relative to the project, as pip, PDM and Hatch spell it, or in the bare
/// form of uv and Poetry.
fn local_path(url: &str) -> Option<&str> {
    let url = url.split('#').next().unwrap_or_default();
    if url.starts_with("./") || url.starts_with("../") {
        return Some(url);
    }
    if let Some(path) = url.strip_prefix("{root:uri}") {
        return Some(path.trim_start_matches('/'));
    }
    let path = url.strip_prefix("file:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.strip_prefix('/').filter(|path| path.starts_with("${PROJECT_ROOT}")).unwrap_or(path);
    match path.strip_prefix("${PROJECT_ROOT}") {
        Some(path) => Some(path.trim_start_matches('/')),
        None => (!path.starts_with('/')).then_some(path),
    }
}
