//! `package-lock.json` and `npm-shrinkwrap.json`.
//!
//! Versions 2 and 3 list every installed directory under `packages`; what a package needs is found as node
//! finds it, in the `node_modules` of its own directory and then of each above. Version 1 knows no
//! workspaces: the one project uses all of it.

use serde_json::{Map, Value};

use super::{Lock, Scope};

/// Facts about where a package came to be, not about the package.
const PLACEMENT: [&str; 6] = ["dev", "devOptional", "extraneous", "optional", "peer", "inBundle"];
const NEEDS: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let doc: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let mut lock = Lock::default();
    if let Some(packages) = doc.get("packages").and_then(Value::as_object) {
        installed(packages, scope, &mut lock);
    } else {
        let mut all = Vec::new();
        flatten(&doc, &mut lock, &mut all);
        lock.start(scope.at(""), &all);
    }
    Ok(lock)
}

fn installed(packages: &Map<String, Value>, scope: &Scope, lock: &mut Lock) {
    let is_project = |at: &str| !at.split('/').any(|part| part == "node_modules");
    let places: std::collections::HashMap<&str, usize> = (packages.iter())
        .filter(|(at, entry)| !is_link(entry) && (!is_project(at) || scope.at(at).is_empty()))
        .map(|(at, entry)| {
            let name = at.rsplit("node_modules/").next().unwrap_or(at);
            let name = entry.get("name").and_then(Value::as_str).unwrap_or(name);
            (at.as_str(), lock.add(name, text_of(entry, "version"), content(entry)))
        })
        .collect();
    for (at, entry) in packages {
        let names = NEEDS.iter().filter_map(|kind| entry.get(kind)?.as_object()).flat_map(Map::keys);
        let mut needs: Vec<usize> = names.filter_map(|name| find(packages, &places, at, name)).collect();
        needs.sort_unstable();
        needs.dedup();
        match places.get(at.as_str()) {
            Some(&place) => lock.packages[place].needs = needs,
            None if is_project(at) => lock.start(scope.at(at), &needs),
            None => {}
        }
    }
}

/// Where `name` leads from the directory `from`.
fn find(
    packages: &Map<String, Value>,
    places: &std::collections::HashMap<&str, usize>,
    mut from: &str,
    name: &str,
) -> Option<usize> {
    loop {
        let candidate = match from {
            "" => format!("node_modules/{name}"),
            _ => format!("{from}/node_modules/{name}"),
        };
        if let Some(entry) = packages.get(&candidate) {
            // A link to a project is the graph's business; one to another directory is a package there.
            let target = if is_link(entry) { entry.get("resolved")?.as_str()? } else { &candidate };
            return places.get(target).copied();
        }
        if from.is_empty() {
            return None;
        }
        from = from.rfind('/').map_or("", |end| &from[..end]);
    }
}

fn flatten(entry: &Value, lock: &mut Lock, all: &mut Vec<usize>) {
    let mut open = vec![entry];
    while let Some(entry) = open.pop() {
        for (name, entry) in entry.get("dependencies").and_then(Value::as_object).into_iter().flatten() {
            let own = ["version", "resolved", "integrity"].map(|key| text_of(entry, key)).join("\n");
            all.push(lock.add(name, text_of(entry, "version"), own));
            open.push(entry);
        }
    }
}

fn content(entry: &Value) -> String {
    match entry.as_object() {
        Some(entry) => {
            let own = entry.iter().filter(|(key, _)| !PLACEMENT.contains(&key.as_str()));
            own.map(|(key, value)| format!("{key}={value}\n")).collect()
        }
        None => String::new(),
    }
}

fn is_link(entry: &Value) -> bool {
    entry.get("link").and_then(Value::as_bool) == Some(true)
}

fn text_of<'v>(entry: &'v Value, key: &str) -> &'v str {
    entry.get(key).and_then(Value::as_str).unwrap_or_default()
}
