//! [`Applied`]: the scripts and plugins that a build file applies.
//!
//! A literal name is one, also behind the directory of the build or of the project; what is fetched from elsewhere
//! is nothing of the repository.

use super::blocks::Blocks;
use super::build::chain;
use crate::ecosystem::script::{Kind, Script};
use crate::path::RepoPath;

/// One thing that a build file applies.
#[derive(Clone, Debug)]
pub(super) struct Applied {
    pub(super) what: What,
    pub(super) line: u32,
}

/// What is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// `apply from: "x.gradle"`.
    Script {
        base: Base,
        path: String,
    },
    /// A plugin, by its id.
    Plugin(String),
    /// A plugin, by its name in the version catalog: what stands behind `libs.`.
    Alias(String),
    ComputedScript,
    ComputedPlugin,
}

/// What the path of a script is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The directory of the project that applies it, whatever file says so.
    Project,
    /// The root of the build.
    Root,
}

impl Base {
    /// The script at `path`, applied by the project in `dir` of the build at `root`.
    pub(super) fn join(self, root: &RepoPath, dir: &RepoPath, path: &str) -> Option<RepoPath> {
        let base = if self == Base::Root { root } else { dir };
        base.join(path.replace('\\', "/"))
    }
}

/// A file that a script names.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    In(Base, String),
    /// Not in the repository.
    Elsewhere,
    Computed,
}

/// What the statement at `at` applies, outside of `plugins { … }`.
pub(super) fn statement(script: &Script, at: usize, blocks: &Blocks) -> Option<Applied> {
    let behind = at.checked_sub(2).filter(|_| script.is_sign(at - 1, '.')).and_then(|at| script.word(at));
    let is_member = at > 0 && script.is_sign(at - 1, '.');
    let word = script.word(at)?;
    // `apply { from("x"); plugin("y") }`
    let in_apply = blocks.heads().last().is_some_and(|head| head.words == ["apply"]);
    let named = |name: &str| match word {
        "apply" => argument(script, at + 1, name),
        _ => Some(at + 1 + usize::from(script.is_sign(at + 1, '('))),
    };
    let from = || named("from").and_then(|at| from(script, at));
    let plugin = || named("plugin").and_then(|at| plugin(script, at));
    let what = match word {
        "apply" if matches!(behind, Some("pluginManager" | "plugins")) => {
            self::plugin(script, at + 1 + usize::from(script.is_sign(at + 1, '(')))
        }
        "apply" if !is_member || matches!(behind, Some("project" | "target")) => from().or_else(plugin),
        "from" if in_apply && !is_member => from(),
        "plugin" if in_apply && !is_member => plugin(),
        _ => None,
    };
    Some(Applied { what: what?, line: script.line(at) })
}

/// What the piece at `at` of a `plugins` block applies.
pub(super) fn plugin_request(script: &Script, at: usize) -> Option<Applied> {
    let starts = matches!(
        at.checked_sub(1).and_then(|before| script.kind(before)),
        None | Some(Kind::Newline | Kind::Sign('{' | ';'))
    );
    if !starts {
        return None;
    }
    let line = script.line(at);
    let (what, end) = match script.word(at)? {
        "id" => {
            let name = at + 1 + usize::from(script.is_sign(at + 1, '('));
            (plugin(script, name)?, name + 1)
        }
        "alias" => {
            let name = at + 1 + usize::from(script.is_sign(at + 1, '('));
            script.word(name).filter(|word| *word == "libs")?;
            let (alias, end) = chain(script, name + 1);
            (What::Alias(alias), end)
        }
        // `kotlin("jvm")` is a plugin of Kotlin's.
        _ if script.is_sign(at + 1, '(') => return None,
        first => {
            let (rest, end) = chain(script, at + 1);
            let id = if rest.is_empty() { first.to_owned() } else { format!("{first}.{rest}") };
            (What::Plugin(id), end)
        }
    };
    // `apply false` only puts it at the disposal of other projects.
    let is_false = |at: usize| {
        let value = at + 1 + usize::from(script.is_sign(at + 1, '('));
        script.word(at) == Some("apply") && script.word(value) == Some("false")
    };
    let is_end = |at: &usize| matches!(script.kind(*at), None | Some(Kind::Newline | Kind::Sign(';' | '}')));
    let applies = !(end..).take_while(|at| !is_end(at)).any(is_false);
    applies.then_some(Applied { what, line })
}

/// The position of the value of the argument `name` of the call whose arguments start at `at`.
fn argument(script: &Script, at: usize, name: &str) -> Option<usize> {
    let mut at = at;
    if script.is_sign(at, '(') {
        at = script.skip_newlines(at + 1);
    }
    // A map literal: `apply([plugin: 'x'])`; and Kotlin's `mapOf("plugin" to "x")` of older scripts.
    at += usize::from(script.is_sign(at, '['));
    let assigned = script.is_sign(at + 1, ':') || script.is_sign(at + 1, '=');
    (script.word(at) == Some(name) && assigned).then(|| script.skip_newlines(at + 2))
}

