//! The members of a workspace, as cargo's `find_members` and `find_path_deps` collect them: those listed,
//! the root package, and every path dependency of a member that lies below the root and is not excluded.

use std::collections::BTreeSet;

use super::crates::{Crates, MANIFEST, manifest_of};
use super::links;
use super::manifest::Workspace;
use crate::glob::{Budget, MAX_PATTERNS, first_beyond, rust_directories};
use crate::path::RepoPath;

/// Why a directory is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Listed,
    PathDependency,
}

/// The directories of the packages in the workspace at `root`.
pub(super) fn of(crates: &Crates, root: &RepoPath, workspace: &Workspace) -> BTreeSet<RepoPath> {
    let mut todo: Vec<(RepoPath, Reason)> = Vec::new();
    for dir in listed(crates, root, workspace) {
        todo.push((dir, Reason::Listed));
    }
    todo.push((root.clone(), Reason::Listed));
    let mut seen = BTreeSet::new();
    let mut members = BTreeSet::new();
    while let Some((dir, reason)) = todo.pop() {
        let dependency = reason == Reason::PathDependency;
        let outside = dependency && !dir.starts_with(root) && crates.root_of(&dir).as_ref() != Some(root);
        if outside || workspace.excludes(root, &manifest_of(&dir)) || !seen.insert(dir.clone()) {
            continue;
        }
        let Some(manifest) = crates.get(&dir) else { continue };
        if !agrees(crates, root, &dir) {
            continue;
        }
        if manifest.package.is_some() {
            members.insert(dir.clone());
        }
        todo.extend(links::paths(crates, &dir, &manifest).map(|path| (path, Reason::PathDependency)));
    }
    members
}

/// The directories that `members` names; what cannot be found is reported.
fn listed(crates: &Crates, root: &RepoPath, workspace: &Workspace) -> BTreeSet<RepoPath> {
    let context = crates.context;
    let file = manifest_of(root);
    let mut dirs = BTreeSet::new();
    let end = first_beyond(workspace.members.iter().map(|member| member.text.as_str()));
    if let Some(at) = end {
        let message =
            format!("has more than {MAX_PATTERNS} patterns; this one and the members behind it are not read");
        context.problem(&file, Some(workspace.members[at].line), "member.pattern", message);
    }
    let budget = Budget::default();
    for member in &workspace.members[..end.unwrap_or(workspace.members.len())] {
        let text = &member.text;
        let report = |code, message| context.problem(&file, Some(member.line), code, message);
        let found = match rust_directories(context.source(), root, text, &budget) {
            Ok(found) => found,
            Err(error) => {
                report("member.pattern", format!("pattern `{text}` {error}"));
                continue;
            }
        };
        if found.is_empty() {
            if let Some(path) = root.join(text) {
                context.input(&manifest_of(&path));
            }
            report(
                "member.missing",
                format!("the member `{text}` matches no directory; correct or remove it"),
            );
        }
        for dir in found {
            let manifest = manifest_of(&dir);
            if !context.is_file(&manifest) && !workspace.excludes(root, &manifest) {
                context.input(&manifest);
                report(
                    "member.missing",
                    format!("the member `{dir}` (from `{text}`) has no {MANIFEST}; add one or exclude it"),
                );
            }
            dirs.insert(dir);
        }
    }
    dirs
}

/// Whether the package in `dir` takes itself to be in the workspace at `root`; reported where cargo would
/// refuse the workspace because it does not.
fn agrees(crates: &Crates, root: &RepoPath, dir: &RepoPath) -> bool {
    let report = |code, message| crates.context.problem(&manifest_of(dir), None, code, message);
    match crates.root_of(dir) {
        Some(own) if own == *root => true,
        Some(own) => {
            report(
                "member.other_workspace",
                format!(
                    "is wanted by the workspace at `{root}` but belongs to the one at `{own}`; exclude it from one"
                ),
            );
            false
        }
        // Listed, but neither below the root nor pointing to it: cargo says so and stops.
        None => {
            report(
                "member.no_root",
                format!(
                    "is a member of the workspace at `{root}` but does not find it; set `package.workspace`"
                ),
            );
            true
        }
    }
}
