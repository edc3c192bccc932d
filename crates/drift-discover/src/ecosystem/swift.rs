//! Swift: `Package.swift`, where it is literal.
//!
//! A package names others by path; there is no workspace. A manifest for one version of the tools
//! (`Package@swift-5.9.swift`) describes the same package, so only the plain one is read.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::context::Context;
use crate::ecosystem::script::{Args, Language, Script, Value};
use crate::ecosystem::{Definition, Found, FoundProject, Link};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

const MANIFEST: &str = "Package.swift";

/// Swift's line in the table of ecosystems.
pub(super) const DEFINITION: Definition =
    Definition { name: "swift", is_manifest: |name| name == MANIFEST.as_bytes(), find };

/// One `Package.swift`.
#[derive(Debug, Default)]
struct Manifest {
    name: Option<String>,
    /// The directories of packages, as written, with their lines.
    paths: Vec<(String, u32)>,
    external: Vec<ExternalDependency>,
}

fn find(context: &Context) -> Found {
    let excluded = context.exclusions();
    let visible: Vec<RepoPath> = (context.named(MANIFEST).iter().filter_map(RepoPath::parent))
        .filter(|dir| !excluded.hides(dir))
        .collect();
    let read: Vec<_> = (visible.par_iter())
        .filter_map(|dir| Some((dir.clone(), Manifest::read(context, &manifest_of(dir))?)))
        .collect();
    let manifests: BTreeMap<RepoPath, Manifest> = read.into_iter().collect();
    let projects = manifests.into_iter().map(|(dir, manifest)| project(context, dir, manifest)).collect();
    Found { workspaces: Vec::new(), projects }
}

fn project(context: &Context, dir: RepoPath, manifest: Manifest) -> FoundProject {
    let file = manifest_of(&dir);
    let mut links = Vec::new();
    for (path, line) in manifest.paths {
        // A path that leaves the repository is somebody else's project.
        let Some(to) = dir.join(&path) else { continue };
        context.input(&manifest_of(&to));
        if !context.is_file(&manifest_of(&to)) {
            let message = format!("the package `{path}` is to be at `{to}`, where there is no {MANIFEST}");
            context.problem(&file, Some(line), "dependency.missing", message);
        }
        links.push(Link { ecosystem: None, to, kind: EdgeKind::Normal });
    }
    FoundProject {
        ecosystem: None,
        key: dir.clone(),
        path: dir,
        manifest: file,
        name: manifest.name,
        version: None,
        private: false,
        workspace: None,
        links,
        external: manifest.external,
        ..FoundProject::default()
    }
}

impl Manifest {
    /// Reads the manifest at `path`; `None` if it is absent or, with a problem reported, unreadable.
    fn read(context: &Context, path: &RepoPath) -> Option<Manifest> {
        let script = Script::read(context, path, Language::Swift)?;
        let mut manifest = Manifest::default();
        let mut at = 0;
        while at < script.tokens.len() {
            let call = script.is_sign(at + 1, '(');
            let dot = at > 0 && script.is_sign(at - 1, '.');
            match script.word(at) {
                Some("Package") if call && !dot => {
                    // Only the name: what it lists is found on the way.
                    let first = script.skip_newlines(at + 2);
                    if script.word(first) == Some("name") && manifest.name.is_none() {
                        manifest.name = script.text(first + 2).map(str::to_owned);
                        if manifest.name.is_none() {
                            let message = "the name of the package is computed".into();
                            context.problem(path, Some(script.line(at)), "manifest.computed", message);
                        }
                    }
                    at += 2;
                }
                // `.package(…)` of a dependency; the plugin of a target has the same name without `url` or `path`.
                Some("package") if call && dot => {
                    let (args, end) = script.call(at + 1);
                    manifest.add(context, path, &args, script.line(at));
                    at = end.max(at + 1);
                }
                _ => at += 1,
            }
        }
        script.finish(context, path);
        Some(manifest)
    }

    fn add(&mut self, context: &Context, file: &RepoPath, args: &Args, line: u32) {
        let computed = |what: &str| {
            let message = format!("the {what} of a package is computed here; it is not recorded");
            context.problem(file, Some(line), "dependency.computed", message);
        };
        match (args.get("path"), args.get("url"), args.get("id")) {
            (Some(Value::Text(path)), _, _) => self.paths.push((path.clone(), line)),
            (Some(_), _, _) => computed("path"),
            (_, Some(Value::Text(url)), _) | (_, _, Some(Value::Text(url))) => {
                let name = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                let name = name.strip_suffix(".git").unwrap_or(name).to_owned();
                // `from:` alone is a range; the others say what they are.
                let forms = [("from", ""), ("exact", "="), ("branch", "branch "), ("revision", "revision ")];
                let requirement =
                    forms.iter().find_map(|(key, sign)| Some(format!("{sign}{}", args.text(key)?)));
                let requirement = requirement.unwrap_or_default();
                self.external.push(ExternalDependency { name, kind: EdgeKind::Normal, requirement });
            }
            (_, Some(_), _) | (_, _, Some(_)) => computed("address"),
            _ => {}
        }
    }
}

/// The path of the manifest in `dir`.
fn manifest_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(MANIFEST).unwrap_or_default()
}

#[cfg(test)]
mod tests;
