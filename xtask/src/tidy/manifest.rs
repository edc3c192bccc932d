//! Reads the dependency tables of a `Cargo.toml`, with the line of each entry.

use toml::de::{DeTable, DeValue};

use super::tree::File;

pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) kind: Kind,
    /// Whether it says `workspace = true`.
    pub(super) inherits: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Normal,
    Dev,
    Build,
}

const TABLES: &[(&str, Kind)] =
    &[("dependencies", Kind::Normal), ("dev-dependencies", Kind::Dev), ("build-dependencies", Kind::Build)];

/// All dependencies that `file` names, those for one platform included; none if it is no TOML, which cargo reports.
pub(super) fn dependencies(file: &File) -> Vec<Dependency> {
    let Ok(manifest) = DeTable::parse(&file.text) else { return Vec::new() };
    let manifest = manifest.get_ref();
    let mut found = Vec::new();
    collect(file, manifest, &mut found);
    if let Some(DeValue::Table(targets)) = manifest.get("target").map(|value| value.get_ref()) {
        for target in targets.values() {
            if let DeValue::Table(target) = target.get_ref() {
                collect(file, target, &mut found);
            }
        }
    }
    found
}

/// The names in `[workspace.dependencies]` of the root manifest, with their lines.
pub(super) fn workspace_dependencies(file: &File) -> Vec<(String, usize)> {
    let Ok(manifest) = DeTable::parse(&file.text) else { return Vec::new() };
    let Some(DeValue::Table(workspace)) = manifest.get_ref().get("workspace").map(|value| value.get_ref())
    else {
        return Vec::new();
    };
    let Some(DeValue::Table(table)) = workspace.get("dependencies").map(|value| value.get_ref()) else {
        return Vec::new();
    };
    table.keys().map(|key| (key.get_ref().to_string(), file.line_at(key.span().start))).collect()
}

/// Whether `table.key = true` stands in the manifest.
pub(super) fn is_true(file: &File, table: &str, key: &str) -> bool {
    let Ok(manifest) = DeTable::parse(&file.text) else { return false };
    let Some(DeValue::Table(table)) = manifest.get_ref().get(table).map(|value| value.get_ref()) else {
        return false;
    };
    matches!(table.get(key).map(|value| value.get_ref()), Some(DeValue::Boolean(true)))
}

fn collect(file: &File, table: &DeTable<'_>, found: &mut Vec<Dependency>) {
    for (name, kind) in TABLES {
        let Some(DeValue::Table(entries)) = table.get(*name).map(|value| value.get_ref()) else { continue };
        for (key, value) in entries {
            let inherits = match value.get_ref() {
                DeValue::Table(entry) => {
                    matches!(entry.get("workspace").map(|flag| flag.get_ref()), Some(DeValue::Boolean(true)))
                }
                _ => false,
            };
            let line = file.line_at(key.span().start);
            found.push(Dependency { name: key.get_ref().to_string(), line, kind: *kind, inherits });
        }
    }
}
