//! No trailing whitespace, no tabs in Rust code, and a newline at the end. Literals keep what they hold.

use super::Violation;
use super::tree::Tree;

const WHY: &str = "stray whitespace makes differences that mean nothing";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.files() {
        let text = file.rust.as_ref().map_or_else(|| file.text.clone(), |rust| rust.layout());
        for (index, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                let what = "trailing whitespace".to_owned();
                violations.push(Violation::error(&file.path, index + 1, what, WHY, "remove it"));
            }
            if file.rust.is_some() && line.contains('\t') {
                let what = "a tab outside a literal".to_owned();
                violations.push(Violation::error(&file.path, index + 1, what, WHY, "run cargo fmt"));
            }
        }
        if !text.is_empty() && !text.ends_with('\n') {
            let what = "no newline at the end of the file".to_owned();
            violations.push(Violation::error(&file.path, text.lines().count(), what, WHY, "add it"));
        }
    }
    violations
}