/// The plugin that the value at `at` names; `None` if it is a class, which is no script.
fn plugin(script: &Script, at: usize) -> Option<What> {
    match script.kind(at)? {
        Kind::Text(id) if is_end(script, at + 1) || script.word(at + 1).is_some() => {
            Some(What::Plugin(id.clone()))
        }
        Kind::Text(_) | Kind::Computed(_) => Some(What::ComputedPlugin),
        Kind::Word(first) => {
            let (rest, _) = chain(script, at + 1);
            if first == "libs" {
                return Some(What::Alias(rest.trim_end_matches(".get").to_owned()));
            }
            let last = rest.rsplit('.').next().filter(|last| !last.is_empty()).unwrap_or(first);
            last.starts_with(char::is_lowercase).then_some(What::ComputedPlugin)
        }
        _ => None,
    }
}

/// The script that the value at `at` names.
fn from(script: &Script, at: usize) -> Option<What> {
    match place(script, at, 0) {
        Place::In(base, path) => Some(What::Script { base, path }),
        Place::Elsewhere => None,
        Place::Computed => Some(What::ComputedScript),
    }
}

/// The file that the expression at `at` names.
fn place(script: &Script, at: usize, depth: usize) -> Place {
    let at = at + usize::from(script.word(at) == Some("new"));
    match script.kind(at) {
        Some(Kind::Text(text)) if is_end(script, at + 1) => literal(Base::Project, text),
        Some(Kind::Computed(text)) if is_end(script, at + 1) => interpolated(text),
        Some(Kind::Word(first)) => {
            let (rest, end) = chain(script, at + 1);
            let name = if rest.is_empty() { first.clone() } else { format!("{first}.{rest}") };
            if script.is_sign(end, '+') {
                return beside(directory(&name), script, end + 1);
            }
            if !script.is_sign(end, '(') || depth > 1 {
                return Place::Computed;
            }
            let inside = end + 1;
            match name.as_str() {
                "file" | "project.file" | "uri" | "project.uri" => place(script, inside, depth + 1),
                "rootProject.file" | "rootProject.uri" => match place(script, inside, depth + 1) {
                    Place::In(Base::Project, path) => Place::In(Base::Root, path),
                    other => other,
                },
                "File" | "java.io.File" => {
                    let Some(first) = script.word(inside) else { return place(script, inside, depth + 1) };
                    let (rest, end) = chain(script, inside + 1);
                    let name = if rest.is_empty() { first.to_owned() } else { format!("{first}.{rest}") };
                    match script.is_sign(end, ',') {
                        true => beside(directory(&name), script, end + 1),
                        false => Place::Computed,
                    }
                }
                // `rootDir.toString() + "/x"`
                name if script.is_sign(inside, ')') && script.is_sign(inside + 1, '+') => {
                    let text = [".toString", ".getPath", ".getAbsolutePath"];
                    let base = text.iter().find_map(|call| name.strip_suffix(call));
                    beside(base.and_then(directory), script, inside + 2)
                }
                name => beside(name.strip_suffix(".resolve").and_then(directory), script, inside),
            }
        }
        _ => Place::Computed,
    }
}

/// The literal at `at`, relative to `base`.
fn beside(base: Option<Base>, script: &Script, at: usize) -> Place {
    match (base, script.text(at)) {
        (Some(base), Some(text)) if is_end(script, at + 1) => {
            Place::In(base, text.trim_start_matches('/').to_owned())
        }
        _ => Place::Computed,
    }
}

fn literal(base: Base, text: &str) -> Place {
    let outside = text.contains("://") || text.starts_with('/');
    if outside { Place::Elsewhere } else { Place::In(base, text.to_owned()) }
}

/// `"$rootDir/x"`, where the interpolation is the first thing and the only one.
fn interpolated(text: &str) -> Place {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Place::Elsewhere;
    }
    let found = text.strip_prefix('$').and_then(|text| match text.strip_prefix('{') {
        Some(inside) => inside.split_once("}/"),
        None => text.split_once('/'),
    });
    match found.map(|(name, rest)| (directory(name), rest)) {
        Some((Some(base), rest)) if !rest.contains('$') => Place::In(base, rest.to_owned()),
        _ => Place::Computed,
    }
}

/// The directory that a name stands for in a build file.
fn directory(name: &str) -> Option<Base> {
    let name = name.trim_start_matches("project.");
    let name =
        [".path", ".absolutePath", ".asFile"].iter().fold(name, |name, end| name.trim_end_matches(end));
    match name {
        "rootDir"
        | "rootProject.projectDir"
        | "rootProject.rootDir"
        | "rootProject.layout.projectDirectory"
        | "isolated.rootProject.projectDirectory" => Some(Base::Root),
        "projectDir" | "layout.projectDirectory" => Some(Base::Project),
        _ => None,
    }
}

/// Whether a value ends before `at`.
fn is_end(script: &Script, at: usize) -> bool {
    matches!(script.kind(at), None | Some(Kind::Newline | Kind::Sign(')' | ']' | ',' | ';' | '}')))
}

#[cfg(test)]
mod tests;
