//! [`Catalog`]: `gradle/libs.versions.toml`, what `libs.…` stands for.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::context::Context;
use crate::ecosystem::toml_file::{TomlFile, string, table};
use crate::graph::{EdgeKind, ExternalDependency};
use crate::path::RepoPath;

/// The default version catalog of a build.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    /// Name and version by alias, with `.` between its parts.
    entries: BTreeMap<String, (String, String)>,
    bundles: BTreeMap<String, Vec<String>>,
}

impl Catalog {
    /// Reads the catalog of the build at `root`; empty if there is none.
    pub(super) fn read(context: &Context, root: &RepoPath) -> Catalog {
        let mut catalog = Catalog::default();
        let Some(path) = root.join("gradle/libs.versions.toml") else { return catalog };
        context.input(&path);
        let Some(text) = context.text(&path) else { return catalog };
        let Some(file) = TomlFile::parse(context, &path, &text) else { return catalog };
        let versions = table(file.root(), "versions");
        for (alias, value) in table(file.root(), "libraries").into_iter().flatten() {
            if let Some(entry) = library(value.get_ref(), versions) {
                catalog.entries.insert(normal(alias.get_ref()), entry);
            }
        }
        for (alias, value) in table(file.root(), "plugins").into_iter().flatten() {
            if let Some(entry) = plugin(value.get_ref(), versions) {
                catalog.entries.insert(format!("plugins.{}", normal(alias.get_ref())), entry);
            }
        }
        if let Some(bundles) = table(file.root(), "bundles") {
            for (alias, _) in bundles {
                let aliases =
                    file.list(bundles, alias.get_ref()).iter().map(|item| normal(&item.text)).collect();
                catalog.bundles.insert(format!("bundles.{}", normal(alias.get_ref())), aliases);
            }
        }
        catalog
    }

    /// What `alias` names.
    pub(super) fn get(&self, alias: &str, kind: EdgeKind) -> Vec<ExternalDependency> {
        let one = [alias.to_owned()];
        let aliases = self.bundles.get(alias).map_or(&one[..], Vec::as_slice);
        let entries = aliases.iter().filter_map(|alias| self.entries.get(alias));
        entries
            .map(|(name, version)| ExternalDependency {
                name: name.clone(),
                kind,
                requirement: version.clone(),
            })
            .collect()
    }
}

/// The name and version of a library: `"g:n:v"`, or a table.
fn library(value: &DeValue, versions: Option<&DeTable>) -> Option<(String, String)> {
    if let Some(text) = value.as_str() {
        let (name, version) =
            text.match_indices(':').nth(1).map_or((text, ""), |(at, _)| (&text[..at], &text[at + 1..]));
        return Some((name.to_owned(), version.to_owned()));
    }
    let detail = value.as_table()?;
    let name = match string(detail, "module") {
        Some(module) => module.to_owned(),
        None => format!("{}:{}", string(detail, "group")?, string(detail, "name")?),
    };
    Some((name, version(detail, versions)))
}

/// The id and version of a plugin: `"id:v"`, or a table.
fn plugin(value: &DeValue, versions: Option<&DeTable>) -> Option<(String, String)> {
    if let Some(text) = value.as_str() {
        let (id, version) = text.rsplit_once(':')?;
        return Some((id.to_owned(), version.to_owned()));
    }
    let detail = value.as_table()?;
    Some((string(detail, "id")?.to_owned(), version(detail, versions)))
}

fn version(detail: &DeTable, versions: Option<&DeTable>) -> String {
    let own = || string(detail, "version");
    let named = || {
        let name = string(table(detail, "version")?, "ref")?;
        string(versions?, name)
    };
    own().or_else(named).unwrap_or_default().to_owned()
}

fn normal(alias: &str) -> String {
    alias.replace(['-', '_'], ".")
}
