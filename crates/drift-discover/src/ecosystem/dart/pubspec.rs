//! [`Pubspec`]: `pubspec.yaml` and the `pubspec_overrides.yaml` beside it, in pub's words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::pubspec_of;
use crate::context::Context;
use crate::ecosystem::syntax;
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// One package.
#[derive(Debug, Default)]
pub(super) struct Pubspec {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// `publish_to: none`.
    pub(super) private: bool,
    /// `resolution: workspace`.
    pub(super) in_workspace: bool,
    pub(super) workspace: Vec<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) overrides: BTreeMap<String, Spec>,
}

/// An entry of `dependencies` or `dev_dependencies`, or one that only an override with a path names.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: EdgeKind,
    pub(super) spec: Spec,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spec {
    pub(super) path: Option<String>,
    pub(super) requirement: String,
    /// Neither from git nor from an SDK: a workspace may have it.
    pub(super) may_be_local: bool,
}

impl Pubspec {
    /// Reads the package in `dir`; `None` if there is none or, with a problem reported, it is unusable.
    pub(super) fn read(context: &Context, dir: &RepoPath) -> Option<Pubspec> {
        let path = pubspec_of(dir);
        let value: Value = syntax::yaml(context, &path)?;
        let Some(root) = value.as_object() else {
            context.problem(&path, Some(1), "manifest.syntax", "is not a table of keys; make it one".into());
            return None;
        };
        let mut pubspec = Pubspec {
            name: root.get("name").and_then(scalar),
            version: root.get("version").and_then(scalar),
            private: root.get("publish_to").and_then(Value::as_str) == Some("none"),
            in_workspace: root.get("resolution").and_then(Value::as_str) == Some("workspace"),
            workspace: strings(root, "workspace"),
            overrides: specs(root, "dependency_overrides").collect(),
            dependencies: Vec::new(),
        };
        if pubspec.name.is_none() {
            context.problem(&path, None, "manifest.no_name", "has no name; add one".into());
        }
        for (key, kind) in [("dependencies", EdgeKind::Normal), ("dev_dependencies", EdgeKind::Dev)] {
            let section = specs(root, key).map(|(name, spec)| Dependency { name, kind, spec });
            pubspec.dependencies.extend(section);
        }
        pubspec.add_overrides(context, dir);
        pubspec.depend_on_overrides();
        Some(pubspec)
    }

    /// pub takes what a package overrides for a dependency of it, whether it declares one or not. Like a
    /// development dependency it counts for this package alone, not for those that use it.
    fn depend_on_overrides(&mut self) {
        let declared: BTreeSet<&str> = self.dependencies.iter().map(|known| known.name.as_str()).collect();
        let undeclared = (self.overrides.iter())
            .filter(|(name, spec)| spec.path.is_some() && !declared.contains(name.as_str()));
        let added: Vec<Dependency> = undeclared
            .map(|(name, spec)| Dependency { name: name.clone(), kind: EdgeKind::Dev, spec: spec.clone() })
            .collect();
        self.dependencies.extend(added);
    }

    /// `pubspec_overrides.yaml` replaces the sections it has.
    fn add_overrides(&mut self, context: &Context, dir: &RepoPath) {
        let Some(path) = dir.join("pubspec_overrides.yaml") else { return };
        context.input(&path);
        if !context.is_file(&path) {
            return;
        }
        let Some(value) = syntax::yaml::<Value>(context, &path) else { return };
        let Some(root) = value.as_object() else { return };
        if root.contains_key("dependency_overrides") {
            self.overrides = specs(root, "dependency_overrides").collect();
        }
        if root.contains_key("workspace") {
            self.workspace = strings(root, "workspace");
        }
        if let Some(resolution) = root.get("resolution") {
            self.in_workspace = resolution.as_str() == Some("workspace");
        }
    }
}

impl Spec {
    fn of(value: &Value) -> Spec {
        let Some(table) = value.as_object() else {
            return Spec { path: None, requirement: scalar(value).unwrap_or_default(), may_be_local: true };
        };
        Spec {
            path: table.get("path").and_then(Value::as_str).map(str::to_owned),
            requirement: table.get("version").and_then(scalar).unwrap_or_default(),
            may_be_local: !table.contains_key("git") && !table.contains_key("sdk"),
        }
    }
}

/// The entries of a table of dependencies.
fn specs<'v>(root: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = (String, Spec)> + use<'v> {
    let table = root.get(key).and_then(Value::as_object).into_iter().flatten();
    table.map(|(name, value)| (name.clone(), Spec::of(value)))
}

/// The strings of a list.
pub(super) fn strings(root: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = root.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A string, or a number as it would be written.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
