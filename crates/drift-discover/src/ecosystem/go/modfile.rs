//! `go.mod` and `go.work` in Go's words.
//!
//! Directives that say nothing about projects (`go`, `toolchain`, `tool`, `retract`, `exclude`, `ignore`,
//! `godebug` and any that later versions add) are passed over.

use super::syntax::{self, Directive};
use crate::context::Context;
use crate::path::RepoPath;

/// One `go.mod`.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The module path.
    pub(super) path: String,
    /// Direct requirements only.
    pub(super) requires: Vec<Require>,
    pub(super) replaces: Vec<Replace>,
}

/// One `go.work`.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) uses: Vec<Use>,
    pub(super) replaces: Vec<Replace>,
}

/// A directory in a `use` directive.
#[derive(Debug)]
pub(super) struct Use {
    pub(super) dir: String,
    pub(super) line: u32,
}

/// A `require` without `// indirect`.
#[derive(Debug)]
pub(super) struct Require {
    pub(super) path: String,
    pub(super) version: String,
    pub(super) line: u32,
}

/// `replace path [version] => target`.
#[derive(Clone, Debug)]
pub(super) struct Replace {
    pub(super) path: String,
    pub(super) version: Option<String>,
    pub(super) target: Target,
}

/// What a module is replaced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A directory, relative to the file.
    Dir(String),
    /// A module at a version.
    Module,
}

impl Module {
    /// Reads the file at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Module> {
        let directives = directives(context, path)?;
        if directives.is_empty() {
            // An empty file keeps a directory out of the module above; that is all that it is there for.
            return None;
        }
        let mut module = Module::default();
        for directive in directives {
            let words: Vec<&str> = directive.words.iter().map(String::as_str).collect();
            match (directive.verb.as_str(), words.as_slice()) {
                ("module", [name]) => module.path = (*name).to_owned(),
                ("require", [required, version]) => {
                    let comment = directive.comment.as_deref().unwrap_or_default();
                    if comment == "indirect" || comment.starts_with("indirect;") {
                        continue;
                    }
                    let (path, version) = ((*required).to_owned(), (*version).to_owned());
                    module.requires.push(Require { path, version, line: directive.line });
                }
                ("replace", words) => module.replaces.extend(replace(context, path, &directive, words)),
                ("module" | "require", _) => report_usage(context, path, &directive),
                _ => {}
            }
        }
        if module.path.is_empty() {
            context.problem(path, None, "manifest.no_name", "has no `module` directive; add one".into());
            return None;
        }
        Some(module)
    }
}

impl Work {
    /// Reads the file at `path`; `None` if it is absent or, with a problem reported, unusable.
    pub(super) fn read(context: &Context, path: &RepoPath) -> Option<Work> {
        let mut work = Work::default();
        for directive in directives(context, path)? {
            let words: Vec<&str> = directive.words.iter().map(String::as_str).collect();
            match (directive.verb.as_str(), words.as_slice()) {
                ("use", [dir]) => work.uses.push(Use { dir: (*dir).to_owned(), line: directive.line }),
                ("replace", words) => work.replaces.extend(replace(context, path, &directive, words)),
                ("use", _) => report_usage(context, path, &directive),
                _ => {}
            }
        }
        Some(work)
    }
}

fn directives(context: &Context, path: &RepoPath) -> Option<Vec<Directive>> {
    let text = context.text(path)?;
    match syntax::parse(&text) {
        Ok(directives) => Some(directives),
        Err((line, error)) => {
            context.problem(path, Some(line), "manifest.syntax", format!("cannot be read: {error}"));
            None
        }
    }
}

fn replace(context: &Context, path: &RepoPath, directive: &Directive, words: &[&str]) -> Option<Replace> {
    let arrow = words.iter().position(|&word| word == "=>");
    let (from, to) = match arrow {
        Some(at) => (&words[..at], &words[at + 1..]),
        None => (words, &[][..]),
    };
    let (name, version) = match from {
        [name] => (*name, None),
        [name, version] => (*name, Some((*version).to_owned())),
        _ => {
            report_usage(context, path, directive);
            return None;
        }
    };
    let target = match to {
        [dir] => Target::Dir((*dir).to_owned()),
        [_, _] => Target::Module,
        _ => {
            report_usage(context, path, directive);
            return None;
        }
    };
    Some(Replace { path: name.to_owned(), version, target })
}

fn report_usage(context: &Context, path: &RepoPath, directive: &Directive) {
    let usage = match directive.verb.as_str() {
        "module" => "module PATH",
        "require" => "require PATH VERSION",
        "use" => "use DIRECTORY",
        _ => "replace PATH [VERSION] => DIRECTORY, or => PATH VERSION",
    };
    let message = format!("this is not `{usage}`; correct or remove the line");
    context.problem(path, Some(directive.line), "manifest.invalid", message);
}
