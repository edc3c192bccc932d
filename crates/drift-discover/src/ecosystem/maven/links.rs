//! What a pom's dependencies, parent, boms and plugins stand for.
//!
//! Within a reactor an artifact is the project of that `groupId:artifactId`; elsewhere in the repository it
//! is one only if the version is the same too, as it then would be in the local repository.

use std::collections::BTreeMap;

use super::model::{Key, Lineage, Poms};
use super::pom::Reference;
use crate::ecosystem::{Link, Range};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

/// The group of a plugin that names none.
const PLUGINS: &str = "org.apache.maven.plugins";

/// How many managed dependencies of one artifact name are compared with a dependency.
const MAX_MANAGED: usize = 100;

/// The pom files of one reactor by name.
pub(super) type Reactor = BTreeMap<Key, RepoPath>;

/// The pom files of the repository by name, with versions; `None` where several have the name.
pub(super) type Everywhere = BTreeMap<Key, Option<(RepoPath, Option<String>)>>;

/// Resolves what one pom mentions.
pub(super) struct Resolver<'a> {
    pub(super) poms: &'a Poms<'a>,
    pub(super) everywhere: &'a Everywhere,
    /// The reactor that the pom is in.
    pub(super) reactor: Option<&'a Reactor>,
    pub(super) file: &'a RepoPath,
    pub(super) lineage: &'a Lineage,
}

/// What one pom depends on; its links and ranges name pom files.
#[derive(Default)]
pub(super) struct Dependencies {
    pub(super) links: Vec<Link>,
    pub(super) external: Vec<ExternalDependency>,
    pub(super) ranges: Vec<Range>,
}

impl Resolver<'_> {
    /// The links, to pom files, and the other dependencies.
    pub(super) fn resolve(&self) -> Dependencies {
        let Dependencies { mut links, mut external, mut ranges } = Dependencies::default();
        let pom = &self.lineage.poms[0].1;
        let link = |to: &RepoPath, kind| Link { ecosystem: None, to: to.clone(), kind };
        if let Some((above, _)) = self.lineage.poms.get(1) {
            links.push(link(above, EdgeKind::Parent));
        } else if let Some(parent) = &pom.parent
            && let (Some(group), Some(artifact)) = (&parent.group, &parent.artifact)
        {
            let name = format!("{group}:{artifact}");
            match self.project(&name, parent.version.as_deref()) {
                Some(to) => links.push(link(to, EdgeKind::Parent)),
                None => external.push(ExternalDependency {
                    name,
                    kind: EdgeKind::Parent,
                    requirement: parent.version.clone().unwrap_or_default(),
                }),
            }
        }
        for dependency in &pom.dependencies {
            let Some((name, version)) = self.coordinates(dependency, None) else {
                let message = format!(
                    "the coordinates of the dependency `{}` use a property that no pom here defines",
                    dependency.artifact
                );
                self.poms.context.problem(self.file, Some(dependency.line), "dependency.computed", message);
                continue;
            };
            let managed = self.managed(&name, dependency);
            let scope = dependency.scope.as_ref().or(managed.and_then(|managed| managed.scope.as_ref()));
            let kind =
                if scope.is_some_and(|scope| scope == "test") { EdgeKind::Dev } else { EdgeKind::Normal };
            let version = version.or_else(|| {
                let managed = managed.filter(|_| dependency.version.is_none())?;
                self.poms.interpolate(self.lineage, managed.version.as_deref()?)
            });
            match self.project(&name, version.as_deref()) {
                Some(to) => {
                    links.push(link(to, kind));
                    ranges.extend(version.map(|requirement| Range { to: to.clone(), kind, requirement }));
                }
                None => {
                    let requirement = version.or_else(|| dependency.version.clone()).unwrap_or_default();
                    external.push(ExternalDependency { name, kind, requirement });
                }
            }
        }
        let boms = pom.boms.iter().map(|reference| (reference, EdgeKind::Bom));
        let plugins = pom.plugins.iter().map(|reference| (reference, EdgeKind::Plugin));
        for (reference, kind) in boms.chain(plugins) {
            let default = (kind == EdgeKind::Plugin).then_some(PLUGINS);
            let Some((name, version)) = self.coordinates(reference, default) else { continue };
            let version =
                version.or_else(|| self.managed_plugin(&name, reference).filter(|_| default.is_some()));
            // A build that says which release of a plugin runs does not wait for its own copy.
            let is_own = |to: &&RepoPath| {
                let own = self.poms.lineage(to).and_then(|lineage| self.poms.version(&lineage));
                default.is_none() || version.is_none() || own.is_none() || own == version
            };
            if let Some(to) = self.project(&name, version.as_deref()).filter(is_own) {
                links.push(link(to, kind));
            }
        }
        Dependencies { links, external, ranges }
    }

    /// What the nearest `<dependencyManagement>` says of a dependency that leaves its version or scope open.
    fn managed(&self, name: &str, dependency: &Reference) -> Option<&Reference> {
        if dependency.version.is_some() && dependency.scope.is_some() {
            return None;
        }
        let same = |managed: &&Reference| {
            self.coordinates(managed, None).is_some_and(|(managed_name, _)| managed_name == name)
        };
        let poms = self.lineage.poms.iter();
        let entries = poms.filter_map(|(_, pom)| pom.managed.get(&dependency.artifact));
        entries.flatten().take(MAX_MANAGED).find(same)
    }

    /// The version that the nearest `<pluginManagement>` gives a plugin which leaves it open.
    fn managed_plugin(&self, name: &str, plugin: &Reference) -> Option<String> {
        let poms = self.lineage.poms.iter();
        let entries = poms.filter_map(|(_, pom)| pom.managed_plugins.get(&plugin.artifact));
        entries.flatten().take(MAX_MANAGED).find_map(|managed| {
            let (managed_name, version) = self.coordinates(managed, Some(PLUGINS))?;
            version.filter(|_| managed_name == name)
        })
    }

    /// The name and the version, if that is known.
    fn coordinates(&self, reference: &Reference, group: Option<&str>) -> Option<(Key, Option<String>)> {
        let text = |text: &str| self.poms.interpolate(self.lineage, text);
        // Model 4.1 lets a dependency on a project of the reactor leave out the group.
        let own = || self.poms.key(self.lineage)?.split(':').next().map(str::to_owned);
        let group = match (&reference.group, group) {
            (Some(group), _) => text(group)?,
            (None, Some(group)) => group.to_owned(),
            (None, None) => own()?,
        };
        let artifact = text(&reference.artifact)?;
        Some((format!("{group}:{artifact}"), reference.version.as_deref().and_then(text)))
    }

    fn project(&self, name: &str, version: Option<&str>) -> Option<&RepoPath> {
        if let Some(to) = self.reactor.and_then(|reactor| reactor.get(name)) {
            return Some(to);
        }
        let (to, own) = self.everywhere.get(name)?.as_ref()?;
        (version.is_some() && version == own.as_deref()).then_some(to)
    }
}
