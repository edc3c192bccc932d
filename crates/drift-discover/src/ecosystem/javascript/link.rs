//! [`Links`]: which project of the repository a declared dependency resolves to, by the rules of each package
//! manager.
//!
//! Invariant: a path links the project that lies there, whatever its name; a name links a member of the same
//! workspace only.

use std::collections::{BTreeSet, HashMap};

use crate::context::Context;
use crate::ecosystem::{FoundProject, Link, Range};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;

use super::manifest::{Dependency, Manifest};
use super::packages::Packages;
use super::specifier::Specifier;
use super::syntax;
use super::version::{self, Prereleases};
use super::workspace::{Linker, Workspace};

/// What the members of one workspace, or a package of none, can link.
pub(super) struct Links<'a> {
    packages: &'a Packages,
    /// Every directory that is a project.
    projects: &'a BTreeSet<RepoPath>,
    workspace: Option<&'a Workspace>,
    by_name: HashMap<&'a str, Vec<&'a RepoPath>>,
}

impl<'a> Links<'a> {
    pub(super) fn new(
        packages: &'a Packages,
        projects: &'a BTreeSet<RepoPath>,
        workspace: Option<&'a Workspace>,
    ) -> Links<'a> {
        let mut by_name: HashMap<&str, Vec<&RepoPath>> = HashMap::new();
        if let Some(workspace) = workspace {
            for dir in &workspace.members {
                if let Some(name) = workspace.link_name(packages, dir) {
                    by_name.entry(name).or_default().push(dir);
                }
            }
        }
        Links { packages, projects, workspace, by_name }
    }

    /// The project in `dir`, a member of the workspace with the index `workspace`.
    pub(super) fn project(
        &self,
        context: &Context,
        dir: &RepoPath,
        workspace: Option<usize>,
    ) -> Option<FoundProject> {
        let manifest = self.packages.get(dir)?;
        let mut project = FoundProject {
            ecosystem: None,
            key: dir.clone(),
            path: dir.clone(),
            manifest: manifest.file.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            private: manifest.private,
            workspace,
            links: Vec::new(),
            ..FoundProject::default()
        };
        for dependency in &manifest.dependencies {
            let to = self.resolve(context, dir, manifest, dependency);
            project.ranges.extend(self.range(dir, manifest, dependency, to.as_ref()));
            match to {
                Some(to) => project.links.push(Link { ecosystem: None, to, kind: dependency.kind }),
                None => project.external.push(ExternalDependency {
                    name: dependency.name.clone(),
                    kind: dependency.kind,
                    requirement: dependency.specifier.clone(),
                }),
            }
        }
        Some(project)
    }

    fn resolve(
        &self,
        context: &Context,
        dir: &RepoPath,
        manifest: &Manifest,
        dependency: &Dependency,
    ) -> Option<RepoPath> {
        let Dependency { name, specifier, .. } = dependency;
        let Some(workspace) = self.workspace else {
            let Specifier::Path(path) = Specifier::parse(specifier) else { return None };
            return self.at(dir, &path);
        };
        let put = workspace.overrides.specifier(manifest, name, specifier);
        // A path in an override is relative to the root, where it is written.
        let base = if put.is_some() { &workspace.root } else { dir };
        match Specifier::parse(put.unwrap_or(specifier)) {
            Specifier::Path(path) => self.at(base, &path),
            Specifier::Workspace { name: alias, rest } => {
                if workspace.is_decoupled(dir, name) {
                    return None;
                }
                let found = self.by_protocol(workspace, alias.unwrap_or(name), rest);
                if found.is_none() {
                    let message = format!(
                        "no member is what `{name}` asks for with `{specifier}`; correct one of them"
                    );
                    self.report(context, manifest, name, "link.unresolved", message);
                }
                found
            }
            Specifier::Registry { name: alias, range } => self.by_range(workspace, dir, name, alias, range),
            Specifier::Catalog(catalog) => {
                let Some(entry) = workspace.catalogs.get(catalog).and_then(|rows| rows.get(name)) else {
                    // rush keeps its catalogs elsewhere, and they hold no local versions.
                    if !matches!(workspace.linker, Linker::Rush(_)) {
                        let message = format!("catalog `{catalog}` has no `{name}`; add it there");
                        self.report(context, manifest, name, "catalog.missing", message);
                    }
                    return None;
                };
                // What a catalog says is a range, or for bun a member; the other forms are errors.
                match Specifier::parse(entry) {
                    Specifier::Registry { name: alias, range } => {
                        self.by_range(workspace, dir, name, alias, range)
                    }
                    Specifier::Workspace { name: alias, rest }
                        if matches!(workspace.linker, Linker::Bun { .. }) =>
                    {
                        self.by_protocol(workspace, alias.unwrap_or(name), rest)
                    }
                    _ => None,
                }
            }
            Specifier::Elsewhere => None,
        }
    }

    /// The versions that a dependency takes of the member it is linked to, or would be if its version were one
    /// of them.
    fn range(
        &self,
        dir: &RepoPath,
        manifest: &Manifest,
        dependency: &Dependency,
        linked: Option<&RepoPath>,
    ) -> Option<Range> {
        let Dependency { name, specifier, kind } = dependency;
        let workspace = self.workspace?;
        let specifier = workspace.overrides.specifier(manifest, name, specifier).unwrap_or(specifier);
        let mut parsed = Specifier::parse(specifier);
        if let Specifier::Catalog(catalog) = parsed {
            parsed = Specifier::parse(workspace.catalogs.get(catalog)?.get(name)?);
        }
        let (wanted, range) = match parsed {
            Specifier::Workspace { name: alias, rest } => (alias.unwrap_or(name), rest),
            Specifier::Registry { name: alias, range } if workspace.links_plain(dir, name, alias) => {
                (alias.unwrap_or(name), range)
            }
            _ => return None,
        };
        let range = range.trim();
        if matches!(range, "" | "*" | "^" | "~") || !version::is_range(range) {
            return None;
        }
        let to = linked.cloned().or_else(|| self.newest(wanted, |_| true))?;
        Some(Range { to, kind: *kind, requirement: range.to_owned() })
    }

    fn report(
        &self,
        context: &Context,
        manifest: &Manifest,
        name: &str,
        code: &'static str,
        message: String,
    ) {
        let line = syntax::line_of(context, &manifest.file, &format!("\"{name}\""));
        context.problem(&manifest.file, line, code, message);
    }

    fn at(&self, base: &RepoPath, path: &str) -> Option<RepoPath> {
        base.join(path).filter(|to| self.projects.contains(to))
    }

    /// Yarn 2 and later take a path behind `workspace:` relative to the root.
    fn yarn_path(&self, workspace: &Workspace, path: &str) -> Option<RepoPath> {
        let Linker::Yarn { .. } = workspace.linker else { return None };
        self.at(&workspace.root, path)
    }

    fn by_protocol(&self, workspace: &Workspace, name: &str, rest: &str) -> Option<RepoPath> {
        let rest = if matches!(workspace.linker, Linker::Rush(_)) { "*" } else { rest.trim() };
        if matches!(rest, "" | "*" | "^" | "~") {
            return self.newest(name, |_| true);
        }
        if !version::is_range(rest) {
            // `workspace:packages/a` is yarn's; anything else that is no range is a tag, which any version has.
            return self.yarn_path(workspace, rest).or_else(|| self.newest(name, |_| true));
        }
        let is_bun = matches!(workspace.linker, Linker::Bun { .. });
        let satisfying = self.newest(name, |member| {
            let own = member.version.as_deref().unwrap_or("0.0.0");
            version::is_same(own, rest)
                || version::satisfies(own, rest, Prereleases::OnlyNamed)
                || (is_bun && version::is_anything(rest))
        });
        // pnpm takes the member that there is; the range is only what publishing writes.
        let is_lenient = matches!(workspace.linker, Linker::Pnpm(_));
        satisfying.or_else(|| self.newest(name, |_| is_lenient))
    }

    /// A specifier without a protocol of its own: `range` of `alias`, or of the dependency's name.
    fn by_range(
        &self,
        workspace: &Workspace,
        dir: &RepoPath,
        name: &str,
        alias: Option<&str>,
        range: &str,
    ) -> Option<RepoPath> {
        let range = range.trim();
        let wanted = alias.unwrap_or(name);
        let satisfied = |member: &Manifest| {
            let own = member.version.as_deref();
            own.is_some_and(|own| version::satisfies(own, range, Prereleases::OnlyNamed))
        };
        match &workspace.linker {
            Linker::Pnpm(links) if !links.plain => None,
            Linker::Pnpm(links) => self.newest(wanted, |member| {
                let own = member.version.as_deref().unwrap_or("0.0.0");
                match range {
                    "" | "*" => true,
                    range if version::is_range(range) => {
                        version::is_same(own, range) || version::satisfies(own, range, Prereleases::OnlyNamed)
                    }
                    _tag => links.prefer || member.private,
                }
            }),
            // In node_modules the directory of a workspace has the workspace's name, so an alias never finds it.
            Linker::Npm if alias.is_some_and(|alias| alias != name) => None,
            Linker::Npm => self.newest(wanted, |member| matches!(range, "" | "*") || satisfied(member)),
            Linker::Bun { plain: false } => None,
            // What is private is not in the registry, and so has no tags there.
            Linker::Bun { .. } if range.is_empty() || !version::is_range(range) => {
                self.newest(wanted, |member| member.private)
            }
            Linker::Bun { .. } => {
                self.newest(wanted, |member| version::is_anything(range) || satisfied(member))
            }
            Linker::Yarn { transparent: false } => None,
            Linker::Yarn1 if alias.is_some() => None,
            Linker::Yarn1 | Linker::Yarn { transparent: true } | Linker::Lerna => {
                self.newest(wanted, satisfied)
            }
            Linker::Rush(_) if alias.is_some() || workspace.is_decoupled(dir, name) => None,
            Linker::Rush(_) => self.newest(wanted, satisfied),
        }
    }

    /// Of the members named `name` that `accepts`, the one of the newest version; of equal ones, the last.
    fn newest(&self, name: &str, accepts: impl Fn(&Manifest) -> bool) -> Option<RepoPath> {
        let members = self.by_name.get(name)?.iter();
        let members = members.filter_map(|dir| Some((dir, self.packages.get(dir)?)));
        let version = |member: &&Manifest| member.version.clone().unwrap_or_else(|| "0.0.0".into());
        let newest = members
            .filter(|(_, member)| accepts(member))
            .max_by(|(_, a), (_, b)| version::compare(&version(a), &version(b)));
        newest.map(|(dir, _)| (**dir).clone())
    }
}

