//! [`Overrides`]: what the root of a workspace puts in the place of its members' specifiers.
//!
//! pnpm calls them overrides (`parent>name@range`), yarn resolutions (`parent/name@range`), npm overrides
//! (nested objects). Here each becomes one [`Rule`]; the most specific rule that applies wins.

use std::collections::HashMap;

use serde_json::Value;

use super::manifest::Manifest;
use super::specifier::split_name;
use super::version;

/// The overrides of one workspace.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    /// By the name of the dependency.
    rules: HashMap<String, Vec<Rule>>,
}

#[derive(Debug)]
struct Rule {
    /// The package whose dependency it is, if it is not any, with the range of its version.
    parent: Option<(String, Option<String>)>,
    condition: Condition,
    specifier: String,
}

#[derive(Debug)]
enum Condition {
    Always,
    /// The specifier allows a version that this range allows.
    Intersects(String),
    /// The specifier is written exactly so.
    Written(String),
}

/// Deepest nesting of npm's overrides that can concern a member: its own name, then the dependency.
const NPM_DEPTH: usize = 2;

impl Overrides {
    /// pnpm's, from a table of selectors; later tables win.
    pub(super) fn pnpm<'a>(
        tables: impl IntoIterator<Item = (&'a str, &'a Value)>,
        root: Option<&Manifest>,
    ) -> Overrides {
        let mut rules = HashMap::new();
        for (selector, value) in tables {
            let Some(specifier) = value.as_str() else { continue };
            let (parent, target) = match split_parent(selector) {
                Some((parent, target)) => (Some(name_and_range(parent)), target),
                None => (None, selector),
            };
            let (name, range) = name_and_range(target);
            let rule = Rule {
                parent,
                condition: range.map_or(Condition::Always, Condition::Intersects),
                specifier: dereferenced(specifier, root),
            };
            add(&mut rules, name, rule);
        }
        Overrides { rules }
    }

    /// yarn's `resolutions`.
    pub(super) fn yarn<'a>(table: impl IntoIterator<Item = (&'a str, &'a Value)>) -> Overrides {
        let mut rules = HashMap::new();
        for (pattern, value) in table {
            let Some(specifier) = value.as_str() else { continue };
            let parts = yarn_parts(pattern);
            let Some((target, parents)) = parts.split_last() else { continue };
            let parent = parents.iter().rfind(|part| **part != "**").map(|part| name_and_range(part));
            let (name, range) = name_and_range(target);
            let rule = Rule {
                parent,
                condition: range.map_or(Condition::Always, Condition::Written),
                specifier: specifier.to_owned(),
            };
            add(&mut rules, name, rule);
        }
        Overrides { rules }
    }

    /// npm's, whose nesting names the parents.
    pub(super) fn npm(root: &Manifest) -> Overrides {
        let mut rules = HashMap::new();
        if let Some(table) = root.fields.get("overrides") {
            collect_npm(table, None, NPM_DEPTH, root, &mut rules);
        }
        Overrides { rules }
    }

    /// bun's: npm's, and `resolutions` by plain names.
    pub(super) fn bun(root: &Manifest) -> Overrides {
        let mut rules = Overrides::pnpm(root.table(&["resolutions"]), Some(root)).rules;
        for (name, of_npm) in Overrides::npm(root).rules {
            rules.entry(name).or_default().extend(of_npm);
        }
        Overrides { rules }
    }

    /// What takes the place of `specifier` for the dependency `name` of a package.
    pub(super) fn specifier(&self, parent: &Manifest, name: &str, specifier: &str) -> Option<&str> {
        let applies = |rule: &&Rule| {
            let is_parent = rule.parent.as_ref().is_none_or(|(wanted, range)| {
                parent.name.as_deref() == Some(wanted)
                    && range.as_deref().is_none_or(|range| {
                        let own = parent.version.as_deref().unwrap_or("0.0.0");
                        version::satisfies(own, range, version::Prereleases::Included)
                    })
            });
            is_parent
                && match &rule.condition {
                    Condition::Always => true,
                    Condition::Intersects(range) => version::intersect(specifier, range),
                    Condition::Written(range) => {
                        let plain = |text: &'_ str| text.strip_prefix("npm:").unwrap_or(text).to_owned();
                        plain(specifier) == plain(range)
                    }
                }
        };
        let rank = |rule: &&Rule| (rule.parent.is_some(), !matches!(rule.condition, Condition::Always));
        self.rules.get(name)?.iter().filter(applies).max_by_key(rank).map(|rule| rule.specifier.as_str())
    }
}

fn add(rules: &mut HashMap<String, Vec<Rule>>, name: String, rule: Rule) {
    rules.entry(name).or_default().push(rule);
}

fn collect_npm(
    table: &Value,
    parent: Option<&str>,
    depth: usize,
    root: &Manifest,
    rules: &mut HashMap<String, Vec<Rule>>,
) {
    for (selector, value) in table.as_object().into_iter().flatten() {
        if selector == "." {
            continue;
        }
        let own = if value.is_object() { value.get(".").and_then(Value::as_str) } else { value.as_str() };
        if let Some(specifier) = own {
            let (name, range) = name_and_range(selector);
            let rule = Rule {
                parent: parent.map(name_and_range),
                condition: range.map_or(Condition::Always, Condition::Intersects),
                specifier: dereferenced(specifier, Some(root)),
            };
            add(rules, name, rule);
        }
        if value.is_object() && depth > 1 {
            collect_npm(value, Some(selector), depth - 1, root, rules);
        }
    }
}

/// `$name` is what the root itself asks of `name`.
fn dereferenced(specifier: &str, root: Option<&Manifest>) -> String {
    let of_root = specifier.strip_prefix('$').and_then(|name| root?.own_specifier(name));
    of_root.unwrap_or(specifier).to_owned()
}

/// The two sides of a `>` that is no part of a range: `a>b`, `a@1>b`, but not `a@>1`.
fn split_parent(selector: &str) -> Option<(&str, &str)> {
    let bytes = selector.as_bytes();
    let at =
        (1..bytes.len()).find(|&at| bytes[at] == b'>' && !matches!(bytes[at - 1], b' ' | b'|' | b'@'))?;
    Some((&selector[..at], &selector[at + 1..]))
}

fn name_and_range(text: &str) -> (String, Option<String>) {
    match split_name(text) {
        Some((name, range)) => (name.to_owned(), Some(range.to_owned()).filter(|range| !range.is_empty())),
        None => (text.to_owned(), None),
    }
}

/// The names of `a/@s/b@npm:^1/c`: a scope keeps its slash, and so does the range of the last name.
fn yarn_parts(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    loop {
        let scope = if rest.starts_with('@') { rest.find('/').map_or(0, |at| at + 1) } else { 0 };
        let slash = rest[scope..].find('/').map(|at| at + scope);
        // `name@patch:…/…` is the last part.
        let is_address = slash.is_some_and(|slash| rest[scope..slash].contains([':', '#']));
        match slash {
            Some(at) if !is_address => {
                parts.push(&rest[..at]);
                rest = &rest[at + 1..];
            }
            _ => {
                parts.push(rest);
                return parts;
            }
        }
    }
}

#[cfg(test)]
mod tests;
