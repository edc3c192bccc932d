//! Migrations: what they may say, that there is a way down, and that a released one never changes.
//!
//! `migrations/checksums.lock` holds one line per released file: BLAKE3 and path. `tidy --bless` adds new files.
//! A line of the lock is never changed by a tool: who has a database has run that file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::sql_text::statements;
use super::tree::{File, Tree};
use super::{Severity, Violation};

const LOCK: &str = "migrations/checksums.lock";
const LOCK_HEADER: &str =
    "# BLAKE3 of each released migration; `cargo xtask tidy --bless` adds lines, nothing changes one.\n";

/// Statements that end, split or leave the transaction in which all pending migrations run.
const FORBIDDEN: &[&str] =
    &["ATTACH", "BEGIN", "COMMIT", "DETACH", "END", "PRAGMA", "RELEASE", "ROLLBACK", "SAVEPOINT", "VACUUM"];

const WHY_SQL: &str = "all pending migrations run in one transaction, and a crash must leave the old version";
const WHY_NAME: &str = "migrations are found by name and run in order";
const WHY_LOCK: &str = "databases in the world were made by the released text";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut chains: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for file in sql_files(tree) {
        check_statements(file, &mut violations);
        let Some((chain, number)) = parse_path(&file.path) else {
            violations.push(Violation::error(
                &file.path,
                0,
                "not named migrations/DATABASE/NNNN_name.up.sql or .down.sql".to_owned(),
                WHY_NAME,
                "rename it",
            ));
            continue;
        };
        if let Some(stem) = file.path.strip_suffix(".up.sql") {
            if !chains.entry(chain).or_default().insert(number) {
                let what = format!("migration {number} of {chain} exists twice");
                violations.push(Violation::error(&file.path, 0, what, WHY_NAME, "take the next number"));
            }
            check_down(tree, stem, &mut violations);
        }
    }
    for (chain, numbers) in &chains {
        if let Some((expected, _)) = (1..).zip(numbers).find(|(expected, number)| expected != *number) {
            let path = format!("migrations/{chain}");
            let what = format!("migration {expected} is missing");
            violations.push(Violation::error(
                &path,
                0,
                what,
                WHY_NAME,
                "number migrations from 0001 without gaps",
            ));
        }
    }
    check_lock(tree, &mut violations);
    violations
}

/// Adds every migration that the lock does not know, and refuses if a released one changed.
pub(super) fn bless(root: &Path) -> Result<()> {
    let tree = Tree::load(root)?;
    let mut violations = Vec::new();
    check_lock(&tree, &mut violations);
    if let Some(broken) = violations.iter().find(|violation| violation.severity == Severity::Error) {
        bail!("nothing was blessed: {broken}");
    }
    let text = blessed(&tree);
    std::fs::write(root.join(LOCK), text).with_context(|| format!("cannot write {LOCK}"))
}

/// The lock with a line for every migration of `tree`.
pub(super) fn blessed(tree: &Tree) -> String {
    let known = tree.get(LOCK).map_or(LOCK_HEADER, |file| file.text.as_str());
    let mut text = known.to_owned();
    for file in sql_files(tree) {
        if !released(tree).any(|(_, _, path)| path == file.path) {
            text.push_str(&format!("{}  {}\n", hash(file), file.path));
        }
    }
    text
}

fn sql_files(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files().filter(|file| file.path.starts_with("migrations/") && file.path.ends_with(".sql"))
}

/// Line, hash and path of each entry of the lock.
fn released(tree: &Tree) -> impl Iterator<Item = (usize, &str, &str)> {
    let lines = tree.get(LOCK).map_or("", |file| file.text.as_str()).lines().enumerate();
    lines.filter_map(|(index, line)| {
        let (hash, path) = line.split_once("  ")?;
        (!line.starts_with('#')).then_some((index + 1, hash, path))
    })
}

fn hash(file: &File) -> String {
    blake3::hash(file.text.as_bytes()).to_hex().to_string()
}

/// Database and number of `migrations/drift/0001_name.up.sql`.
fn parse_path(path: &str) -> Option<(&str, u32)> {
    let (chain, name) = path.strip_prefix("migrations/")?.split_once('/')?;
    let stem = name.strip_suffix(".up.sql").or_else(|| name.strip_suffix(".down.sql"))?;
    let (number, title) = stem.split_once('_')?;
    let is_title =
        !title.is_empty() && title.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_title && is_number).then_some((chain, number.parse().ok()?))
}

fn check_statements(file: &File, violations: &mut Vec<Violation>) {
    for statement in statements(&file.text) {
        let first = statement.words.first().map_or("", String::as_str);
        if FORBIDDEN.contains(&first) {
            let what = format!("{first} in a migration");
            violations.push(Violation::error(
                &file.path,
                statement.line,
                what,
                WHY_SQL,
                "leave it to drift-db",
            ));
        }
    }
}

fn check_down(tree: &Tree, stem: &str, violations: &mut Vec<Violation>) {
    let path = format!("{stem}.down.sql");
    let is_empty = tree.get(&path).is_none_or(|file| statements(&file.text).is_empty());
    if is_empty {
        violations.push(Violation::error(
            &path,
            0,
            "missing, or without a statement".to_owned(),
            "an empty way down lowers the version and leaves the tables",
            "write what undoes the migration",
        ));
    }
}

fn check_lock(tree: &Tree, violations: &mut Vec<Violation>) {
    let mut newest: BTreeMap<&str, u32> = BTreeMap::new();
    for (line, recorded, path) in released(tree) {
        if let Some((chain, number)) = parse_path(path) {
            let newest = newest.entry(chain).or_default();
            *newest = number.max(*newest);
        }
        let problem = match tree.get(path) {
            None => "was removed",
            Some(file) if hash(file) != recorded => "was changed",
            Some(_) => continue,
        };
        let what = format!("the released migration {path} {problem}");
        violations.push(Violation::error(
            LOCK,
            line,
            what,
            WHY_LOCK,
            "restore it, and write a new migration",
        ));
    }
    let mut unreleased = 0;
    for file in sql_files(tree).filter(|file| !released(tree).any(|(_, _, path)| path == file.path)) {
        unreleased += 1;
        let before = parse_path(&file.path).and_then(|(chain, number)| Some(number <= *newest.get(chain)?));
        if before == Some(true) {
            let what = "a new migration before released ones".to_owned();
            violations.push(Violation::error(&file.path, 0, what, WHY_LOCK, "take the next free number"));
        }
    }
    if unreleased > 0 {
        let what = format!("{unreleased} files are not recorded as released, and may still change");
        let fix = "run `cargo xtask tidy --bless` before a release";
        violations.push(Violation::warning(LOCK, 0, what, WHY_LOCK, fix));
    }
}
