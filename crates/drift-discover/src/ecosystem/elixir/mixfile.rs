//! [`Mixfile`]: the literal parts of `mix.exs`.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::Context;
use crate::ecosystem::script::{Args, Kind, Language, Script, Value};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

/// The options that say where a dependency comes from.
const SOURCES: [&str; 5] = ["path", "in_umbrella", "git", "github", "hex"];

/// One project.
#[derive(Debug, Default)]
pub(super) struct Mixfile {
    pub(super) path: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) apps_path: Option<String>,
    /// The applications of an umbrella, where it names them.
    pub(super) apps: Option<Vec<String>>,
    pub(super) dependencies: Vec<Dependency>,
}

/// `{:name, "~> 1.0", path: "…"}`.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: EdgeKind,
    pub(super) requirement: String,
    pub(super) path: Option<String>,
    pub(super) in_umbrella: bool,
    pub(super) line: u32,
}

impl Mixfile {
    /// Reads the project file at `path`; `None` if it is absent or, with a problem reported, unreadable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Mixfile> {
        let script = Script::read(context, path, Language::Elixir)?;
        let mut mixfile = Mixfile { path: path.clone(), ..Mixfile::default() };
        let functions = functions(&script);
        let attributes = attributes(&script);
        let Some(&(start, end)) = functions.get("project").and_then(|bodies| bodies.first()) else {
            let message = "has no `def project`; what mix builds here cannot be read".into();
            context.problem(path, None, "manifest.no_project", message);
            return Some(mixfile);
        };
        let mut todo: BTreeSet<&str> = BTreeSet::new();
        let (mut at, mut depth) = (start, 0_usize);
        while at < end {
            match script.kind(at) {
                Some(Kind::Sign('[' | '(' | '{')) => depth += 1,
                Some(Kind::Sign(']' | ')' | '}')) => depth = depth.saturating_sub(1),
                // Keys of the list that the function returns, not of what lies in it.
                Some(Kind::Word(key)) if depth == 1 && script.is_sign(at + 1, ':') => {
                    let (value, behind) = script.value(at + 2);
                    mixfile.set(context, &attributes, key, &value, script.line(at));
                    if key == "deps" {
                        todo.extend((at + 2..behind.min(end)).filter_map(|at| script.word(at)));
                        mixfile.add_dependencies(context, &script, at + 2, behind.min(end));
                    }
                    at = behind.max(at + 1);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        // What the list calls adds to it: `deps() ++ test_deps()`, `|> add_more()`.
        let mut seen = BTreeSet::from(["project"]);
        while let Some(called) = todo.pop_first() {
            if !seen.insert(called) {
                continue;
            }
            for &(start, end) in functions.get(called).into_iter().flatten() {
                mixfile.add_dependencies(context, &script, start, end);
                todo.extend((start..end).filter_map(|at| script.word(at)));
            }
        }
        script.finish(context, path);
        Some(mixfile)
    }

    fn set(
        &mut self,
        context: &Context,
        attributes: &BTreeMap<&str, &str>,
        key: &str,
        value: &Value,
        line: u32,
    ) {
        let literal = match value {
            Value::Text(text) | Value::Symbol(text) => Some(text.clone()),
            Value::Word(name) => attributes.get(name.as_str()).map(|&text| text.to_owned()),
            _ => None,
        };
        match key {
            "app" if literal.is_none() => {
                let message = "the name of the application is computed".into();
                context.problem(&self.path, Some(line), "manifest.computed", message);
            }
            "app" => self.name = literal,
            "version" => self.version = literal,
            "apps_path" if literal.is_none() => {
                let message = "`apps_path` is computed, so its applications are not listed".into();
                context.problem(&self.path, Some(line), "member.computed", message);
            }
            "apps_path" => self.apps_path = literal,
            "apps" => self.apps = symbols(value),
            _ => {}
        }
    }

    /// Every tuple, or key of a list, that names a dependency between `start` and `end`.
    fn add_dependencies(&mut self, context: &Context, script: &Script, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            let line = script.line(at);
            // `name: [path: "…"]` is short for `{:name, [path: "…"]}`.
            let keyed =
                script.word(at).filter(|_| script.is_sign(at + 1, ':') && script.is_sign(at + 2, '['));
            if script.is_sign(at, '{') && script.is_sign(at + 1, ':') {
                let (args, behind) = script.list(at);
                self.add(context, &args, line);
                at = behind.max(at + 1);
            } else if let Some(name) = keyed {
                let (options, behind) = script.list(at + 2);
                let is_dependency = |(key, _): &(String, Value)| SOURCES.contains(&key.as_str());
                if options.named.iter().any(is_dependency) {
                    let positional = vec![Value::Symbol(name.to_owned()), Value::List(options)];
                    self.add(context, &Args { positional, named: Vec::new() }, line);
                    at = behind.max(at + 1);
                } else {
                    at += 1;
                }
            } else {
                at += 1;
            }
        }
    }

    fn add(&mut self, context: &Context, args: &Args, line: u32) {
        let Some(Value::Symbol(name)) = args.positional.first() else { return };
        // `{:ok, value}` is a tuple as well.
        let version = matches!(args.positional.get(1), Some(Value::Text(_) | Value::List(_)));
        if !version && args.named.is_empty() {
            return;
        }
        // Options may stand in a list of their own.
        let options = args.positional.iter().skip(1).find_map(|value| match value {
            Value::List(args) => Some(args),
            _ => None,
        });
        let get = |key: &str| args.get(key).or_else(|| options.and_then(|options| options.get(key)));
        let given = get("path").filter(|value| **value != Value::Word("nil".into()));
        let path = given.and_then(directory);
        if path.is_none() && given.is_some() {
            let message = format!("the path of `{name}` is computed; it is not recorded");
            context.problem(&self.path, Some(line), "dependency.computed", message);
            return;
        }
        let only = get("only").and_then(symbols).unwrap_or_default();
        let dev = !only.is_empty() && !only.iter().any(|environment| environment == "prod");
        let optional = get("optional") == Some(&Value::Word("true".into()));
        let kind = match (dev, optional) {
            (true, _) => EdgeKind::Dev,
            (_, true) => EdgeKind::Optional,
            _ => EdgeKind::Normal,
        };
        self.dependencies.push(Dependency {
            name: name.clone(),
            kind,
            requirement: args.text_at(1).unwrap_or_default().to_owned(),
            path,
            in_umbrella: get("in_umbrella") == Some(&Value::Word("true".into())),
            line,
        });
    }
}

/// The directory, relative to the project's, that a value names: `"../x"`, `Path.join(__DIR__, "../x")` or
/// `Path.expand("../x", __DIR__)`.
fn directory(value: &Value) -> Option<String> {
    let is_here = |value: &Value| *value == Value::Word("__DIR__".into());
    match value {
        Value::Text(path) => Some(path.clone()),
        Value::Call(name, args) => match (name.as_str(), &args.positional[..]) {
            ("Path.join", [here, Value::Text(path)]) if is_here(here) => Some(format!("./{path}")),
            ("Path.expand", [Value::Text(path), here]) if is_here(here) => Some(path.clone()),
            ("Path.expand", [Value::Text(path)]) => Some(path.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The functions of the module by name: where the body of each starts and ends.
fn functions(script: &Script) -> BTreeMap<&str, Vec<(usize, usize)>> {
    let starts: Vec<usize> = (0..script.tokens.len())
        .filter(|&at| matches!(script.word(at), Some("def" | "defp")) && script.word(at + 1).is_some())
        .collect();
    // A function reaches to the next one: what is between them holds no list of its own.
    let ends = starts.iter().skip(1).copied().chain([script.tokens.len()]);
    let mut functions: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for (&at, end) in starts.iter().zip(ends) {
        functions.entry(script.word(at + 1).unwrap_or_default()).or_default().push((at + 2, end));
    }
    functions
}

/// The literal module attributes: `@version "1.0.0"`, `@app :name`.
fn attributes(script: &Script) -> BTreeMap<&str, &str> {
    let mut attributes = BTreeMap::new();
    for at in 0..script.tokens.len() {
        let Some(name) = script.word(at).filter(|name| name.starts_with('@')) else { continue };
        let symbol = || script.word(at + 2).filter(|_| script.is_sign(at + 1, ':'));
        if let Some(value) = script.text(at + 1).or_else(symbol) {
            attributes.entry(name).or_insert(value);
        }
    }
    attributes
}

/// `:a`, `[:a, :b]` or `~w(a b)a`.
fn symbols(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Symbol(name) | Value::Text(name) => Some(vec![name.clone()]),
        Value::List(args) => {
            let lists = args.positional.iter().map(symbols).collect::<Option<Vec<_>>>()?;
            Some(lists.into_iter().flatten().collect())
        }
        _ => None,
    }
}
