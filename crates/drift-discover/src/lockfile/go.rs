//! `go.sum` and `go.work.sum`: checksums of modules, one or two lines each. They do not say who needs what, so
//! the module that a `go.sum` lies beside uses all of it, and every module of the workspace all of a
//! `go.work.sum`.

use std::collections::BTreeMap;

use super::{Lock, Scope};

pub(super) fn parse_module(text: &str, scope: &Scope) -> Result<Lock, String> {
    let (mut lock, all) = parse(text)?;
    lock.start(scope.at(""), &all);
    Ok(lock)
}

pub(super) fn parse_workspace(text: &str, scope: &Scope) -> Result<Lock, String> {
    let (mut lock, all) = parse(text)?;
    lock.start(scope.all(), &all);
    Ok(lock)
}

fn parse(text: &str) -> Result<(Lock, Vec<usize>), String> {
    let mut modules: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [] => {}
            [module, version, _] => {
                let version = version.strip_suffix("/go.mod").unwrap_or(version);
                modules.entry((module, version)).or_default().push(line);
            }
            _ => return Err(format!("line {} is not a module, a version and a checksum", at + 1)),
        }
    }
    let mut lock = Lock::default();
    let all =
        modules.into_iter().map(|((module, version), lines)| lock.add(module, version, lines.join("\n")));
    let all = all.collect();
    Ok((lock, all))
}
