//! [`Gemspec`]: the literal statements of a `*.gemspec`.

use std::collections::BTreeMap;

use super::{Dependency, constants, requirement};
use crate::context::Context;
use crate::ecosystem::script::{Kind, Language, Script, Value};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// Most dependencies of one gem.
const MAX_DEPENDENCIES: usize = 50_000;

/// One gem.
#[derive(Debug, Default)]
pub(super) struct Gemspec {
    pub(super) path: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
}

impl Gemspec {
    /// Reads the gemspec at `path`; `None` if it is absent or, with a problem reported, unreadable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Gemspec> {
        let script = Script::read(context, path, Language::Ruby)?;
        let constants = constants(&script);
        let mut gemspec = Gemspec { path: path.clone(), ..Gemspec::default() };
        let mut loops = Loops::default();
        let mut is_named = false;
        let mut at = 0;
        while at < script.tokens.len() {
            loops.note(&script, at);
            // `Gem::Specification.new "name", "1.0" do |s|`
            if script.word(at) == Some("Specification")
                && script.is_sign(at + 1, '.')
                && script.word(at + 2) == Some("new")
            {
                let (args, _) = script.call(at + 3);
                let mut given = args.positional.iter();
                let name = given.next().map(|name| literal(name, &constants));
                gemspec.version = given.next().and_then(|version| literal(version, &constants));
                is_named |= gemspec.take_name(context, script.line(at), name);
                at += 3;
                continue;
            }
            // `s.name = …`, `spec.add_dependency …`: a receiver, a dot, a word.
            let method = match (script.word(at), script.word(at + 2)) {
                (Some(receiver), Some(method)) if script.is_sign(at + 1, '.') && is_variable(receiver) => {
                    method
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            let assigned = script.is_sign(at + 3, '=') && !script.is_sign(at + 4, '=');
            match method {
                "name" | "version" if assigned => {
                    let (value, end) = script.value(at + 4);
                    let literal = literal(&value, &constants);
                    if method == "version" {
                        gemspec.version = literal;
                    } else {
                        let name = literal.or_else(|| file_stem(&value, path));
                        is_named |= gemspec.take_name(context, script.line(at), Some(name));
                    }
                    at = end;
                }
                "add_dependency" | "add_runtime_dependency" | "add_development_dependency"
                    if gemspec.dependencies.len() < MAX_DEPENDENCIES =>
                {
                    let dev = method == "add_development_dependency";
                    let kind = if dev { EdgeKind::Dev } else { EdgeKind::Normal };
                    let line = script.line(at);
                    let (args, end) = script.call(at + 3);
                    let (first, rest) = match args.positional.split_first() {
                        Some((first, rest)) => (first.clone(), rest),
                        None => (Value::Computed, &[][..]),
                    };
                    let (names, is_whole) = match (literal(&first, &constants), &first) {
                        (Some(name), _) => (vec![name], true),
                        (None, Value::Word(variable)) => loops.words(variable),
                        (None, Value::Symbol(name)) => (vec![name.clone()], true),
                        _ => {
                            let first = at + 3 + usize::from(script.is_sign(at + 3, '('));
                            loops.texts(&script, first).unwrap_or_default()
                        }
                    };
                    if !is_whole {
                        let message = "a dependency is computed here; it is not recorded".into();
                        context.problem(path, Some(line), "dependency.computed", message);
                    }
                    let requirement = requirement(rest);
                    // A loop over a long list may hold many of these.
                    let left = MAX_DEPENDENCIES - gemspec.dependencies.len();
                    if names.len() >= left {
                        let message =
                            format!("has more than {MAX_DEPENDENCIES} dependencies; no more are recorded");
                        context.problem(path, Some(line), "manifest.too_large", message);
                    }
                    let dependency = |name| Dependency { name, kind, requirement: requirement.clone() };
                    gemspec.dependencies.extend(names.into_iter().take(left).map(dependency));
                    at = end.max(at + 3);
                }
                "dependencies" if script.is_sign(at + 3, '<') && script.is_sign(at + 4, '<') => {
                    let message = "a dependency is added by hand here; it is not recorded".into();
                    context.problem(path, Some(script.line(at)), "dependency.computed", message);
                    at += 3;
                }
                _ => at += 3,
            }
        }
        script.finish(context, path);
        if !is_named {
            let message = "has no name that can be read, so nothing can be linked to it".into();
            context.problem(path, None, "manifest.no_name", message);
        }
        Some(gemspec)
    }

    /// Takes the name that a statement gives, if it gives one; whether it does.
    fn take_name(&mut self, context: &Context, line: u32, name: Option<Option<String>>) -> bool {
        let is_given = name.is_some();
        match name {
            Some(Some(name)) => self.name = Some(name),
            Some(None) => {
                let message = "the name of the gem is computed, so nothing can be linked to it".into();
                context.problem(&self.path, Some(line), "manifest.computed", message);
            }
            None => {}
        }
        is_given
    }
}

/// `File.basename(__FILE__, ".gemspec")`: the name of the file at `path` without its ending.
fn file_stem(value: &Value, path: &RepoPath) -> Option<String> {
    let Value::Call(name, args) = value else { return None };
    let [Value::Word(file), Value::Text(ending)] = &args.positional[..] else { return None };
    let is_stem =
        name == "File.basename" && file == "__FILE__" && matches!(ending.as_str(), ".gemspec" | ".*");
    let own = std::str::from_utf8(path.file_name()).ok()?;
    is_stem.then(|| own.strip_suffix(".gemspec").unwrap_or(own).to_owned())
}

/// The loops over literal lists: `%w[a b].each do |name|`.
#[derive(Default)]
struct Loops {
    /// The literals of the list, and whether that is all it holds.
    by_variable: BTreeMap<String, (Vec<String>, bool)>,
}

impl Loops {
    fn note(&mut self, script: &Script, at: usize) {
        let is_list = matches!(script.kind(at), Some(Kind::Words(_) | Kind::Sign('[')));
        let continues = at > 0 && matches!(script.kind(at - 1), Some(Kind::Word(_) | Kind::Sign(')' | ']')));
        let literal = matches!(script.kind(at + 1), Some(Kind::Text(_) | Kind::Newline | Kind::Sign('.')));
        if !is_list || !literal || continues {
            return;
        }
        let end = match script.kind(at) {
            Some(Kind::Words(_)) => at + 1,
            // Only a short list of literals stands before `.each`.
            _ => {
                // A list in a list ends the look too: `[[[…` would be read again for each bracket.
                let bracket = |&end: &usize| script.is_sign(end, ']') || script.is_sign(end, '[');
                match (at + 1..script.tokens.len().min(at + 200)).find(bracket) {
                    Some(end) if script.is_sign(end, ']') => end + 1,
                    _ => return,
                }
            }
        };
        let each = script.is_sign(end, '.') && script.word(end + 1) == Some("each");
        let open = script.word(end + 2) == Some("do") || script.is_sign(end + 2, '{');
        let variable = script.word(end + 4).filter(|_| script.is_sign(end + 3, '|'));
        if let (true, true, Some(variable)) = (each, open, variable)
            && script.is_sign(end + 5, '|')
        {
            self.by_variable.insert(variable.to_owned(), items(script, at, end));
        }
    }

