//! nx: a project.json makes a project of a directory, or augments the package that lies there.
//!
//! The workspace is the directory with nx.json. Only what is written counts: edges that nx infers from source
//! files are not the manifest's.

use std::collections::{BTreeMap, BTreeSet};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde_json::Value;

use crate::context::Context;
use crate::ecosystem::{Found, FoundProject, FoundWorkspace, Link};
use crate::glob::{Glob, GlobOptions};
use crate::graph::{Ecosystem, EdgeKind};
use crate::path::RepoPath;

use super::packages::Packages;
use super::syntax;

const NX: Ecosystem = Ecosystem::of("nx");
const GLOB: GlobOptions =
    GlobOptions { dot: true, braces: true, extended: true, picomatch: false, escapes: true, never: &[] };

/// A project as nx sees it.
struct Project {
    /// Where it is in [`Found::projects`].
    at: usize,
    tags: Vec<String>,
    implicit: Vec<String>,
    /// The file that holds `implicit`.
    file: RepoPath,
}

/// Adds what nx knows to `found`; `roots` are the directories with an nx.json, sorted.
pub(super) fn add(context: &Context, packages: &Packages, roots: &[RepoPath], found: &mut Found) {
    let mut taken = BTreeSet::new();
    for root in roots {
        let ignored = ignored(context, root);
        let files: Vec<&RepoPath> = (context.named("project.json").iter())
            .filter(|file| file.starts_with(root) && !file.parts().any(|part| part == b"node_modules"))
            .filter(|file| !is_ignored(&ignored, root, file))
            .filter(|file| taken.insert((*file).clone()))
            .collect();
        let projects = projects(context, packages, root, &files, found);
        link(context, &projects, found);
    }
}

/// The rules of .nxignore, which are written as git writes its own.
fn ignored(context: &Context, root: &RepoPath) -> Gitignore {
    let text = root.join(".nxignore").and_then(|path| context.text(&path)).unwrap_or_default();
    let mut rules = GitignoreBuilder::new("");
    for line in text.lines() {
        // A line that git would pass over is passed over here.
        let _ = rules.add_line(None, line);
    }
    rules.build().unwrap_or_else(|_| Gitignore::empty())
}

fn is_ignored(rules: &Gitignore, root: &RepoPath, file: &RepoPath) -> bool {
    let path =
        file.strip_prefix(root).and_then(RepoPath::new).and_then(|path| path.as_str().map(str::to_owned));
    path.is_some_and(|path| rules.matched_path_or_any_parents(path, false).is_ignore())
}

/// Every project of the nx workspace at `root` by name, new ones added to `found`.
fn projects(
    context: &Context,
    packages: &Packages,
    root: &RepoPath,
    files: &[&RepoPath],
    found: &mut Found,
) -> BTreeMap<String, Project> {
    let home = found.workspaces.iter().position(|workspace| workspace.root == *root);
    let mut by_dir: BTreeMap<RepoPath, usize> = BTreeMap::new();
    if let Some(home) = home {
        let members =
            found.projects.iter().enumerate().filter(|(_, project)| project.workspace == Some(home));
        by_dir.extend(members.map(|(at, project)| (project.path.clone(), at)));
    }
    let mut projects = BTreeMap::new();
    let mut named = BTreeSet::new();
    for file in files {
        let (Some(dir), Some(value)) = (file.parent(), syntax::jsonc(context, file)) else { continue };
        let own = value.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let package = packages.get(&dir).and_then(|manifest| manifest.name.as_deref());
        let from_dir = || String::from_utf8_lossy(dir.file_name()).to_lowercase();
        let name = own.or(package).map_or_else(from_dir, str::to_owned);
        let at = by_dir.get(&dir).copied().unwrap_or_else(|| {
            let workspace = home.unwrap_or_else(|| own_workspace(root, found));
            found.projects.push(bare(&dir, file, &name, workspace));
            found.projects.len() - 1
        });
        named.insert(at);
        let project = Project {
            at,
            tags: strings(&value, "tags"),
            implicit: strings(&value, "implicitDependencies"),
            file: (*file).clone(),
        };
        projects.insert(name, project);
    }
    // Packages that have no project.json, or say something in their package.json too.
    for (dir, at) in by_dir {
        let Some(manifest) = packages.get(&dir) else { continue };
        let Some(nx) = manifest.fields.get("nx").or(Some(&Value::Null)) else { continue };
        if named.contains(&at) {
            let implicit = strings(nx, "implicitDependencies");
            if let Some(project) = projects.values_mut().find(|project| project.at == at) {
                project.implicit.extend(implicit);
            }
            continue;
        }
        let name = nx.get("name").and_then(Value::as_str).or(manifest.name.as_deref());
        let Some(name) = name else { continue };
        let project = Project {
            at,
            tags: strings(nx, "tags"),
            implicit: strings(nx, "implicitDependencies"),
            file: manifest.file.clone(),
        };
        projects.entry(name.to_owned()).or_insert(project);
    }
    projects
}

