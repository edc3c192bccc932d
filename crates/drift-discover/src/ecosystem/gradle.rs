//! Gradle: settings files, which name the projects of a build, and build files, which name dependencies.
//!
//! `settings.rs` and `build.rs` read literal statements in Groovy and Kotlin; `blocks.rs` knows in which blocks a
//! statement stands; `unroll.rs` writes loops over literals out; `catalog.rs` reads version catalogs. A build is a
//! workspace, and the name of a project is its path in the build (`:a:b`).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod blocks;
mod build;
mod catalog;
mod settings;
mod unroll;

use build::{BuildFile, Target};
use catalog::Catalog;
use settings::Build;

use crate::context::Context;
use crate::ecosystem::script::{Language, Script};
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link};
use crate::graph::ExternalDependency;
use crate::path::RepoPath;

const SETTINGS: [&str; 2] = ["settings.gradle.kts", "settings.gradle"];
const BUILDS: [&str; 2] = ["build.gradle.kts", "build.gradle"];

/// Gradle's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "gradle",
    is_manifest: |name| SETTINGS.iter().chain(&BUILDS).any(|known| known.as_bytes() == name),
    find,
};

/// Where a directory stands: the build and the project in it.
type Places = BTreeMap<RepoPath, (usize, usize)>;

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible = |names: &[&str]| -> BTreeSet<RepoPath> {
        let paths = names.iter().flat_map(|name| context.named(name));
        paths.filter_map(RepoPath::parent).filter(|dir| !excluded.hides(dir)).collect()
    };
    let roots = visible(&SETTINGS);
    let standalone = visible(&BUILDS);
    let builds: Vec<Build> =
        roots.iter().filter_map(|root| Build::read(context, root, &standalone)).collect();
    let places = places(&builds);
    let catalogs: Vec<Catalog> = builds.iter().map(|build| Catalog::read(context, &build.root)).collect();

    // Every build file of a project, and of a directory that no build lists.
    let mut files: Vec<(RepoPath, RepoPath)> = (places.iter())
        .filter_map(|(dir, &(build, at))| Some((dir.clone(), builds[build].build_file(context, at)?)))
        .collect();
    for dir in standalone.iter().filter(|dir| !places.contains_key(*dir)) {
        files.extend(first_of(context, dir, &BUILDS).map(|file| (dir.clone(), file)));
    }
    let read: BTreeMap<RepoPath, (RepoPath, BuildFile)> = (files.into_par_iter())
        .filter_map(|(dir, path)| {
            let file = BuildFile::read(context, &path)?;
            Some((dir, (path, file)))
        })
        .collect();

    let resolver = Resolver::new(context, &builds, &read, &catalogs);
    let mut found = Found::default();
    for build in &builds {
        found.workspaces.push(FoundWorkspace { root: build.root.clone(), manager: "gradle".into() });
    }
    let unlisted = read.keys().filter(|dir| !places.contains_key(*dir));
    for dir in places.keys().chain(unlisted) {
        let place = places.get(dir).copied();
        let manifest = match (read.get(dir), place) {
            (Some((path, _)), _) => path.clone(),
            // A project needs no build file; its settings file says that it is one.
            (None, Some((build, _))) => builds[build].settings.clone(),
            (None, None) => continue,
        };
        let (links, external) = resolver.links(dir, place);
        found.projects.push(FoundProject {
            ecosystem: None,
            key: dir.clone(),
            path: dir.clone(),
            manifest,
            name: place.map(|(build, at)| builds[build].path_of(at)),
            version: read.get(dir).and_then(|(_, file)| file.version.clone()),
            private: false,
            workspace: place.map(|(build, _)| build),
            links,
            external,
            ..FoundProject::default()
        });
    }
    found
}

/// The project that each directory is: what an outer build lists wins over being the root of an own one.
fn places(builds: &[Build]) -> Places {
    let mut places = Places::new();
    for only_roots in [Role::Listed, Role::Root] {
        for (at, build) in builds.iter().enumerate() {
            for (project, entry) in build.projects.iter().enumerate() {
                let role = if project == 0 { Role::Root } else { Role::Listed };
                if role == only_roots
                    && let Some(dir) = &entry.dir
                {
                    places.entry(dir.clone()).or_insert((at, project));
                }
            }
        }
    }
    places
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Listed,
    Root,
}