    /// What the string at `at` stands for if all that code completes in it is one variable: `"lib-#{name}"`.
    fn texts(&self, script: &Script, at: usize) -> Option<(Vec<String>, bool)> {
        let Some(Kind::Computed(text)) = script.kind(at) else { return None };
        let ends =
            matches!(script.kind(at + 1), None | Some(Kind::Newline | Kind::Sign(',' | ')' | ';' | '}')));
        let (before, rest) = text.split_once("#{").filter(|_| ends)?;
        let (variable, behind) = rest.split_once('}').filter(|(_, behind)| !behind.contains("#{"))?;
        let (words, is_whole) = self.by_variable.get(variable.trim())?;
        Some((words.iter().map(|word| format!("{before}{word}{behind}")).collect(), *is_whole))
    }

    /// What a variable stands for, and whether that is all.
    fn words(&self, variable: &str) -> (Vec<String>, bool) {
        self.by_variable.get(variable).cloned().unwrap_or_default()
    }
}

/// The literal items of the list from `start` to `end`, and whether there are no others.
fn items(script: &Script, start: usize, end: usize) -> (Vec<String>, bool) {
    if let Some(Kind::Words(words)) = script.kind(start) {
        return (words.clone(), true);
    }
    let (mut found, mut is_whole) = (Vec::new(), true);
    let pieces: Vec<usize> =
        (start + 1..end - 1).filter(|&at| !matches!(script.kind(at), Some(Kind::Newline))).collect();
    for item in pieces.split(|&at| script.is_sign(at, ',')) {
        match item {
            // After the last comma.
            [] => {}
            [at] => match script.kind(*at) {
                Some(Kind::Text(text)) => found.push(text.clone()),
                _ => is_whole = false,
            },
            _ => is_whole = false,
        }
    }
    (found, is_whole)
}

/// The text of a literal or of a variable that holds one.
fn literal(value: &Value, constants: &BTreeMap<&str, Option<&str>>) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Word(name) => constants.get(name.as_str())?.map(str::to_owned),
        _ => None,
    }
}

/// A local variable: constants such as `Gem` are no receivers of these statements.
fn is_variable(word: &str) -> bool {
    word.starts_with(|c: char| c.is_lowercase() || c == '_')
}
