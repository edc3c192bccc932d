//! The one lowering: from what each ecosystem found to a [`ProjectGraph`], and the [`Facts`] beside it.
//!
//! Owns the rules that all ecosystems share: a standalone project or a workspace under a fixture-like or
//! artefact directory is no project unless something outside lists it; links to nothing and to oneself are
//! dropped; a peer link counts only where no other link joins the same two.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::ecosystem::{Found, FoundProject};
use crate::frameworks;
use crate::graph::{
    DeclaredRange, Ecosystem, Edge, EdgeKind, Facts, NativeWorkspace, Project, ProjectGraph, ProjectId,
};
use crate::options::DiscoverOptions;
use crate::path::RepoPath;

/// Where a project's manifest points to, existing or not.
type Links = Vec<(ProjectId, EdgeKind)>;

/// The projects with their links, before the edges are drawn.
type Lowered = BTreeMap<ProjectId, (Project, Rest)>;

/// What a project says besides what it is.
struct Rest {
    links: Links,
    ranges: Vec<DeclaredRange>,
    left_out: bool,
    unsure: BTreeSet<String>,
}

/// Lowers the findings of all ecosystems, each with its tag.
pub(crate) fn lower(found: Vec<(Ecosystem, Found)>, excluded: &Exclusions) -> (ProjectGraph, Facts) {
    let mut workspaces = BTreeMap::new();
    let mut projects = Lowered::new();
    for (tag, found) in found {
        let kept: Vec<bool> = found.workspaces.iter().map(|w| !excluded.hides(&w.root)).collect();
        for (workspace, _) in found.workspaces.iter().zip(&kept).filter(|(_, kept)| **kept) {
            let id = id(&tag, &workspace.root).0;
            workspaces.insert(
                id.clone(),
                NativeWorkspace {
                    id,
                    root: workspace.root.clone(),
                    ecosystem: tag.clone(),
                    manager: workspace.manager.clone(),
                },
            );
        }
        for project in found.projects {
            let workspace = project.workspace.filter(|&at| kept[at]);
            if workspace.is_none() && excluded.hides(&project.path) {
                continue;
            }
            let workspace = workspace.map(|at| id(&tag, &found.workspaces[at].root).0);
            let (project, rest) = lower_project(&tag, project, workspace);
            match projects.entry(project.id.clone()) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert((project, rest));
                }
                // A member of one workspace may be found again on its own; membership wins.
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    if slot.get().0.workspace.is_none() && project.workspace.is_some() {
                        slot.insert((project, rest));
                    }
                }
            }
        }
    }
    let edges = edges(&projects);
    let facts = facts(&projects);
    let projects = projects.into_values().map(|(project, _)| project).collect();
    (ProjectGraph { workspaces: workspaces.into_values().collect(), projects, edges }, facts)
}

/// Of projects that there are in the end.
fn facts(projects: &Lowered) -> Facts {
    let mut facts = Facts::default();
    for (id, (_, rest)) in projects {
        let known = |range: &&DeclaredRange| range.to != *id && projects.contains_key(&range.to);
        facts.ranges.extend(rest.ranges.iter().filter(known).cloned());
        facts.unsure.extend(rest.unsure.iter().map(|name| (id.clone(), name.clone())));
        if rest.left_out {
            facts.left_out.insert(id.clone());
        }
    }
    facts.ranges.sort();
    facts.ranges.dedup();
    facts
}

fn id(tag: &Ecosystem, key: &RepoPath) -> ProjectId {
    ProjectId(format!("{tag}:{key}"))
}

fn lower_project(tag: &Ecosystem, found: FoundProject, workspace: Option<String>) -> (Project, Rest) {
    let own = found.ecosystem.as_ref().unwrap_or(tag).clone();
    let links = (found.links.iter())
        .map(|link| (id(link.ecosystem.as_ref().unwrap_or(tag), &link.to), link.kind))
        .collect();
    let from = id(&own, &found.key);
    let ranges = (found.ranges.into_iter())
        .map(|range| DeclaredRange {
            from: from.clone(),
            to: id(tag, &range.to),
            kind: range.kind,
            requirement: range.requirement,
        })
        .collect();
    let mut external = found.external;
    external.sort();
    external.dedup();
    let project = Project {
        id: from,
        name: found.name,
        version: found.version,
        frameworks: frameworks::of(&own, external.iter().map(|dep| dep.name.as_str())),
        ecosystem: own,
        path: found.path,
        manifest: found.manifest,
        workspace,
        private: found.private,
        languages: Vec::new(),
        external,
    };
    (project, Rest { links, ranges, left_out: found.left_out, unsure: found.unsure })
}

fn edges(projects: &Lowered) -> Vec<Edge> {
    let mut edges = BTreeSet::new();
    for (from, (_, Rest { links, .. })) in projects {
        for (to, kind) in links {
            let firmer = || links.iter().any(|(other, kind)| other == to && *kind != EdgeKind::Peer);
            if to == from || !projects.contains_key(to) || (*kind == EdgeKind::Peer && firmer()) {
                continue;
            }
            edges.insert(Edge { from: from.clone(), to: to.clone(), kind: *kind });
        }
    }
    edges.into_iter().collect()
}

/// Directories whose unlisted manifests are no projects.
pub(crate) struct Exclusions {
    /// Patterns of that many consecutive parts of a path. As many separators stand in a pattern as in the text it is
    /// tried on, so no `*` crosses one; and a set, unlike a single glob, needs no regular expression for a name.
    runs: Vec<(usize, GlobSet)>,
}

impl Exclusions {
    pub(crate) fn new(options: &DiscoverOptions) -> Exclusions {
        let mut runs: BTreeMap<usize, GlobSetBuilder> = BTreeMap::new();
        for dir in options.fixture_dirs.iter().chain(&options.artefact_dirs) {
            if let Ok(glob) = Glob::new(dir) {
                runs.entry(dir.split('/').count()).or_insert_with(GlobSetBuilder::new).add(glob);
            }
        }
        let built = |(length, set): (usize, GlobSetBuilder)| Some((length, set.build().ok()?));
        Exclusions { runs: runs.into_iter().filter_map(built).collect() }
    }

    pub(crate) fn hides(&self, path: &RepoPath) -> bool {
        let text = String::from_utf8_lossy(path.as_bytes());
        let starts = || std::iter::once(0).chain(text.match_indices('/').map(|(at, _)| at + 1));
        self.runs.iter().any(|(length, patterns)| {
            starts().any(|start| {
                let rest = &text[start..];
                let end = rest.match_indices('/').map(|(at, _)| at).chain([rest.len()]).nth(length - 1);
                end.is_some_and(|end| patterns.is_match(&rest[..end]))
            })
        })
    }
}

#[cfg(test)]
mod tests;
