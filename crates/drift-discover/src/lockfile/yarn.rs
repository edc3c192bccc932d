//! `yarn.lock` of yarn 2 and later; the format of yarn 1 is passed on.
//!
//! Every entry is keyed by the descriptors it answers, `name@range`. Workspaces are entries too, so the
//! projects start at theirs. A range without protocol means `npm:`. A descriptor that is in no key was
//! replaced (`resolutions`, `patch:`); then every entry of that name counts.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Lock, Scope, yaml, yarn_classic};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    if !text.lines().any(|line| line.starts_with("__metadata:")) {
        return yarn_classic::parse(text, scope);
    }
    let doc = yaml(text)?;
    let entries = doc.as_object().ok_or("it is no table")?;
    let mut lock = Lock::default();
    if let Some(metadata) = entries.get("__metadata") {
        lock.settings.insert("__metadata", metadata.to_string());
    }
    let entries: Vec<(&str, &Value)> = (entries.iter())
        .filter(|(key, _)| *key != "__metadata")
        .map(|(key, entry)| (key.as_str(), entry))
        .collect();
    let mut descriptors = Descriptors::default();
    let mut places = Vec::new();
    for (keys, entry) in &entries {
        let resolution = entry.get("resolution").and_then(Value::as_str).unwrap_or(keys);
        let (name, reference) = split(resolution);
        let users = match reference.strip_prefix("workspace:") {
            Some(path) => scope.at(path),
            None => Vec::new(),
        };
        if !users.is_empty() {
            places.push(Err(users));
            continue;
        }
        let version = entry.get("version").map(as_text).unwrap_or_default();
        let place = lock.add(name, version, entry.to_string());
        places.push(Ok(place));
        for descriptor in keys.split(", ") {
            descriptors.add(descriptor, place);
        }
    }
    // A project that is not in the scope has an entry, but no users; it is a package like any other.
    for ((_, entry), place) in entries.iter().zip(places) {
        let needs: Vec<usize> = (entry.get("dependencies").and_then(Value::as_object).into_iter())
            .flat_map(Map::iter)
            .filter_map(|(name, range)| Some((name, range.as_str()?)))
            .filter(|(_, range)| !range.starts_with("workspace:"))
            .flat_map(|(name, range)| descriptors.find(name, range))
            .collect();
        match place {
            Ok(place) => lock.packages[place].needs = needs,
            Err(users) => lock.start(users, &needs),
        }
    }
    Ok(lock)
}

/// Which entry answers a descriptor.
#[derive(Default)]
pub(super) struct Descriptors {
    exact: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// Entries that replace the one of the same name and range.
    patches: HashMap<String, Vec<usize>>,
}

impl Descriptors {
    pub(super) fn add(&mut self, descriptor: &str, place: usize) {
        let (name, range) = split(descriptor);
        self.exact.insert(descriptor.to_owned(), place);
        let named = self.by_name.entry(name.to_owned()).or_default();
        if named.last() != Some(&place) {
            named.push(place);
        }
        if range.starts_with("patch:") {
            self.patches.entry(name.to_owned()).or_default().push(place);
        }
    }

    pub(super) fn find(&self, name: &str, range: &str) -> Vec<usize> {
        let exact = self.exact.get(&format!("{name}@{range}"));
        let exact = exact.or_else(|| self.exact.get(&format!("{name}@npm:{range}")));
        match exact {
            Some(&place) => {
                // Yarn patches some packages by itself, without a word in any manifest.
                let mut found = self.patches.get(name).cloned().unwrap_or_default();
                found.push(place);
                found
            }
            None => self.by_name.get(name).cloned().unwrap_or_default(),
        }
    }
}

/// Splits `@scope/name@range` at the `@` that is not the first.
pub(super) fn split(descriptor: &str) -> (&str, &str) {
    let scoped = usize::from(descriptor.starts_with('@'));
    match descriptor[scoped..].find('@') {
        Some(at) => (&descriptor[..at + scoped], &descriptor[at + scoped + 1..]),
        None => (descriptor, ""),
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
