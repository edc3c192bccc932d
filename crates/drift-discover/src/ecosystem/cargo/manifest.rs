//! `Cargo.toml` in Cargo's words, before any inheritance.
//!
//! Owns parsing only: which workspace a package is of, and what `workspace = true` stands for, is decided
//! in `workspace.rs` and `links.rs`.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use crate::context::Context;
use crate::ecosystem::toml_file::{Listed, TomlFile, boolean, string, table};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// One `Cargo.toml`.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) package: Option<Package>,
    pub(super) workspace: Option<Workspace>,
    /// Of all kinds, target-specific ones included.
    pub(super) dependencies: Vec<Dependency>,
    pub(super) patches: Vec<Patch>,
}

/// `[package]`.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: Option<String>,
    pub(super) version: Field<String>,
    pub(super) private: Field<bool>,
    /// `workspace = "…"`: where its workspace root is, relative to the package.
    pub(super) root: Option<String>,
}

/// A field that `[workspace.package]` may provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field<T> {
    Absent,
    Own(T),
    /// `workspace = true`.
    Inherited,
}

/// `[workspace]`.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub(super) members: Vec<Listed>,
    /// `members` without wildcards and `exclude`, relative to the root.
    pub(super) explicit: BTreeSet<RepoPath>,
    pub(super) exclude: BTreeSet<RepoPath>,
    pub(super) version: Option<String>,
    pub(super) private: Option<bool>,
    /// `[workspace.dependencies]` by key.
    pub(super) dependencies: BTreeMap<String, Spec>,
}

/// An entry of a dependency table.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) key: String,
    pub(super) kind: EdgeKind,
    pub(super) spec: Field<Spec>,
    pub(super) line: u32,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spec {
    /// `package = "…"`, the name where it is not the key.
    pub(super) package: Option<String>,
    pub(super) version: Option<String>,
    pub(super) path: Option<String>,
    pub(super) git: Option<String>,
    /// A name or the URL of an index; `None` is crates.io.
    pub(super) registry: Option<String>,
}

/// An entry of `[patch.SOURCE]` that has a path.
#[derive(Debug)]
pub(super) struct Patch {
    /// `crates-io`, a registry's name, or a URL.
    pub(super) source: String,
    /// The name of the package.
    pub(super) name: String,
    pub(super) path: String,
}

impl Manifest {
    /// Reads the manifest at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Manifest> {
        let text = context.text(path)?;
        let file = TomlFile::parse(context, path, &text)?;
        let root = file.root();
        let package = table(root, "package").or_else(|| table(root, "project")).map(Package::of);
        let workspace = table(root, "workspace").map(|table| Workspace::of(&file, table));
        if package.is_none() && workspace.is_none() {
            let message = "has neither [package] nor [workspace]; add one of them".into();
            context.problem(path, None, "manifest.no_package", message);
            return None;
        }
        if package.as_ref().is_some_and(|package| package.name.is_none()) {
            context.problem(path, None, "manifest.no_name", "[package] has no name; add one".into());
        }
        let mut manifest = Manifest { package, workspace, ..Manifest::default() };
        manifest.add_dependencies(&file, root);
        for target in table(root, "target").iter().flat_map(|targets| targets.values()) {
            if let Some(target) = target.get_ref().as_table() {
                manifest.add_dependencies(&file, target);
            }
        }
        manifest.patches = patches(root);
        Some(manifest)
    }

    fn add_dependencies(&mut self, file: &TomlFile, tables: &DeTable) {
        const KINDS: [(&str, EdgeKind); 5] = [
            ("dependencies", EdgeKind::Normal),
            ("dev-dependencies", EdgeKind::Dev),
            ("dev_dependencies", EdgeKind::Dev),
            ("build-dependencies", EdgeKind::Build),
            ("build_dependencies", EdgeKind::Build),
        ];
        for (name, kind) in KINDS {
            for (key, value) in table(tables, name).into_iter().flatten() {
                let detail = value.get_ref().as_table();
                let inherited = detail.is_some_and(|detail| boolean(detail, "workspace") == Some(true));
                let spec = if inherited {
                    Field::Inherited
                } else {
                    Spec::of(value.get_ref()).map_or(Field::Absent, Field::Own)
                };
                let optional = detail.is_some_and(|detail| boolean(detail, "optional") == Some(true));
                let kind = if optional && kind == EdgeKind::Normal { EdgeKind::Optional } else { kind };
                let key_text = key.get_ref().clone().into_owned();
                self.dependencies.push(Dependency {
                    key: key_text,
                    kind,
                    spec,
                    line: file.line(&key.span()),
                });
            }
        }
    }
}

