//! `yarn.lock` of yarn 1: its own format, indented and nearly YAML.
//!
//! It names no projects, so they start at the dependencies that their manifests declare.

use super::yarn::{Descriptors, split};
use super::{Lock, Scope};

#[derive(Default)]
struct Entry<'t> {
    keys: Vec<&'t str>,
    version: &'t str,
    /// All lines, which are what the package is.
    lines: Vec<&'t str>,
    needs: Vec<(&'t str, &'t str)>,
}

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let mut lock = Lock::default();
    let mut descriptors = Descriptors::default();
    let entries = entries(text)?;
    let mut places = Vec::with_capacity(entries.len());
    for entry in &entries {
        let name = entry.keys.first().map_or("", |key| split(key).0);
        let place = lock.add(name, entry.version, entry.lines.join("\n"));
        for key in &entry.keys {
            descriptors.add(key, place);
        }
        places.push(place);
    }
    for (entry, place) in entries.iter().zip(places) {
        lock.packages[place].needs =
            entry.needs.iter().flat_map(|(name, range)| descriptors.find(name, range)).collect();
    }
    for project in &scope.projects {
        let starts: Vec<usize> =
            project.external.iter().flat_map(|dep| descriptors.find(&dep.name, &dep.requirement)).collect();
        lock.start([project.id.clone()], &starts);
    }
    Ok(lock)
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut in_needs = false;
    for (at, line) in text.lines().enumerate() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if indent == 0 {
            let keys = line.strip_suffix(':').ok_or(format!("line {} is no entry", at + 1))?;
            entries.push(Entry { keys: keys.split(", ").map(unquoted).collect(), ..Entry::default() });
            continue;
        }
        let entry = entries.last_mut().ok_or(format!("line {} belongs to no entry", at + 1))?;
        entry.lines.push(body);
        let (key, value) = pair(body);
        match indent {
            2 => {
                in_needs = matches!(key, "dependencies:" | "optionalDependencies:");
                if key == "version" {
                    entry.version = value;
                }
            }
            _ if in_needs => entry.needs.push((key, value)),
            _ => {}
        }
    }
    Ok(entries)
}

/// Splits `key value`, either of which may be quoted.
fn pair(line: &str) -> (&str, &str) {
    let end = match line.strip_prefix('"') {
        Some(rest) => rest.find('"').map_or(line.len(), |end| end + 2),
        None => line.find(' ').unwrap_or(line.len()),
    };
    (unquoted(&line[..end]), unquoted(line[end..].trim_start()))
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}
