//! `cargo xtask tidy`: the rules of the house that a compiler does not know.
//!
//! Each rule is a pure function from the text of the tree to violations, so that a test can show it a bad snippet.
//! What a rule allows is a table at the top of its file: to change the rule, change the table.
//! The same check runs as a plain test, so `cargo test --workspace` fails where `tidy` does.

mod arrows;
mod attributes;
mod dependencies;
mod docs;
mod errors;
mod headers;
mod libraries;
mod manifest;
mod markers;
mod migrations;
mod modules;
mod quiet;
mod rust_text;
mod signatures;
mod size;
mod sql_text;
mod tree;
mod whitespace;

#[cfg(test)]
mod tests;

use std::fmt;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};

use crate::project;
use tree::Tree;

/// One place where the tree breaks a rule.
#[derive(Debug)]
struct Violation {
    path: String,
    /// From 1; 0 where the file as a whole is meant.
    line: usize,
    what: String,
    why: &'static str,
    fix: String,
    severity: Severity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    Error,
    /// Said, but no failure.
    Warning,
}

type Rule = fn(&Tree) -> Vec<Violation>;

/// In the order of the report.
const RULES: &[(&str, Rule)] = &[
    ("arrows", arrows::check),
    ("libraries", libraries::check),
    ("dependencies", dependencies::check),
    ("quiet", quiet::check),
    ("errors", errors::check),
    ("signatures", signatures::check),
    ("headers", headers::check),
    ("size", size::check),
    ("modules", modules::check),
    ("attributes", attributes::check),
    ("markers", markers::check),
    ("whitespace", whitespace::check),
    ("migrations", migrations::check),
    ("docs", docs::check),
];

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    match arguments {
        [] => {}
        [flag] if flag == "--bless" => migrations::bless(&project::root())?,
        _ => bail!("tidy takes --bless or nothing"),
    }
    check()?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what breaks a rule, and fails if anything does.
pub(crate) fn check() -> Result<()> {
    let tree = Tree::load(&project::root())?;
    let (mut errors, mut warnings) = (0, 0);
    for (name, rule) in RULES {
        for violation in rule(&tree) {
            match violation.severity {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            println!("{violation} [{name}]");
        }
    }
    println!("tidy: {} rules, {errors} errors, {warnings} warnings", RULES.len());
    ensure!(errors == 0, "{errors} rules broken, see above");
    Ok(())
}

impl Violation {
    fn error(path: &str, line: usize, what: String, why: &'static str, fix: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what, why, fix: fix.into(), severity: Severity::Error }
    }

    fn warning(path: &str, line: usize, what: String, why: &'static str, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, line, what, why, fix) }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, what, why, fix, severity } = self;
        let label = if *severity == Severity::Warning { "warning: " } else { "" };
        write!(f, "{path}:{line}: {label}{what}; why: {why}; fix: {fix}")
    }
}
