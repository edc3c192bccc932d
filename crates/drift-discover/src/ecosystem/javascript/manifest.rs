//! [`Manifest`]: one package.json (for pnpm also package.json5 and package.yaml) in npm's own words.
//!
//! Fields of a wrong type count as absent, as package managers treat them; only what is no object is a problem.

use serde_json::{Map, Value};

use crate::context::Context;
use crate::graph::EdgeKind;
use crate::path::RepoPath;

use super::syntax;

/// A package manifest.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) file: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) private: bool,
    pub(super) dependencies: Vec<Dependency>,
    /// All fields, for those that only a workspace root is asked for.
    pub(super) fields: Map<String, Value>,
}

/// One entry of a table of dependencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dependency {
    pub(super) kind: EdgeKind,
    pub(super) name: String,
    /// As written.
    pub(super) specifier: String,
}

/// The file names that can hold the manifest of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forms {
    /// package.json alone.
    Json,
    /// What pnpm reads, in its order.
    Pnpm,
}

impl Forms {
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Forms::Json => &["package.json"],
            Forms::Pnpm => &["package.json", "package.json5", "package.yaml"],
        }
    }

    /// The manifest file of `dir`, if there is one.
    pub(super) fn file(self, context: &Context, dir: &RepoPath) -> Option<RepoPath> {
        self.names().iter().filter_map(|name| dir.join(name)).find(|path| context.is_file(path))
    }
}

impl Manifest {
    /// Reads the manifest of `dir`; `None` if there is none or it cannot be read, which is then reported.
    pub(super) fn read(context: &Context, dir: &RepoPath, forms: Forms) -> Option<Manifest> {
        let (file, value) = forms.names().iter().find_map(|name| {
            let file = dir.join(name)?;
            let value = match *name {
                "package.json5" => syntax::json5(context, &file),
                "package.yaml" => syntax::yaml(context, &file),
                _ => syntax::json(context, &file),
            };
            // Only where there is no such file does the next name count.
            (value.is_some() || context.is_file(&file)).then_some((file, value))
        })?;
        let value = value?;
        let Value::Object(fields) = value else {
            context.problem(&file, Some(1), "manifest.shape", "is not an object; a manifest is one".into());
            return None;
        };
        Some(Manifest::new(file, fields))
    }

    fn new(file: RepoPath, fields: Map<String, Value>) -> Manifest {
        let text = |field: &str| {
            fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Manifest {
            name: text("name"),
            version: text("version"),
            private: fields.get("private").is_some_and(|value| value == true || value == "true"),
            dependencies: dependencies(&fields),
            file,
            fields,
        }
    }

    /// A table of strings below `path`.
    pub(super) fn table(&self, path: &[&str]) -> Vec<(&str, &Value)> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let value = rest.iter().try_fold(self.fields.get(*first), |value, key| value.map(|v| v.get(*key)));
        let table = value.flatten().and_then(Value::as_object);
        table.into_iter().flatten().map(|(key, value)| (key.as_str(), value)).collect()
    }

    /// The specifier under which this package itself depends on `name`.
    pub(super) fn own_specifier(&self, name: &str) -> Option<&str> {
        let found = self.dependencies.iter().find(|dep| dep.name == name && dep.kind != EdgeKind::Peer);
        found.map(|dep| dep.specifier.as_str())
    }

    /// The patterns of the field `workspaces`, which is a list or an object with a list `packages`. An object
    /// without it only holds settings.
    pub(super) fn workspaces(&self) -> Option<&Value> {
        match self.fields.get("workspaces")? {
            Value::Null | Value::Bool(false) => None,
            Value::Object(settings) => settings.get("packages"),
            list => Some(list),
        }
    }
}

fn dependencies(fields: &Map<String, Value>) -> Vec<Dependency> {
    const TABLES: [(&str, EdgeKind); 4] = [
        ("dependencies", EdgeKind::Normal),
        ("devDependencies", EdgeKind::Dev),
        ("optionalDependencies", EdgeKind::Optional),
        ("peerDependencies", EdgeKind::Peer),
    ];
    let mut all = Vec::new();
    for (table, kind) in TABLES {
        for (name, value) in fields.get(table).and_then(Value::as_object).into_iter().flatten() {
            let Some(specifier) = value.as_str() else { continue };
            // An optional dependency replaces a normal one of the same name.
            let is_replaced = kind == EdgeKind::Normal
                && fields.get("optionalDependencies").is_some_and(|optional| optional.get(name).is_some());
            if !is_replaced {
                let specifier = specifier.trim().to_owned();
                all.push(Dependency { kind, name: name.clone(), specifier });
            }
        }
    }
    all
}
