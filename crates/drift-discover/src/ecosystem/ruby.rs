//! Ruby: gemspecs, and the Gemfiles that tie them together.
//!
//! `gemspec.rs` and `gemfile.rs` read the literal statements of the two; what code computes is a problem. A
//! Gemfile that names gems of the repository, by `path:` or `gemspec`, is the root of a workspace, as bundler
//! resolves these together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod gemfile;
mod gemspec;

use gemfile::Gemfile;
use gemspec::Gemspec;

use crate::context::Context;
use crate::ecosystem::script::{Kind, Script, Value};
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link, Range};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

const GEMSPEC: &str = ".gemspec";
const GEMFILES: [&str; 2] = ["gems.rb", "Gemfile"];

/// Ruby's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "ruby",
    is_manifest: |name| {
        name.ends_with(GEMSPEC.as_bytes()) || GEMFILES.iter().any(|gemfile| gemfile.as_bytes() == name)
    },
    find,
};

/// A declared dependency on a gem.
#[derive(Clone, Debug)]
struct Dependency {
    name: String,
    kind: EdgeKind,
    requirement: String,
}

/// What a directory holds.
#[derive(Default)]
struct Place {
    /// Sorted by file; more than one gem may be built from one directory.
    gemspecs: Vec<Gemspec>,
    gemfile: Option<Gemfile>,
}

type Places = BTreeMap<RepoPath, Place>;

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let shown = |path: &&RepoPath| !excluded.hides(&path.parent().unwrap_or_default());
    let mut places = Places::new();
    let gemfiles: Vec<&RepoPath> =
        GEMFILES.iter().flat_map(|name| context.named(name)).filter(shown).collect();
    let read: Vec<_> = gemfiles.par_iter().filter_map(|path| Gemfile::read(context, path)).collect();
    for gemfile in read {
        // Bundler takes `gems.rb` where both are there.
        let place = places.entry(gemfile.path.parent().unwrap_or_default()).or_default();
        place.gemfile.get_or_insert(gemfile);
    }
    // The gems that bundler finds, wherever they lie, and those nobody lists.
    let listed: BTreeMap<RepoPath, BTreeSet<RepoPath>> = (places.iter())
        .filter_map(|(dir, place)| {
            let gems = gemfile::gems(context, dir, place.gemfile.as_ref()?);
            (!gems.is_empty()).then(|| (dir.clone(), gems))
        })
        .collect();
    let mut gemspecs: BTreeSet<RepoPath> = listed.values().flatten().cloned().collect();
    gemspecs.extend(context.ending(GEMSPEC).into_iter().filter(shown).cloned());
    let gemspecs: Vec<RepoPath> = gemspecs.into_iter().collect();
    let read: Vec<_> = gemspecs.par_iter().filter_map(|path| Gemspec::read(context, path)).collect();
    for gemspec in read {
        places.entry(gemspec.path.parent().unwrap_or_default()).or_default().gemspecs.push(gemspec);
    }

    let names = names(&places);
    let roots: Vec<&RepoPath> = listed.keys().collect();
    let members: Vec<BTreeSet<RepoPath>> = (listed.iter())
        .map(|(root, gems)| gems.iter().filter_map(RepoPath::parent).chain([root.clone()]).collect())
        .collect();
    let home = |dir: &RepoPath| {
        let listing = (0..roots.len()).filter(|&at| members[at].contains(dir));
        // A gem with a Gemfile for its own tests still belongs to the outer one that ships it.
        listing.min_by_key(|&at| (!dir.starts_with(roots[at]), roots[at].parts().count()))
    };
    let homes: BTreeMap<&RepoPath, usize> = places.keys().filter_map(|dir| Some((dir, home(dir)?))).collect();
    let used: BTreeSet<usize> = homes.values().copied().collect();
    let projects = (places.iter())
        .map(|(dir, place)| {
            let workspace = homes.get(dir).map(|at| used.range(..at).count());
            let mut project = project(dir, place, &names, listed.get(dir), workspace);
            // Of several gems in one directory the version of only one is known.
            project.ranges.retain(|range| places.get(&range.to).is_some_and(|to| to.gemspecs.len() == 1));
            project
        })
        .collect();
    let workspaces = (used.iter())
        .map(|&at| FoundWorkspace { root: roots[at].clone(), manager: "bundler".into() })
        .collect();
    Found { workspaces, projects }
}

