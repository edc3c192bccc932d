//! [`Manifest`]: `composer.json` in Composer's words.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::context::Context;
use crate::ecosystem::syntax;
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// One `composer.json`.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    /// The names it replaces, in lower case.
    pub(super) replace: BTreeSet<String>,
    /// The `url` of each path repository.
    pub(super) paths: Vec<String>,
}

/// An entry of `require` or `require-dev`.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: EdgeKind,
    pub(super) requirement: String,
}

impl Manifest {
    /// Reads the manifest at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Manifest> {
        let value = syntax::json(context, path)?;
        let Some(root) = value.as_object() else {
            context.problem(path, Some(1), "manifest.syntax", "is not a JSON object; make it one".into());
            return None;
        };
        let text = |key: &str| root.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut dependencies = Vec::new();
        for (key, kind) in [("require", EdgeKind::Normal), ("require-dev", EdgeKind::Dev)] {
            for (name, requirement) in table(root, key) {
                let requirement = requirement.as_str().unwrap_or_default().to_owned();
                dependencies.push(Dependency { name: name.clone(), kind, requirement });
            }
        }
        // A list, or a table by name in which `false` switches one off.
        let repositories: Vec<&Value> = match root.get("repositories") {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(Value::Object(table)) => table.values().collect(),
            _ => Vec::new(),
        };
        let paths = (repositories.into_iter())
            .filter(|repository| repository["type"] == "path")
            .filter_map(|repository| repository["url"].as_str().map(str::to_owned))
            .collect();
        Some(Manifest {
            name: text("name"),
            version: text("version"),
            dependencies,
            replace: table(root, "replace").map(|(name, _)| name.to_lowercase()).collect(),
            paths,
        })
    }
}

fn table<'v>(root: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    root.get(key).and_then(Value::as_object).into_iter().flatten()
}
