//! Java with Maven: `pom.xml` and the reactors that modules form.
//!
//! `pom.rs` reads one pom, `model.rs` what it inherits, `reactor.rs` collects modules, `links.rs` resolves
//! dependencies. A project's name is `groupId:artifactId`.
//! Modules of a profile that is not active by default are in no reactor; they stand alone.

mod links;
mod model;
mod pom;
mod reactor;

use std::collections::{BTreeMap, BTreeSet};

use links::{Dependencies, Everywhere, Reactor, Resolver};
use model::{Lineage, Poms};
use pom::MANIFEST;

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace};
use crate::path::RepoPath;

/// Maven's line in the table of ecosystems.
pub(super) const DEFINITION: Definition =
    Definition { name: "maven", is_manifest: |name| name == MANIFEST.as_bytes(), find };

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible: Vec<RepoPath> = (context.named(MANIFEST).iter())
        .filter(|file| file.parent().is_some_and(|dir| !excluded.hides(&dir) && !is_resource(&dir)))
        .cloned()
        .collect();
    let poms = Poms::new(context, &visible);
    let reactors = reactors(&poms, &visible);

    let mut files: BTreeMap<RepoPath, Option<usize>> = visible.into_iter().map(|file| (file, None)).collect();
    for (at, (_, members)) in reactors.iter().enumerate() {
        for member in members {
            files.entry(member.clone()).or_default().get_or_insert(at);
        }
    }
    let mut names: Vec<Reactor> = reactors.iter().map(|_| Reactor::new()).collect();
    let mut everywhere = Everywhere::new();
    for (file, reactor) in &files {
        let Some(lineage) = poms.lineage(file) else { continue };
        let Some(name) = poms.key(&lineage) else { continue };
        if let Some(at) = reactor {
            names[*at].entry(name.clone()).or_insert_with(|| file.clone());
        }
        let version = poms.version(&lineage);
        everywhere.entry(name).and_modify(|known| *known = None).or_insert(Some((file.clone(), version)));
    }

    // A directory may hold several poms; then only `pom.xml` is known by the directory alone.
    let key_of = |file: &RepoPath| {
        let dir = file.parent().unwrap_or_default();
        let is_second = file.file_name() != MANIFEST.as_bytes()
            && dir.join(MANIFEST).is_some_and(|main| files.contains_key(&main));
        if is_second { file.clone() } else { dir }
    };
    let mut found = Found::default();
    for (file, reactor) in &files {
        let Some(lineage) = poms.lineage(file) else { continue };
        let resolver = Resolver {
            poms: &poms,
            everywhere: &everywhere,
            reactor: reactor.map(|at| &names[at]),
            file,
            lineage: &lineage,
        };
        let Dependencies { mut links, external, mut ranges } = resolver.resolve();
        ranges.iter_mut().for_each(|range| range.to = key_of(&range.to));
        links.iter_mut().for_each(|link| link.to = key_of(&link.to));
        found.projects.push(FoundProject {
            ecosystem: None,
            key: key_of(file),
            path: file.parent().unwrap_or_default(),
            manifest: file.clone(),
            name: name(&poms, file, &lineage),
            version: poms.version(&lineage),
            private: poms.interpolate(&lineage, "${maven.deploy.skip}").as_deref() == Some("true"),
            workspace: *reactor,
            links,
            external,
            ranges,
            ..FoundProject::default()
        });
    }
    found.workspaces = (reactors.into_iter())
        .map(|(root, _)| FoundWorkspace { root: root.parent().unwrap_or_default(), manager: "maven".into() })
        .collect();
    found
}

/// The reactors: the poms with modules that no other pom's modules name, with all that they name.
fn reactors(poms: &Poms, visible: &[RepoPath]) -> Vec<(RepoPath, BTreeSet<RepoPath>)> {
    let aggregators: Vec<(&RepoPath, Vec<RepoPath>)> = (visible.iter())
        .map(|file| (file, reactor::modules(poms, file)))
        .filter(|(_, modules)| !modules.is_empty())
        .collect();
    let named: BTreeSet<&RepoPath> = (aggregators.iter())
        .flat_map(|(file, modules)| modules.iter().filter(move |module| module != file))
        .collect();
    (aggregators.iter())
        .filter(|(file, _)| !named.contains(file))
        .map(|(file, _)| ((*file).clone(), reactor::members(poms, file)))
        .collect()
}

fn name(poms: &Poms, file: &RepoPath, lineage: &Lineage) -> Option<String> {
    let name = poms.key(lineage);
    if name.is_none() {
        // A property may be given to the build, so only what is missing is wrong.
        let (code, message) = match lineage.is_named() {
            true => ("manifest.computed", "groupId or artifactId uses a property that no pom here defines"),
            false => {
                ("manifest.no_name", "groupId or artifactId is missing; state it or name a parent that does")
            }
        };
        poms.context.problem(file, None, code, message.into());
    }
    name
}

/// Whether `dir` holds what a project packs, an archetype's template for one.
fn is_resource(dir: &RepoPath) -> bool {
    let parts: Vec<&[u8]> = dir.parts().collect();
    parts.windows(3).any(|run| run == [b"src".as_slice(), b"main", b"resources"])
}

#[cfg(test)]
mod tests;