/// The directories of gems by name.
fn names(places: &Places) -> BTreeMap<&str, BTreeSet<&RepoPath>> {
    let mut names: BTreeMap<&str, BTreeSet<&RepoPath>> = BTreeMap::new();
    for (dir, place) in places {
        for name in place.gemspecs.iter().filter_map(|gemspec| gemspec.name.as_deref()) {
            names.entry(name).or_default().insert(dir);
        }
    }
    names
}

fn project(
    dir: &RepoPath,
    place: &Place,
    names: &BTreeMap<&str, BTreeSet<&RepoPath>>,
    gems: Option<&BTreeSet<RepoPath>>,
    workspace: Option<usize>,
) -> FoundProject {
    let mut links = Vec::new();
    let mut external = Vec::new();
    let mut ranges = Vec::new();
    let mut add = |dependency: &Dependency, to: Option<&RepoPath>| match to {
        Some(to) => {
            let Dependency { kind, requirement, .. } = dependency.clone();
            if !requirement.is_empty() {
                ranges.push(Range { to: to.clone(), kind, requirement });
            }
            links.push(Link { ecosystem: None, to: to.clone(), kind });
        }
        None => external.push(ExternalDependency {
            name: dependency.name.clone(),
            kind: dependency.kind,
            requirement: dependency.requirement.clone(),
        }),
    };
    for dependency in place.gemspecs.iter().flat_map(|gemspec| &gemspec.dependencies) {
        let candidates = names.get(dependency.name.as_str());
        add(dependency, candidates.filter(|dirs| dirs.len() == 1).and_then(|dirs| dirs.first().copied()));
    }
    for entry in place.gemfile.iter().flat_map(|gemfile| &gemfile.gems) {
        // A Gemfile takes from the repository only what one of its paths provides.
        let provided = gems.and_then(|gems| {
            let dirs = names.get(entry.dependency.name.as_str())?;
            dirs.iter().copied().find(|dir| gems.iter().any(|gem| gem.parent().as_ref() == Some(*dir)))
        });
        let mut dependency = entry.dependency.clone();
        if !place.gemspecs.is_empty() {
            dependency.kind = EdgeKind::Dev;
        }
        if entry.path.is_none() || provided.is_some() {
            add(&dependency, provided);
        }
    }
    // The gem whose name the others extend: `rails` before `rails-html`.
    let main = place
        .gemspecs
        .iter()
        .min_by_key(|gemspec| (gemspec.name.is_none(), gemspec.name.as_ref().map_or(0, String::len)));
    let manifest = main.map(|gemspec| &gemspec.path).or(place.gemfile.as_ref().map(|gemfile| &gemfile.path));
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir.clone(),
        manifest: manifest.cloned().unwrap_or_default(),
        name: main.and_then(|gemspec| gemspec.name.clone()),
        version: main.and_then(|gemspec| gemspec.version.clone()),
        private: false,
        workspace,
        links,
        external,
        ranges,
        ..FoundProject::default()
    }
}

/// The path a value names relative to a script's directory: a literal, or `File.expand_path("…", __dir__)`.
fn path_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(path) => Some(path),
        Value::Call(name, args) if matches!(name.as_str(), "File.expand_path" | "File.join") => {
            let (first, rest) = args.positional.split_first()?;
            let here = |value: &Value| *value == Value::Word("__dir__".into());
            match (name.as_str(), rest) {
                ("File.expand_path", [base]) if here(base) => first.text(),
                ("File.join", [path]) if here(first) => path.text(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The strings of a requirement: `">= 1", "< 3"` or `[">= 1", "< 3"]`; what is computed is left out.
fn requirement(values: &[Value]) -> String {
    let texts: Vec<&str> = values.iter().filter_map(Value::texts).flatten().collect();
    texts.join(", ")
}

/// The variables of a script that are set once, to a literal: `version = "1.0"`.
fn constants(script: &Script) -> BTreeMap<&str, Option<&str>> {
    let mut constants = BTreeMap::new();
    for at in 0..script.tokens.len() {
        let Some(name) = script.word(at) else { continue };
        let assigned = script.is_sign(at + 1, '=') && !script.is_sign(at + 2, '=');
        if assigned && !(at > 0 && script.is_sign(at - 1, '.')) {
            let frozen = script.is_sign(at + 3, '.') && script.word(at + 4) == Some("freeze");
            let behind = at + if frozen { 5 } else { 3 };
            let ends = matches!(script.kind(behind), None | Some(Kind::Newline | Kind::Sign(';')));
            let text = script.text(at + 2).filter(|_| ends);
            // Set twice is set by code.
            constants.entry(name).and_modify(|known| *known = None).or_insert(text);
        }
    }
    constants
}

#[cfg(test)]
mod tests;
