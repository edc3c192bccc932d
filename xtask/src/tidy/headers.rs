//! Every Rust file opens with `//!`: what it owns, and the rule that must hold.

use super::Violation;
use super::tree::Tree;

/// Names under which everything ends up.
const EMPTY_NAMES: &[&str] = &["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs", "imp.rs"];

/// A test file may start with what it tests; its name and its parent say the rest.
fn needs_header(path: &str) -> bool {
    !path.ends_with("/tests.rs")
}

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (file, _) in tree.rust() {
        let first = file.text.lines().next().unwrap_or("");
        if needs_header(&file.path) && first.strip_prefix("//!").is_none_or(|rest| rest.trim().is_empty()) {
            violations.push(Violation::error(
                &file.path,
                1,
                "the file has no `//!` header".to_owned(),
                "a reader must learn what a file owns before how it works",
                "say what the file owns and the rule that must hold",
            ));
        }
        let name = file.path.rsplit('/').next().unwrap_or("");
        if EMPTY_NAMES.contains(&name) {
            violations.push(Violation::error(
                &file.path,
                0,
                format!("{name} says nothing about its content"),
                "a drawer for everything becomes the largest file",
                "name the file after what it owns",
            ));
        }
    }
    violations
}
