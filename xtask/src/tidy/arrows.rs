//! Which crate may import which: the arrows of `docs/architecture.md`.

use super::tree::Tree;
use super::{Violation, manifest};

/// Every member, with the members it may import, dev-dependencies included.
const ARROWS: &[(&str, &[&str])] = &[
    ("drift-config", &[]),
    ("drift-db", &[]),
    ("drift-discover", &[]),
    ("drift-backup", &["drift-db"]),
    ("drift-gc", &["drift-db", "drift-backup"]),
    ("drift-cli", &["drift-config", "drift-db", "drift-discover", "drift-backup", "drift-gc"]),
    ("xtask", &[]),
];

const WHY: &str = "a library that knows its neighbours can be neither tested nor changed alone";

/// The members whose rules of silence differ: they talk to a terminal.
pub(super) const BINARIES: &[&str] = &["drift-cli", "xtask"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.members() {
        let member = file.member();
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member) else {
            violations.push(Violation::error(
                &file.path,
                0,
                format!("the member {member} has no place in the map"),
                WHY,
                "add it to ARROWS in xtask/src/tidy/arrows.rs and to docs/architecture.md",
            ));
            continue;
        };
        for dependency in manifest::dependencies(file) {
            let name = dependency.name.as_str();
            let is_member = ARROWS.iter().any(|(member, _)| *member == name);
            if is_member && !allowed.contains(&name) {
                violations.push(Violation::error(
                    &file.path,
                    dependency.line,
                    format!("{member} imports {name}"),
                    WHY,
                    "pass a witness or a closure, or move the operation to drift-cli/src/ops",
                ));
            }
        }
    }
    violations
}