/// An nx workspace without a package manager's workspace at the same root.
fn own_workspace(root: &RepoPath, found: &mut Found) -> usize {
    let known = found.workspaces.iter().position(|workspace| workspace.root == *root);
    known.unwrap_or_else(|| {
        found.workspaces.push(FoundWorkspace { root: root.clone(), manager: "nx".into() });
        found.workspaces.len() - 1
    })
}

fn bare(dir: &RepoPath, file: &RepoPath, name: &str, workspace: usize) -> FoundProject {
    FoundProject {
        ecosystem: Some(NX),
        key: dir.clone(),
        path: dir.clone(),
        manifest: file.clone(),
        name: Some(name.to_owned()),
        version: None,
        private: false,
        workspace: Some(workspace),
        links: Vec::new(),
        external: Vec::new(),
        ..FoundProject::default()
    }
}

fn link(context: &Context, projects: &BTreeMap<String, Project>, found: &mut Found) {
    for project in projects.values().filter(|project| !project.implicit.is_empty()) {
        let mut targets = BTreeSet::new();
        let (negative, positive): (Vec<_>, Vec<_>) =
            project.implicit.iter().partition(|pattern| pattern.starts_with('!'));
        for pattern in positive {
            let matched = matching(pattern, projects, found);
            if matched.is_empty() {
                let line = syntax::line_of(context, &project.file, &format!("\"{pattern}\""));
                let message =
                    format!("implicit dependency `{pattern}` names no project; correct or remove it");
                context.problem(&project.file, line, "link.unresolved", message);
            }
            targets.extend(matched);
        }
        for pattern in negative {
            for at in matching(&pattern[1..], projects, found) {
                targets.remove(&at);
            }
        }
        targets.remove(&project.at);
        for at in targets {
            let to = &found.projects[at];
            // Links are written in the terms of the definition, whose own tag is npm.
            let link = Link { ecosystem: to.ecosystem.clone(), to: to.key.clone(), kind: EdgeKind::Implicit };
            found.projects[project.at].links.push(link);
        }
    }
}

/// The projects that `pattern` selects: by name, by tag, by a glob of names, by a glob of directories, or by a
/// part of a name that stands alone (`core` for `@scope/core`).
fn matching(pattern: &str, projects: &BTreeMap<String, Project>, found: &Found) -> BTreeSet<usize> {
    if let Some(project) = projects.get(pattern) {
        return BTreeSet::from([project.at]);
    }
    let select = |accepts: &dyn Fn(&str, &Project) -> bool| -> BTreeSet<usize> {
        projects
            .iter()
            .filter(|(name, project)| accepts(name, project))
            .map(|(_, project)| project.at)
            .collect()
    };
    let (label, value) = match pattern.split_once(':') {
        Some((label @ ("tag" | "name" | "directory"), value)) => (label, value),
        _ => ("", pattern),
    };
    let Ok(glob) = Glob::new(value, GLOB) else { return BTreeSet::new() };
    let is_glob = value.contains(['*', '?', '{', '[', '(', '+', '@', '!']) && !value.starts_with('@')
        || value.contains('*');
    let by_name = |name: &str, _: &Project| match is_glob {
        _ if value == "*" => true,
        true => glob.is_match(name.as_bytes()),
        false => has_word(name, value),
    };
    let by_directory = |_: &str, project: &Project| glob.is_match(found.projects[project.at].path.as_bytes());
    match label {
        "tag" => {
            select(&|_, project| project.tags.iter().any(|tag| tag == value || glob.is_match(tag.as_bytes())))
        }
        "name" => select(&by_name),
        "directory" => select(&by_directory),
        _ => {
            let named = select(&by_name);
            if named.is_empty() { select(&by_directory) } else { named }
        }
    }
}

/// Whether `word` is in `name` with neither a letter, a digit, `-` nor `@` beside it, in any case.
fn has_word(name: &str, word: &str) -> bool {
    let (name, word) = (name.to_lowercase(), word.to_lowercase());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '@';
    !word.is_empty()
        && name
            .match_indices(&word)
            .any(|(at, _)| !name[..at].ends_with(is_part) && !name[at + word.len()..].starts_with(is_part))
}

fn strings(value: &Value, field: &str) -> Vec<String> {
    let list = value.get(field).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
