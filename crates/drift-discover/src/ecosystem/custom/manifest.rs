//! [`Manifest`]: what the description's keys lead to in one file.
//!
//! One odd value costs that value, and is a problem; the rest of the manifest counts.

use serde_json::Value;

use super::value::{at, read, text};
use super::{CustomEcosystem, DependencyKeys};
use crate::context::Context;
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// One manifest.
pub(super) struct Manifest {
    pub(super) path: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// The patterns of its members; `None` where it lists none.
    pub(super) members: Option<Vec<String>>,
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency as it is written: by path, else by name.
pub(super) struct Dependency {
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
    pub(super) requirement: String,
    pub(super) kind: EdgeKind,
}

impl Manifest {
    /// Reads the manifest at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, ecosystem: &CustomEcosystem, path: RepoPath) -> Option<Manifest> {
        let root = read(context, &path, ecosystem.format)?;
        let reader = Reader { context, path: &path, root: &root };
        let members = match &ecosystem.members[..] {
            [] => None,
            keys => reader.texts(keys),
        };
        let dependencies = ecosystem.dependencies.iter().flat_map(|keys| reader.dependencies(keys)).collect();
        Some(Manifest {
            name: reader.text(&ecosystem.project_name),
            version: reader.text(&ecosystem.project_version),
            members,
            dependencies,
            path,
        })
    }
}

struct Reader<'a> {
    context: &'a Context<'a>,
    path: &'a RepoPath,
    root: &'a Value,
}

impl Reader<'_> {
    fn odd(&self, keys: &[String], expected: &str) {
        let message = format!("`{}` is not {expected}; it is left out", keys.join("."));
        self.context.problem(self.path, None, "manifest.value", message);
    }

    /// The text that `keys` lead to.
    fn text(&self, keys: &[String]) -> Option<String> {
        let value = at(self.root, keys).into_iter().find(|value| !value.is_null())?;
        // An element of XML is one of a list, even where it is alone.
        let found = match value {
            Value::Array(list) if list.len() == 1 => text(&list[0]),
            single => text(single),
        };
        if found.is_none() {
            self.odd(keys, "a text");
        }
        found
    }

    /// The texts of the lists that `keys` lead to; `None` where they lead nowhere.
    fn texts(&self, keys: &[String]) -> Option<Vec<String>> {
        let found: Vec<&Value> = at(self.root, keys).into_iter().filter(|value| !value.is_null()).collect();
        if found.is_empty() {
            return None;
        }
        let mut texts = Vec::new();
        for value in entries(found) {
            match text(value) {
                Some(text) => texts.push(text),
                None => self.odd(keys, "a list of texts"),
            }
        }
        Some(texts)
    }

    fn dependencies(&self, keys: &DependencyKeys) -> Vec<Dependency> {
        let mut found = Vec::new();
        for value in at(self.root, &keys.at) {
            match value {
                Value::Array(list) => found.extend(list.iter().filter_map(|entry| self.listed(keys, entry))),
                // A table either is one dependency or has one for each name.
                Value::Object(table) if one(value, &keys.name).or(one(value, &keys.path)).is_none() => {
                    found.extend(table.iter().filter_map(|(name, entry)| self.named(keys, name, entry)));
                }
                Value::Null => {}
                single => found.extend(self.listed(keys, single)),
            }
        }
        found
    }

    /// An entry of a list: a name or a path, or a table that has one.
    fn listed(&self, keys: &DependencyKeys, entry: &Value) -> Option<Dependency> {
        let (name, path) = match entry {
            Value::String(text) if is_path(text) => (None, Some(text.clone())),
            Value::String(text) => (Some(text.clone()), None),
            table => (one(table, &keys.name), one(table, &keys.path)),
        };
        if name.is_none() && path.is_none() {
            self.odd(&keys.at, "a list of names, of paths or of tables that have one");
            return None;
        }
        Some(Dependency { name, path, requirement: requirement(keys, entry), kind: keys.kind })
    }

    /// An entry of a table: its requirement or path, or a table that has them.
    fn named(&self, keys: &DependencyKeys, name: &str, entry: &Value) -> Option<Dependency> {
        let name = Some(name.to_owned());
        let (path, requirement) = match entry {
            Value::String(text) if is_path(text) => (Some(text.clone()), String::new()),
            Value::Object(_) => (one(entry, &keys.path), requirement(keys, entry)),
            Value::Array(_) => {
                self.odd(&keys.at, "a table of requirements");
                return None;
            }
            single => (None, text(single).unwrap_or_default()),
        };
        Some(Dependency { name, path, requirement, kind: keys.kind })
    }
}

fn requirement(keys: &DependencyKeys, entry: &Value) -> String {
    one(entry, &keys.requirement).unwrap_or_default()
}

/// The first text that `keys` lead to in a table.
fn one(value: &Value, keys: &[String]) -> Option<String> {
    if !value.is_object() {
        return None;
    }
    entries(at(value, keys)).into_iter().find_map(text)
}

/// The entries of lists, and what is no list.
fn entries(values: Vec<&Value>) -> Vec<&Value> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Value::Array(list) => found.extend(list),
            other => found.push(other),
        }
    }
    found
}

/// Whether a text that stands where a name can is a path.
fn is_path(text: &str) -> bool {
    let text = text.replace('\\', "/");
    text == "." || text == ".." || text.starts_with("./") || text.starts_with("../")
}
