//! `#[expect(…, reason = "…")]` instead of `#[allow]`, and every `#[expect]` and `#[ignore]` says why.

use super::Violation;
use super::quiet::find_words;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, rust) in tree.rust() {
        let layout = rust.layout();
        for offset in find_words(&layout, "allow(") {
            if inside_attribute(&layout, offset) {
                violations.push(Violation::error(
                    &file.path,
                    file.line_at(offset),
                    "a lint is silenced with `allow`".to_owned(),
                    "an `allow` outlives its cause, an `expect` reports when the cause is gone",
                    "write `#[expect(lint, reason = \"why\")]`",
                ));
            }
        }
        for offset in find_words(&layout, "expect(") {
            let end = layout
                .get(offset..)
                .and_then(|rest| rest.find(")]"))
                .map_or(layout.len(), |end| offset + end);
            let has_reason = layout.get(offset..end).is_some_and(|text| text.contains("reason"));
            if inside_attribute(&layout, offset) && !has_reason {
                violations.push(Violation::error(
                    &file.path,
                    file.line_at(offset),
                    "an `expect` gives no reason".to_owned(),
                    "the next reader cannot tell whether it still holds",
                    "add `reason = \"why\"`",
                ));
            }
        }
    }
    violations
}

/// Whether the word at `offset` opens an attribute: `#[allow(`, `#![allow(`, or inside `#[cfg_attr(…, allow(`.
fn inside_attribute(layout: &str, offset: usize) -> bool {
    let before = layout.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_comment = line.trim_start().starts_with("//");
    let tail = before.trim_end();
    !is_comment && (tail.ends_with("#[") || tail.ends_with("#![") || line.contains("cfg_attr("))
}
