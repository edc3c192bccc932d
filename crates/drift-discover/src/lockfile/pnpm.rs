//! `pnpm-lock.yaml`, versions 5 to 9.
//!
//! `importers` are the projects, or the document itself where there is one; what they and the packages need
//! is named by version, which with the name makes the key of a package, in each version's own spelling.
//! Since version 9 what a package needs stands under `snapshots` and what it is under `packages`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Lock, Scope, yaml};

const SETTINGS: [&str; 5] = [
    "ignoredOptionalDependencies",
    "lockfileVersion",
    "packageExtensionsChecksum",
    "pnpmfileChecksum",
    "settings",
];
const DIRECT: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];
const NEEDS: [&str; 2] = ["dependencies", "optionalDependencies"];
/// What is not about the package itself: where it is used, and what it needs, which is compared as such.
const ELSEWHERE: [&str; 4] = ["dependencies", "dev", "optional", "optionalDependencies"];

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc = yaml(text)?;
    let mut lock = Lock::default();
    for name in SETTINGS {
        if let Some(value) = doc.get(name) {
            lock.settings.insert(name, value.to_string());
        }
    }
    // `5.4` is a number, `'6.0'` a text.
    let version = doc.get("lockfileVersion").map(Value::to_string).unwrap_or_default();
    let is_old = ["3", "4", "5"].iter().any(|old| version.trim_matches(['"', '\'']).starts_with(old));
    let nothing = Map::new();
    let table = |name: &str| doc.get(name).and_then(Value::as_object).unwrap_or(&nothing);
    let packages = table("packages");
    // A snapshot's key is that of its package and the peers that it was resolved with, in brackets.
    let snapshots = if doc.get("snapshots").is_some() { table("snapshots") } else { packages };
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (key, snapshot) in snapshots {
        let base = key.split('(').next().unwrap_or(key);
        let package = packages.get(key).or_else(|| packages.get(base)).unwrap_or(&Value::Null);
        let (name, version) = name_and_version(key, is_old);
        let content = format!("{base}\n{}\n{}", own(snapshot), own(package));
        places.insert(key, lock.add(name, version, content));
    }
    for (key, snapshot) in snapshots {
        let needs = NEEDS.iter().filter_map(|kind| snapshot.get(kind)?.as_object()).flatten();
        let needs = needs.filter_map(|(name, version)| find(&places, name, version.as_str()?)).collect();
        lock.packages[places[key.as_str()]].needs = needs;
    }
    let importers = doc.get("importers").and_then(Value::as_object);
    let single = [(".", &doc)];
    let importers: Vec<(&str, &Value)> = match importers {
        Some(importers) => importers.iter().map(|(path, importer)| (path.as_str(), importer)).collect(),
        None => single.to_vec(),
    };
    for (path, importer) in importers {
        let direct = DIRECT.iter().filter_map(|kind| importer.get(kind)?.as_object()).flatten();
        let direct: Vec<usize> = direct
            .filter_map(|(name, entry)| {
                // `{specifier, version}` since version 6, before that the version alone.
                let version = entry.as_str().or_else(|| entry.get("version")?.as_str())?;
                find(&places, name, version)
            })
            .collect();
        lock.start(scope.at(path), &direct);
    }
    Ok(lock)
}

/// The package that `name: version` means. None for a link to a directory.
fn find(places: &HashMap<&str, usize>, name: &str, version: &str) -> Option<usize> {
    let spellings = [
        version.to_owned(),
        format!("{name}@{version}"),
        format!("/{name}@{version}"),
        format!("/{name}/{version}"),
    ];
    spellings.iter().find_map(|key| places.get(key.as_str()).copied())
}

/// The name and version in a key: `/name/1.0.0_peer@2` before version 6 of the format, then
/// `/name@1.0.0(peer@2)`, since version 9 `name@1.0.0(peer@2)`.
fn name_and_version(key: &str, is_old: bool) -> (&str, &str) {
    let key = key.strip_prefix('/').unwrap_or(key);
    let scope = if key.starts_with('@') { key.find('/').map_or(0, |at| at + 1) } else { 0 };
    let (mark, end) = if is_old { ('/', '_') } else { ('@', '(') };
    match key[scope..].find(mark) {
        Some(at) => {
            let version = &key[scope + at + 1..];
            (&key[..scope + at], version.split(end).next().unwrap_or(version))
        }
        None => (key, ""),
    }
}

fn own(entry: &Value) -> String {
    let entry = entry.as_object().into_iter().flatten();
    entry
        .filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()))
        .map(|(key, value)| format!("{key}={value}\n"))
        .collect()
}
