//! `mix.lock`: a map of Elixir terms, shared by the applications of an umbrella. A project starts at the
//! packages that it declares; a package tells what it needs.

use std::collections::HashMap;

use super::{Lock, Scope};
use crate::ecosystem::script::{Args, Kind, Language, MAX_PIECES, Script, Value};

pub(super) fn parse(text: &str, scope: &Scope) -> Result<Lock, String> {
    let script = Script::new(Language::Elixir, text);
    let script = script.ok_or_else(|| format!("it has more than {MAX_PIECES} words and signs"))?;
    let mut lock = Lock::default();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut needs: Vec<Vec<String>> = Vec::new();
    let mut at = (0..script.tokens.len()).find(|&at| script.is_sign(at, '{')).map_or(0, |open| open + 1);
    while at < script.tokens.len() && !script.is_sign(at, '}') {
        let entry = match script.kind(at) {
            Some(Kind::Text(name)) if script.is_sign(at + 1, ':') && script.is_sign(at + 2, '{') => name,
            Some(Kind::Newline | Kind::Sign(',')) => {
                at += 1;
                continue;
            }
            _ => return Err(format!("line {} is no entry", script.line(at))),
        };
        let (args, end) = script.list(at + 2);
        // `{:hex, :name, "version", "hash", …}` or `{:git, "url", "revision", …}`.
        let version = args.text_at(2).unwrap_or_default();
        places.insert(entry.clone(), lock.add(entry, version, format!("{args:?}")));
        needs.push(dependencies(&args));
        at = end.max(at + 1);
    }
    for (package, names) in lock.packages.iter_mut().zip(&needs) {
        package.needs = names.iter().filter_map(|name| places.get(name).copied()).collect();
    }
    for project in scope.sharing_projects() {
        let starts: Vec<usize> =
            project.external.iter().filter_map(|dep| places.get(&dep.name).copied()).collect();
        lock.start([project.id.clone()], &starts);
    }
    Ok(lock)
}

/// The names in the list of `{:name, "requirement", options}` that a hex package has.
fn dependencies(args: &Args) -> Vec<String> {
    let lists = args.positional.iter().filter_map(|value| match value {
        Value::List(list) => Some(list),
        _ => None,
    });
    let tuples = lists.flat_map(|list| &list.positional).filter_map(|value| match value {
        Value::List(tuple) => tuple.positional.first(),
        _ => None,
    });
    tuples
        .filter_map(|value| match value {
            Value::Symbol(name) => Some(name.clone()),
            _ => None,
        })
        .collect()
}