impl Package {
    fn of(table: &DeTable) -> Package {
        Package {
            name: string(table, "name").map(str::to_owned),
            version: field(table, "version", |value| value.as_str().map(str::to_owned)),
            private: field(table, "publish", publishes_nowhere),
            root: string(table, "workspace").map(str::to_owned),
        }
    }
}

impl Workspace {
    fn of(file: &TomlFile, workspace: &DeTable) -> Workspace {
        let package = table(workspace, "package");
        let specs = table(workspace, "dependencies").into_iter().flatten();
        // Cargo compares these by component without resolving `..`, so such an entry covers nothing.
        let path = |entry: &Listed| {
            let plain = !entry.text.split('/').any(|part| part == "..");
            plain.then(|| RepoPath::new(&entry.text)).flatten()
        };
        let members = file.list(workspace, "members");
        Workspace {
            explicit: members.iter().filter_map(path).collect(),
            members,
            exclude: file.list(workspace, "exclude").iter().filter_map(path).collect(),
            version: package.and_then(|package| string(package, "version")).map(str::to_owned),
            private: package
                .and_then(|package| package.get("publish"))
                .and_then(|value| publishes_nowhere(value.get_ref())),
            dependencies: specs
                .filter_map(|(key, value)| {
                    Some((key.get_ref().clone().into_owned(), Spec::of(value.get_ref())?))
                })
                .collect(),
        }
    }
}

impl Spec {
    /// `None` where the value is neither a requirement nor a table.
    fn of(value: &DeValue) -> Option<Spec> {
        if let Some(version) = value.as_str() {
            return Some(Spec { version: Some(version.to_owned()), ..Spec::default() });
        }
        let detail = value.as_table()?;
        let text = |key| string(detail, key).map(str::to_owned);
        Some(Spec {
            package: text("package"),
            version: text("version"),
            path: text("path"),
            git: text("git"),
            registry: text("registry").or_else(|| text("registry-index")),
        })
    }
}

fn field<T>(table: &DeTable, key: &str, read: impl Fn(&DeValue) -> Option<T>) -> Field<T> {
    let Some(value) = table.get(key) else { return Field::Absent };
    let inherits = |detail: &DeTable| boolean(detail, "workspace") == Some(true);
    if value.get_ref().as_table().is_some_and(inherits) {
        return Field::Inherited;
    }
    read(value.get_ref()).map_or(Field::Absent, Field::Own)
}

/// What `publish` says: `false` and `[]` both forbid publishing.
fn publishes_nowhere(value: &DeValue) -> Option<bool> {
    match value {
        DeValue::Boolean(publish) => Some(!publish),
        DeValue::Array(registries) => Some(registries.is_empty()),
        _ => None,
    }
}

/// The entries of `[patch]` that have a path.
pub(super) fn patches(root: &DeTable) -> Vec<Patch> {
    let mut patches = Vec::new();
    for (source, entries) in table(root, "patch").into_iter().flatten() {
        for (key, value) in entries.get_ref().as_table().into_iter().flatten() {
            let Some(spec) = Spec::of(value.get_ref()) else { continue };
            let Some(path) = spec.path else { continue };
            let name = spec.package.unwrap_or_else(|| key.get_ref().clone().into_owned());
            patches.push(Patch { source: source.get_ref().clone().into_owned(), name, path });
        }
    }
    patches
}
