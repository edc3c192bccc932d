//! Versions and features stand once, in `[workspace.dependencies]`; so do lints and package fields.

use std::collections::BTreeSet;

use super::tree::Tree;
use super::{Violation, manifest};

const WHY: &str = "one version of a library per workspace, changed in one line";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut used = BTreeSet::new();
    for file in tree.members() {
        for dependency in manifest::dependencies(file) {
            if !dependency.inherits {
                violations.push(Violation::error(
                    &file.path,
                    dependency.line,
                    format!("{} does not come from the workspace table", dependency.name),
                    WHY,
                    format!("write `{}.workspace = true`", dependency.name),
                ));
            }
            used.insert(dependency.name);
        }
        if !manifest::is_true(file, "lints", "workspace") {
            violations.push(Violation::error(
                &file.path,
                0,
                "the member does not take the lints of the workspace".to_owned(),
                "a lint that one crate escapes protects none",
                "add `[lints]` with `workspace = true`",
            ));
        }
    }
    let Some(root) = tree.get("Cargo.toml") else { return violations };
    for (name, line) in manifest::workspace_dependencies(root) {
        if !used.contains(&name) {
            violations.push(Violation::warning(
                &root.path,
                line,
                format!("no member uses {name}"),
                "a library nobody uses is still one to read about and keep up to date",
                "remove the line",
            ));
        }
    }
    violations
}
