//! `Cargo.lock`: packages without a source are the projects, by name; what a package needs is named as
//! shortly as is unambiguous: `name`, `name version` or `name version (source)`.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Table;

use super::{Lock, Scope};

#[derive(Deserialize)]
struct Doc {
    #[serde(default)]
    package: Vec<Entry>,
    /// Checksums, in old files.
    #[serde(default)]
    metadata: Table,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    version: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    checksum: String,
    #[serde(default)]
    dependencies: Vec<String>,
}

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Doc = toml::from_str(text).map_err(|why| why.message().to_owned())?;
    let mut lock = Lock::default();
    let mut by_name: HashMap<&str, Vec<(&Entry, Option<usize>)>> = HashMap::new();
    for entry in &doc.package {
        let place = users(entry, scope).is_empty().then(|| {
            let Entry { name, version, source, checksum, .. } = entry;
            let old = doc.metadata.get(&format!("checksum {name} {version} ({source})"));
            let content =
                format!("{source}\n{checksum}\n{}", old.and_then(toml::Value::as_str).unwrap_or(""));
            lock.add(name, version, content)
        });
        by_name.entry(&entry.name).or_default().push((entry, place));
    }
    for (entry, place) in by_name.values().flatten() {
        let needs: Vec<usize> = entry.dependencies.iter().flat_map(|need| find(&by_name, need)).collect();
        match place {
            Some(place) => lock.packages[*place].needs = needs,
            None => lock.start(users(entry, scope), &needs),
        }
    }
    Ok(lock)
}

/// The projects that `entry` stands for. One whose version the manifest inherits or leaves out has the name.
fn users(entry: &Entry, scope: &Scope) -> Vec<crate::graph::ProjectId> {
    if !entry.source.is_empty() {
        return Vec::new();
    }
    let exact =
        scope.named(&entry.name).filter(|project| project.version.as_deref() == Some(&*entry.version));
    let exact: Vec<_> = exact.map(|project| project.id.clone()).collect();
    match exact.is_empty() {
        true => scope.named(&entry.name).map(|project| project.id.clone()).collect(),
        false => exact,
    }
}

fn find(by_name: &HashMap<&str, Vec<(&Entry, Option<usize>)>>, need: &str) -> Vec<usize> {
    let mut words = need.splitn(3, ' ');
    let name = words.next().unwrap_or_default();
    let (version, source) = (words.next(), words.next().map(|source| source.trim_matches(['(', ')'])));
    let fits = |entry: &Entry| {
        version.is_none_or(|version| entry.version == version)
            && source.is_none_or(|source| entry.source == source)
    };
    let found = by_name.get(name).into_iter().flatten();
    found.filter(|(entry, _)| fits(entry)).filter_map(|(_, place)| *place).collect()
}
