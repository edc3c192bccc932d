//! A note about work left to do names who does it.

use super::Violation;
use super::quiet::find_words;
use super::tree::Tree;

/// Spelled apart, so that this file does not break its own rule.
const MARKERS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files() {
        let text = match &file.rust {
            Some(rust) => rust.comments(),
            None if file.path.ends_with(".md") || file.path == "Cargo.lock" => continue,
            None => file.text.clone(),
        };
        for marker in MARKERS {
            for offset in find_words(&text, marker) {
                if !text.get(offset + marker.len()..).is_some_and(|rest| rest.starts_with('(')) {
                    violations.push(Violation::error(
                        &file.path,
                        file.line_at(offset),
                        format!("{marker} without an owner"),
                        "what belongs to nobody is never done",
                        format!("do it, open an issue, or write {marker}(name)"),
                    ));
                }
            }
        }
    }
    violations
}