type Links = (Vec<Link>, Vec<ExternalDependency>);

/// All that is needed to resolve what build files declare.
struct Resolver<'a> {
    context: &'a Context<'a>,
    builds: &'a [Build],
    /// The build file of each directory, with its path.
    read: &'a BTreeMap<RepoPath, (RepoPath, BuildFile)>,
    catalogs: &'a [Catalog],
    /// For each build, the projects whose build file says something for others.
    shared: Vec<Vec<usize>>,
}

impl<'a> Resolver<'a> {
    fn new(
        context: &'a Context<'a>,
        builds: &'a [Build],
        read: &'a BTreeMap<RepoPath, (RepoPath, BuildFile)>,
        catalogs: &'a [Catalog],
    ) -> Resolver<'a> {
        let shares = |dir: &RepoPath| {
            read.get(dir).is_some_and(|(_, file)| {
                let mut targets = file.projects.iter().map(|(target, _)| target);
                let other = |target: &Target| *target != Target::Own;
                targets.any(other) || file.external.iter().any(|(target, _)| other(target))
            })
        };
        let of_build = |build: &Build| {
            let entries = build.projects.iter().enumerate();
            entries.filter(|(_, entry)| entry.dir.as_ref().is_some_and(shares)).map(|(at, _)| at).collect()
        };
        Resolver { context, builds, read, catalogs, shared: builds.iter().map(of_build).collect() }
    }

    /// What the build file of `dir`, and others in the build, declare for it.
    fn links(&self, dir: &RepoPath, place: Option<(usize, usize)>) -> Links {
        let (mut links, mut external) = Links::default();
        let Some((build_at, own)) = place else {
            if let Some((_, file)) = self.read.get(dir) {
                let none = Catalog::default();
                external.extend(file.external.iter().flat_map(|(_, found)| found.resolve(&none)));
            }
            return (links, external);
        };
        let build = &self.builds[build_at];
        let own_path = build.path_of(own);
        let shared = self.shared[build_at].iter().copied().filter(|&at| at != own);
        for at in shared.chain([own]) {
            let entry = &build.projects[at];
            let Some((path, file)) = entry.dir.as_ref().and_then(|dir| self.read.get(dir)) else { continue };
            let from = build.path_of(at);
            let applies = |target: &Target| match target {
                Target::Own => at == own,
                Target::Project(name) => build.absolute(at, name) == own_path,
                Target::Below => at != own && is_below(&own_path, &from),
                Target::All => is_below(&own_path, &from),
            };
            for (_, reference) in file.projects.iter().filter(|(target, _)| applies(target)) {
                let to = match &reference.accessor {
                    Some(accessor) => build.by_accessor(accessor),
                    None => build.by_path(&build.absolute(at, &reference.path)),
                };
                match to.map(|to| &build.projects[to].dir) {
                    Some(Some(to)) => {
                        links.push(Link { ecosystem: None, to: to.clone(), kind: reference.kind });
                    }
                    Some(None) => {}
                    None => {
                        let name = reference.accessor.as_ref().unwrap_or(&reference.path);
                        let message =
                            format!("there is no project `{name}` in the build at `{}`", build.root);
                        self.context.problem(path, Some(reference.line), "dependency.missing", message);
                    }
                }
            }
            for (_, dependency) in file.external.iter().filter(|(target, _)| applies(target)) {
                external.extend(dependency.resolve(&self.catalogs[build_at]));
            }
        }
        (links, external)
    }
}

/// Whether the project `path` is `above` or below it.
fn is_below(path: &str, above: &str) -> bool {
    above == ":" || path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with(':'))
}

/// The first of `names` that is a file in `dir`.
fn first_of(context: &Context, dir: &RepoPath, names: &[&str]) -> Option<RepoPath> {
    names.iter().filter_map(|name| dir.join(name)).find(|path| {
        context.input(path);
        context.is_file(path)
    })
}

/// The script at `path`, in the language of its ending, with its loops over literals written out.
fn script(context: &Context, path: &RepoPath) -> Option<Script> {
    let language = if path.file_name().ends_with(b".kts") { Language::Kotlin } else { Language::Groovy };
    Some(unroll::unroll(Script::new(language, &context.text(path)?)))
}

#[cfg(test)]
mod tests;
