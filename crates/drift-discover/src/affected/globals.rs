//! [`Globals`]: files that concern every project, whoever owns them.
//!
//! Named by the caller, by the `globalDependencies` of a turbo.json, and by the literal files among the
//! `sharedGlobals` of an nx.json. The first concern all projects; the others those of npm and nx at and below
//! the file that names them, since no other tool knows of it. A turbo.json is itself one of its globals.

use serde_json::{Map, Value};

use crate::context::MAX_MANIFEST_BYTES;
use crate::glob::{Glob, GlobOptions};
use crate::graph::{ProjectGraph, ProjectId};
use crate::path::RepoPath;
use crate::problem::Problem;
use crate::source::Source;

const OPTIONS: GlobOptions =
    GlobOptions { dot: true, braces: true, extended: true, escapes: true, picomatch: false, never: &[] };
/// References among named inputs are followed this far.
const MAX_REFERENCES: usize = 20;

/// All rules about global files of a tree.
pub(super) struct Globals<'a> {
    rules: Vec<Rule>,
    graph: &'a ProjectGraph,
}

/// The patterns of one place, relative to its directory.
struct Rule {
    dir: RepoPath,
    /// In order; the last that matches counts.
    patterns: Vec<Pattern>,
    /// The file they are in; `None` for the caller.
    named_by: Option<RepoPath>,
}

struct Pattern {
    text: String,
    glob: Glob,
    negated: bool,
}

impl<'a> Globals<'a> {
    /// The rules of the tree `source`, those of the caller first.
    pub(super) fn new(
        source: &dyn Source,
        graph: &'a ProjectGraph,
        patterns: &[String],
    ) -> (Globals<'a>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut rules = Vec::new();
        let own = compile(patterns.iter().cloned(), &RepoPath::root(), &mut problems);
        rules.push(Rule { dir: RepoPath::root(), patterns: own, named_by: None });
        let named = source.visible(&|name| matches!(name, b"turbo.json" | b"turbo.jsonc" | b"nx.json"));
        for file in named {
            let Some(doc) = read(source, &file, &mut problems) else { continue };
            let texts = match file.file_name() {
                b"nx.json" => shared_globals(&doc),
                _ => match turbo_globals(&doc) {
                    Some(texts) => texts,
                    None => continue,
                },
            };
            let patterns = compile(texts.into_iter(), &file, &mut problems);
            rules.push(Rule { dir: file.parent().unwrap_or_default(), patterns, named_by: Some(file) });
        }
        (Globals { rules, graph }, problems)
    }

    /// The projects that a change of `path` concerns, with the pattern and the file that names it.
    pub(super) fn concerned(
        &self,
        path: &RepoPath,
    ) -> impl Iterator<Item = (&'a ProjectId, &str, Option<&RepoPath>)> {
        let hits = self.rules.iter().filter_map(|rule| Some((rule, rule.pattern_for(path)?)));
        hits.flat_map(|(rule, pattern)| {
            let ids = self.graph.projects.iter().filter(move |project| {
                let is_js = matches!(&*project.ecosystem.0, "npm" | "nx");
                rule.named_by.is_none() || (is_js && project.path.starts_with(&rule.dir))
            });
            ids.map(move |project| (&project.id, pattern, rule.named_by.as_ref()))
        })
    }
}

impl Rule {
    fn pattern_for(&self, path: &RepoPath) -> Option<&str> {
        if self.named_by.as_ref() == Some(path) && path.file_name() != b"nx.json" {
            return self.named_by.as_ref().and_then(RepoPath::as_str);
        }
        let below = path.strip_prefix(&self.dir)?;
        let last = self.patterns.iter().rev().find(|pattern| pattern.glob.is_match(below))?;
        (!last.negated).then_some(&last.text)
    }
}

fn compile(
    texts: impl Iterator<Item = String>,
    file: &RepoPath,
    problems: &mut Vec<Problem>,
) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for text in texts {
        let (negated, body) = text.strip_prefix('!').map_or((false, &*text), |body| (true, body));
        let body = body.trim_start_matches("./").trim_start_matches('/');
        // What ends with a slash is a directory: all that is below it is meant.
        let body = if body.ends_with('/') { format!("{body}**") } else { body.to_owned() };
        match Glob::new(&body, OPTIONS) {
            Ok(glob) => patterns.push(Pattern { glob, negated, text }),
            Err(why) => {
                let message = format!("the pattern `{text}` {why}");
                problems.push(Problem { file: file.clone(), line: None, code: "glob.unsupported", message });
            }
        }
    }
    patterns
}

fn read(source: &dyn Source, file: &RepoPath, problems: &mut Vec<Problem>) -> Option<Value> {
    let bytes = source.read(file, MAX_MANIFEST_BYTES).ok()?;
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).into_owned();
    let parsed = jsonc_parser::parse_to_serde_value::<Value>(&text, &jsonc_parser::ParseOptions::default());
    parsed
        .map_err(|why| {
            let line = u32::try_from(why.line_display()).ok();
            let message = format!("is not valid JSON: {why}");
            problems.push(Problem { file: file.clone(), line, code: "manifest.syntax", message });
        })
        .ok()
}

/// `None` for the turbo.json of a package, which has no say in what is global.
fn turbo_globals(doc: &Value) -> Option<Vec<String>> {
    if doc.get("extends").is_some() {
        return None;
    }
    let listed = doc.get("globalDependencies").and_then(Value::as_array).into_iter().flatten();
    let texts = listed.filter_map(Value::as_str).map(|text| text.replace("$TURBO_ROOT$/", ""));
    // Turbo subtracts every negation, wherever it stands.
    let (taken, added): (Vec<String>, Vec<String>) = texts.partition(|text| text.starts_with('!'));
    Some(added.into_iter().chain(taken).collect())
}

fn shared_globals(doc: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(inputs) = doc.get("namedInputs").and_then(Value::as_object) {
        literal_files(inputs, "sharedGlobals", MAX_REFERENCES, &mut texts);
    }
    texts
}

/// The files that the named input `name` names from the root of the workspace. What is computed (`runtime`,
/// `env`) or relative to a project is nothing that a changed file could match.
fn literal_files(inputs: &Map<String, Value>, name: &str, depth: usize, texts: &mut Vec<String>) {
    for entry in inputs.get(name).and_then(Value::as_array).into_iter().flatten() {
        let Some(text) = entry.as_str().or_else(|| entry.get("fileset")?.as_str()) else { continue };
        let (mark, body) = text.strip_prefix('!').map_or(("", text), |body| ("!", body));
        match body.strip_prefix("{workspaceRoot}/") {
            Some(file) => texts.push(format!("{mark}{file}")),
            None if depth > 0 && mark.is_empty() && inputs.contains_key(body) => {
                literal_files(inputs, body, depth - 1, texts);
            }
            None => {}
        }
    }
}
