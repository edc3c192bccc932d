//! Who alone may use which library, and what nobody may use.
//!
//! Dev-dependencies are exempt from the first table: a test may look at what another crate produced.

use super::tree::Tree;
use super::{Violation, manifest};

/// Libraries that have an owner; one that is not listed is for anyone.
const OWNERS: &[(&str, &[&str])] = &[
    ("annotate-snippets", &["drift-config"]),
    ("anstream", &["drift-cli"]),
    ("anyhow", &["drift-cli", "xtask"]),
    ("clap", &["drift-cli"]),
    ("clap_complete", &["drift-cli"]),
    ("clap_mangen", &["drift-cli"]),
    ("ctrlc", &["drift-cli"]),
    ("dialoguer", &["drift-cli"]),
    ("figment", &["drift-config"]),
    ("flate2", &["drift-backup"]),
    ("fmutex", &["drift-db"]),
    // xtask walks this tree for tidy, and generated ones as the measure for init.
    ("ignore", &["drift-discover", "xtask"]),
    ("indicatif", &["drift-cli"]),
    ("jsonc-parser", &["drift-discover"]),
    ("nix", &["xtask"]),
    ("pep508_rs", &["drift-discover"]),
    ("roxmltree", &["drift-discover"]),
    ("rusqlite", &["drift-db"]),
    ("rusqlite_migration", &["drift-db"]),
    ("serde-saphyr", &["drift-discover"]),
    ("serde_ignored", &["drift-config"]),
    ("tar", &["drift-backup"]),
    ("toml_edit", &["drift-config"]),
    ("tracing-subscriber", &["drift-cli"]),
    ("zstd", &["drift-backup"]),
];

/// Never, not even by way of another library.
const FORBIDDEN: &[(&str, &str)] = &[
    ("chrono", "use jiff"),
    ("openssl-sys", "drift must build with a Rust toolchain and a C compiler alone"),
    ("r2d2", "drift-db has its own writer and readers"),
    ("serde_yaml", "unmaintained; use serde-saphyr"),
    ("serde_yml", "unmaintained; use serde-saphyr"),
    ("sqlite-rwc", "its licence is AGPL-3.0-only"),
];

const WHY_OWNER: &str = "one crate owns each job, so that a library can be replaced in one place";
const WHY_FORBIDDEN: &str = "the library is on the list of those we do not use";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in tree.members() {
        let member = file.member();
        for dependency in manifest::dependencies(file) {
            let name = dependency.name.as_str();
            let Some((_, owners)) = OWNERS.iter().find(|(library, _)| *library == name) else { continue };
            if dependency.kind != manifest::Kind::Dev && !owners.contains(&member) {
                violations.push(Violation::error(
                    &file.path,
                    dependency.line,
                    format!("{member} uses {name}, which belongs to {}", owners.join(" and ")),
                    WHY_OWNER,
                    format!("call {}, or change OWNERS in xtask/src/tidy/libraries.rs", owners[0]),
                ));
            }
        }
    }
    if let Some(lock) = tree.get("Cargo.lock") {
        for (index, line) in lock.text.lines().enumerate() {
            for (name, instead) in FORBIDDEN {
                if line == format!("name = \"{name}\"") {
                    let what = format!("{name} is in the build");
                    violations.push(Violation::error(&lock.path, index + 1, what, WHY_FORBIDDEN, *instead));
                }
            }
        }
    }
    violations
}
