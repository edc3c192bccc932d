//! Go: `go.work` and `go.mod`.
//!
//! `syntax.rs` reads the shared syntax, `modfile.rs` both files, `modules.rs` resolves requirements.
//! A project's name is its module path; Go modules have no version of their own.

mod modfile;
mod modules;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

use modfile::{Module, Work};
use modules::{MANIFEST, Modules, Resolved, Scope, manifest_of};

use crate::context::Context;
use crate::ecosystem::{Definition, Found, FoundProject, FoundWorkspace, Link};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

const WORKSPACE: &str = "go.work";

/// Go's line in the table of ecosystems.
pub(super) const DEFINITION: Definition = Definition {
    name: "go",
    is_manifest: |name| name == MANIFEST.as_bytes() || name == WORKSPACE.as_bytes(),
    find,
};

/// A `go.work` with its members.
struct Workspace {
    dir: RepoPath,
    work: Work,
    members: BTreeSet<RepoPath>,
}

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible = |name| -> Vec<RepoPath> {
        (context.named(name).iter())
            .filter_map(RepoPath::parent)
            .filter(|dir| !excluded.hides(dir) && !dir.parts().any(is_ignored))
            .collect()
    };
    let standalone = visible(MANIFEST);
    let modules = Modules::new(context, &standalone);
    let workspaces: Vec<Workspace> =
        visible(WORKSPACE).into_iter().filter_map(|dir| workspace(&modules, dir)).collect();

    let mut projects: BTreeMap<RepoPath, Option<usize>> =
        standalone.into_iter().map(|dir| (dir, None)).collect();
    for (at, workspace) in workspaces.iter().enumerate() {
        for member in &workspace.members {
            // Of nested workspaces the outer one, which is sorted first, has the module.
            projects.entry(member.clone()).or_default().get_or_insert(at);
        }
    }
    // A path that two modules claim says nothing.
    let mut by_path: BTreeMap<String, Option<RepoPath>> = BTreeMap::new();
    for dir in projects.keys() {
        if let Some(module) = modules.get(dir) {
            let path = module.path.clone();
            by_path.entry(path).and_modify(|dir| *dir = None).or_insert_with(|| Some(dir.clone()));
        }
    }
    let scopes: Vec<Scope> = workspaces.iter().map(|workspace| scope(&modules, workspace)).collect();
    let mut found = Found::default();
    for (dir, workspace) in projects {
        let Some(module) = modules.get(&dir) else { continue };
        let own;
        let scope = match workspace {
            Some(at) => &scopes[at],
            None => {
                let mut scope = Scope::default();
                scope.add_replaces(&dir, &module.replaces);
                own = scope;
                &own
            }
        };
        let (links, external) = links(&modules, scope, &by_path, &dir, &module);
        found.projects.push(FoundProject {
            ecosystem: None,
            key: dir.clone(),
            manifest: manifest_of(&dir),
            name: Some(module.path.clone()),
            version: None,
            private: false,
            workspace,
            links,
            external,
            path: dir,
            ..FoundProject::default()
        });
    }
    found.workspaces = (workspaces.into_iter())
        .map(|workspace| FoundWorkspace { root: workspace.dir, manager: "go".into() })
        .collect();
    found
}

/// Directories that the go command does not look into.
fn is_ignored(part: &[u8]) -> bool {
    part == b"testdata" || part.starts_with(b"_") || part.starts_with(b".")
}

fn workspace(modules: &Modules, dir: RepoPath) -> Option<Workspace> {
    let context = modules.context;
    let file = dir.join(WORKSPACE)?;
    let work = Work::read(context, &file)?;
    let mut members = BTreeSet::new();
    for used in &work.uses {
        let missing = |message| context.problem(&file, Some(used.line), "member.missing", message);
        let Some(member) = dir.join(&used.dir) else {
            missing(format!("`{}` is outside the repository; its module is not read", used.dir));
            continue;
        };
        let manifest = manifest_of(&member);
        if context.is_file(&manifest) {
            members.insert(member);
        } else {
            context.input(&manifest);
            missing(format!("the member `{}` has no {MANIFEST}; add one or remove the line", used.dir));
        }
    }
    Some(Workspace { dir, work, members })
}

/// In a workspace the replacements of `go.work` come first, then those of every member.
fn scope(modules: &Modules, workspace: &Workspace) -> Scope {
    let mut scope = Scope::default();
    scope.add_replaces(&workspace.dir, &workspace.work.replaces);
    for dir in &workspace.members {
        let Some(module) = modules.get(dir) else { continue };
        scope.add_replaces(dir, &module.replaces);
        scope.workspace.entry(module.path.clone()).or_insert_with(|| dir.clone());
    }
    scope
}

fn links(
    modules: &Modules,
    scope: &Scope,
    by_path: &BTreeMap<String, Option<RepoPath>>,
    dir: &RepoPath,
    module: &Module,
) -> (Vec<Link>, Vec<ExternalDependency>) {
    let mut links = Vec::new();
    let mut external = Vec::new();
    let kind = EdgeKind::Normal;
    for require in &module.requires {
        match modules.resolve(scope, by_path, require) {
            Resolved::Local(to) => links.push(Link { ecosystem: None, to, kind }),
            Resolved::Missing(to) => {
                modules.context.input(&manifest_of(&to));
                let message =
                    format!("`{}` is replaced by `{to}`, where there is no {MANIFEST}", require.path);
                modules.context.problem(&manifest_of(dir), Some(require.line), "dependency.missing", message);
            }
            Resolved::Outside => {
                let (name, requirement) = (require.path.clone(), require.version.clone());
                external.push(ExternalDependency { name, kind, requirement });
            }
        }
    }
    (links, external)
}

#[cfg(test)]
mod tests;
