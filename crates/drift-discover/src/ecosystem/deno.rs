//! Deno: `deno.json` and `deno.jsonc`.
//!
//! A configuration with `workspace` is a root; its members are directories with a configuration of their own,
//! or npm packages, which are read as such elsewhere. Members import each other by name, so what a
//! configuration declares of that is its `imports`.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

mod config;

use config::{Config, Import};

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link, Range, syntax};
use crate::glob::{Budget, Glob, GlobOptions, MAX_PATTERNS, first_beyond};
use crate::graph::{Ecosystem, EdgeKind, ExternalDependency};
use crate::path::RepoPath;
use crate::source::EntryKind;

const CONFIGS: [&str; 2] = ["deno.json", "deno.jsonc"];
/// Deno's patterns; an entry without `*` and `?` is a path.
const GLOBS: GlobOptions = GlobOptions {
    dot: false,
    braces: false,
    extended: false,
    escapes: false,
    picomatch: false,
    never: &["node_modules"],
};

/// Deno's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "deno",
    is_manifest: |name| CONFIGS.iter().any(|config| config.as_bytes() == name),
    find,
};

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible: BTreeSet<RepoPath> = (CONFIGS.iter().flat_map(|name| context.named(name)))
        .filter_map(RepoPath::parent)
        .filter(|dir| !excluded.hides(dir))
        .collect();
    let read: Vec<_> = (visible.par_iter())
        .filter_map(|dir| Some((dir.clone(), Config::read(context, &config_of(context, dir)?)?)))
        .collect();
    let mut configs: BTreeMap<RepoPath, Config> = read.into_iter().collect();
    let mut workspaces: Vec<(RepoPath, BTreeSet<RepoPath>)> = Vec::new();
    for (root, config) in &configs {
        let members = members(context, root, config);
        if config.is_workspace {
            workspaces.push((root.clone(), members));
        }
    }
    // What a workspace lists is read wherever it lies.
    for dir in workspaces.iter().flat_map(|(_, members)| members) {
        if !configs.contains_key(dir)
            && let Some(config) = config_of(context, dir).and_then(|path| Config::read(context, &path))
        {
            configs.insert(dir.clone(), config);
        }
    }
    let projects = configs.iter().map(|(dir, config)| project(dir, config, &configs, &workspaces)).collect();
    let workspaces =
        (workspaces.into_iter()).map(|(root, _)| FoundWorkspace { root, manager: "deno".into() }).collect();
    Found { workspaces, projects }
}

/// The members of the workspace at `root`, itself included.
fn members(context: &Context, root: &RepoPath, config: &Config) -> BTreeSet<RepoPath> {
    let mut members = BTreeSet::from([root.clone()]);
    let is_member = |dir: &RepoPath| {
        config_of(context, dir).is_some()
            || dir.join("package.json").is_some_and(|path| context.is_file(&path))
    };
    let report = |entry: &str, code, message| {
        let line = syntax::line_of(context, &config.path, entry);
        context.problem(&config.path, line, code, message);
    };
    let end = first_beyond(config.members.iter().map(String::as_str)).unwrap_or(config.members.len());
    if let Some(entry) = config.members.get(end) {
        let message =
            format!("has more than {MAX_PATTERNS} patterns; this one and the members behind it are not read");
        report(entry, "member.pattern", message);
    }
    let (negated, entries): (Vec<&String>, Vec<&String>) =
        config.members[..end].iter().partition(|entry| entry.starts_with('!'));
    let mut left_out = Vec::new();
    for entry in negated.into_iter().take(MAX_PATTERNS) {
        match Glob::new(&entry[1..], GLOBS) {
            Ok(glob) => left_out.push(glob),
            Err(error) => report(entry, "member.pattern", format!("pattern `{entry}` {error}")),
        }
    }
    let budget = Budget::default();
    for entry in entries {
        let is_pattern = entry.contains(['*', '?']);
        let found = match (is_pattern, root.join(entry)) {
            (false, Some(dir)) => Ok(BTreeSet::from([dir])),
            // The error for a path that leaves the repository is that of the pattern.
            _ => Glob::new(entry, GLOBS)
                .and_then(|glob| glob.find(context.source(), root, EntryKind::Dir, &budget)),
        };
        match found {
            Ok(mut found) => {
                // What an entry names as a path is a member whatever the others take away.
                let stays = |dir: &RepoPath| {
                    let below = dir.strip_prefix(root).unwrap_or_default();
                    !is_pattern || !left_out.iter().any(|glob| glob.is_match(below))
                };
                let matched = found.len();
                found.retain(|dir| stays(dir));
                let taken = matched - found.len();
                found.retain(is_member);
                if found.is_empty() && taken == 0 {
                    let message = format!("the member `{entry}` matches no package; correct or remove it");
                    report(entry, "member.missing", message);
                }
                members.extend(found);
            }
            Err(error) => report(entry, "member.pattern", format!("pattern `{entry}` {error}")),
        }
    }
    members
}

fn project(
    dir: &RepoPath,
    config: &Config,
    configs: &BTreeMap<RepoPath, Config>,
    workspaces: &[(RepoPath, BTreeSet<RepoPath>)],
) -> FoundProject {
    let home = (workspaces.iter().enumerate())
        .filter(|(_, (_, members))| members.contains(dir))
        .min_by_key(|(_, (root, _))| root.parts().count());
    let named = |name: &str| {
        let members = &home?.1.1;
        members
            .iter()
            .find(|member| configs.get(*member).and_then(|config| config.name.as_deref()) == Some(name))
    };
    let mut links = Vec::new();
    let mut external = Vec::new();
    let mut ranges = Vec::new();
    for import in &config.imports {
        match import {
            Import::Package { name, requirement } => match named(name) {
                Some(to) => {
                    let (to, kind) = (to.clone(), EdgeKind::Normal);
                    if !requirement.is_empty() {
                        ranges.push(Range { to: to.clone(), kind, requirement: requirement.clone() });
                    }
                    links.push(Link { ecosystem: None, to, kind });
                }
                None => external.push(ExternalDependency {
                    name: name.clone(),
                    kind: EdgeKind::Normal,
                    requirement: requirement.clone(),
                }),
            },
            Import::Path(path) => {
                // The project that the file belongs to: the nearest directory that is one.
                let Some(target) = dir.join(path) else { continue };
                let members = home.map(|(_, (_, members))| members);
                let owner = target.ancestors().find(|at| {
                    configs.contains_key(at) || members.is_some_and(|members| members.contains(at))
                });
                if let Some(to) = owner {
                    let npm = !configs.contains_key(&to);
                    let ecosystem = npm.then(|| Ecosystem::of("npm"));
                    links.push(Link { ecosystem, to, kind: EdgeKind::Normal });
                }
            }
        }
    }
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir.clone(),
        manifest: config.path.clone(),
        name: config.name.clone(),
        version: config.version.clone(),
        private: false,
        workspace: home.map(|(at, _)| at),
        links,
        external,
        ranges,
        ..FoundProject::default()
    }
}

/// The configuration in `dir`: `deno.json` wins.
fn config_of(context: &Context, dir: &RepoPath) -> Option<RepoPath> {
    CONFIGS.iter().filter_map(|name| dir.join(name)).find(|path| {
        context.input(path);
        context.is_file(path)
    })
}

#[cfg(test)]
mod tests;
