//! What a dependency of a package stands for: a directory of the repository, or something outside.

use std::rc::Rc;

use semver::{Version, VersionReq};

use super::crates::{Crates, MANIFEST, manifest_of};
use super::manifest::{Dependency, Field, Manifest, Patch, Spec};
use crate::ecosystem::{Link, Range};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;

/// The directories that path dependencies of the package in `dir` name.
pub(super) fn paths<'m>(
    crates: &'m Crates,
    dir: &'m RepoPath,
    manifest: &'m Manifest,
) -> impl Iterator<Item = RepoPath> + 'm {
    manifest.dependencies.iter().filter_map(|dependency| {
        let (base, spec) = resolve(crates, dir, dependency)?;
        base.join(spec.path?)
    })
}

/// What the package in `dir` depends on.
#[derive(Default)]
pub(super) struct Dependencies {
    pub(super) links: Vec<Link>,
    pub(super) external: Vec<ExternalDependency>,
    pub(super) ranges: Vec<Range>,
}

/// The links and the other dependencies of the package in `dir`.
pub(super) fn of(crates: &Crates, dir: &RepoPath, manifest: &Manifest) -> Dependencies {
    let mut found = Dependencies::default();
    let patches = Patches::of(crates, dir, manifest);
    for dependency in &manifest.dependencies {
        let kind = dependency.kind;
        let file = manifest_of(dir);
        let Some((base, spec)) = resolve(crates, dir, dependency) else {
            let key = &dependency.key;
            let message = match dependency.spec {
                Field::Inherited => format!("`{key}` is in no [workspace.dependencies]; add it there"),
                _ => format!("`{key}` is neither a version requirement nor a table; correct it"),
            };
            crates.context.problem(&file, Some(dependency.line), "dependency.unresolved", message);
            continue;
        };
        let name = spec.package.clone().unwrap_or_else(|| dependency.key.clone());
        let target = match &spec.path {
            // A path that leaves the repository is somebody else's project.
            Some(path) => base.join(path),
            None => patches.find(crates, &name, &spec),
        };
        match target {
            Some(to) if crates.get(&to).is_some() => {
                if let Some(requirement) = spec.version {
                    found.ranges.push(Range { to: to.clone(), kind, requirement });
                }
                found.links.push(Link { ecosystem: None, to, kind });
            }
            Some(to) => {
                crates.context.input(&manifest_of(&to));
                if !crates.context.is_file(&manifest_of(&to)) {
                    let message = format!("`{name}` is to be at `{to}`, where there is no {MANIFEST}");
                    crates.context.problem(&file, Some(dependency.line), "dependency.missing", message);
                }
            }
            None => {
                let requirement = spec.version.unwrap_or_default();
                found.external.push(ExternalDependency { name, kind, requirement });
            }
        }
    }
    found
}

/// The place a dependency's path is relative to, and its entry with inheritance applied.
fn resolve(crates: &Crates, dir: &RepoPath, dependency: &Dependency) -> Option<(RepoPath, Spec)> {
    match &dependency.spec {
        Field::Absent => None,
        Field::Own(spec) => Some((dir.clone(), spec.clone())),
        Field::Inherited => {
            let (root, manifest) = crates.inherited(dir)?;
            let spec = manifest.workspace.as_ref()?.dependencies.get(&dependency.key)?.clone();
            Some((root, spec))
        }
    }
}

/// The `[patch]` tables that apply to a package: those of its workspace's root, or its own; then those of
/// cargo's configuration from there up.
struct Patches {
    root: RepoPath,
    manifest: Option<Rc<Manifest>>,
    configs: Vec<(RepoPath, Rc<Vec<Patch>>)>,
}

impl Patches {
    fn of(crates: &Crates, dir: &RepoPath, own: &Manifest) -> Patches {
        let root = if own.workspace.is_some() { None } else { crates.root_of(dir) };
        let root = root.unwrap_or_else(|| dir.clone());
        let configs = root.ancestors().filter_map(|dir| Some((dir.clone(), crates.config(&dir)?))).collect();
        Patches { manifest: crates.get(&root), root, configs }
    }

    /// The directory that replaces the package `name` from the source of `spec`, if its version satisfies
    /// the requirement.
    fn find(&self, crates: &Crates, name: &str, spec: &Spec) -> Option<RepoPath> {
        let requirement = spec.version.as_deref().unwrap_or("*");
        let own =
            self.manifest.iter().flat_map(|manifest| &manifest.patches).map(|patch| (&self.root, patch));
        let configured =
            self.configs.iter().flat_map(|(dir, patches)| patches.iter().map(move |patch| (dir, patch)));
        let mut all = own.chain(configured);
        all.find_map(|(base, patch)| {
            if patch.name != name || !spec.comes_from(&patch.source) {
                return None;
            }
            let to = base.join(&patch.path)?;
            let version = crates.version(&to, &*crates.get(&to)?);
            let version = Version::parse(version.as_deref().unwrap_or("0.0.0")).ok()?;
            VersionReq::parse(requirement).ok()?.matches(&version).then_some(to)
        })
    }
}

impl Spec {
    fn comes_from(&self, source: &str) -> bool {
        match (&self.git, &self.registry) {
            (Some(url), _) => canonical(url) == canonical(source),
            (None, Some(registry)) => registry == source,
            (None, None) => {
                matches!(source, "crates-io" | "https://github.com/rust-lang/crates.io-index")
            }
        }
    }
}

/// Cargo's canonical form of a git URL: the spellings of one repository become equal.
fn canonical(url: &str) -> String {
    let url = url.trim_end_matches('/');
    let url = if url.contains("://github.com/") { url.to_lowercase() } else { url.to_owned() };
    url.strip_suffix(".git").map(str::to_owned).unwrap_or(url)
}
