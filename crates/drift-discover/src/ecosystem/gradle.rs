//! Gradle: settings files, which name the projects of a build, and build files, which name dependencies.
//!
//! `settings.rs` and `build.rs` read literal statements in Groovy and Kotlin; `blocks.rs` knows in which blocks a
//! statement stands; `unroll.rs` writes loops over literals out; `catalog.rs` reads version catalogs; `applied.rs` and
//! `plugins.rs` find the scripts and convention plugins that build files apply; `resolve.rs` draws the links. A build
//! is a workspace, and the name of a project is its path in the build (`:a:b`).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod applied;
mod blocks;
mod build;
mod catalog;
mod plugins;
mod resolve;
mod settings;
mod unroll;

use build::BuildFile;
use catalog::Catalog;
use plugins::Plugins;
use resolve::Resolver;
use settings::Build;

use crate::context::Context;
use crate::ecosystem::script::{Language, Script};
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace};
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

    let plugins = Plugins::find(context, &builds, &read);
    let resolver = Resolver::new(context, &builds, &read, &catalogs, &plugins);
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
    Script::read(context, path, language).map(unroll::unroll)
}

#[cfg(test)]
mod tests;