impl Workspace {
    /// Whether a plain range links a member that satisfies it.
    fn links_plain(&self, dir: &RepoPath, name: &str, alias: Option<&str>) -> bool {
        match &self.linker {
            Linker::Pnpm(links) => links.plain,
            Linker::Npm => alias.is_none_or(|alias| alias == name),
            Linker::Yarn1 => alias.is_none(),
            Linker::Bun { plain } | Linker::Yarn { transparent: plain } => *plain,
            Linker::Lerna => true,
            Linker::Rush(_) => alias.is_none() && !self.is_decoupled(dir, name),
        }
    }

    /// Whether rush.json says that the member in `dir` takes `name` from the registry.
    fn is_decoupled(&self, dir: &RepoPath, name: &str) -> bool {
        let Linker::Rush(decoupled) = &self.linker else { return false };
        decoupled.get(dir).is_some_and(|names| names.contains(name))
    }

    /// The name under which other members can link the one in `dir`.
    fn link_name<'a>(&'a self, packages: &'a Packages, dir: &'a RepoPath) -> Option<&'a str> {
        let manifest = packages.get(dir)?;
        let own = manifest.name.as_deref();
        match self.linker {
            // The root is not in its own node_modules.
            Linker::Npm | Linker::Bun { .. } | Linker::Yarn1 | Linker::Lerna if *dir == self.root => None,
            // npm names a workspace without a name after its directory.
            Linker::Npm | Linker::Bun { .. } => own.or_else(|| directory_name(dir)),
            _ => own,
        }
    }
}

/// The last part of a path, with the scope before it.
fn directory_name(dir: &RepoPath) -> Option<&str> {
    let path = dir.as_str()?;
    let last = path.rfind('/').map_or(0, |at| at + 1);
    let scope = path[..last].trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
    Some(if path[scope..].starts_with('@') { &path[scope..] } else { &path[last..] })
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
