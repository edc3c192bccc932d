//! [`Properties`]: the values of MSBuild properties, as far as files tell, and the expansion of `$(…)`.
//!
//! Invariant: an expansion is either what MSBuild would yield on any machine or an error that names the
//! property nothing in the repository sets. The root of the repository is absolute in MSBuild; here it is
//! [`ROOT`], a character that no XML file can contain.

use std::cell::Cell;
use std::collections::HashMap;

use super::functions::{self, Caller};
use crate::context::Context;
use crate::path::RepoPath;

/// Stands for the absolute path of the repository.
pub(super) const ROOT: char = '\u{1}';
/// Deepest nesting of expressions.
const MAX_DEPTH: usize = 20;
/// Longest value: properties may double themselves.
pub(super) const MAX_VALUE: usize = 64 << 10;
/// Most text that the expansions for one project may yield: it bounds its memory and time.
const MAX_EXPANDED: usize = 32 << 20;

/// The property or function that cannot be told from files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown(pub(super) String);

/// Properties by name in lower case; `None` where the value depends on the build.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties {
    values: HashMap<String, Option<String>>,
    /// How much text expansions have yielded.
    expanded: Cell<usize>,
}

impl Properties {
    /// Those of the project file at `path` before anything is read.
    pub(super) fn of_project(path: &RepoPath) -> Properties {
        let mut properties = Properties::default();
        properties.set_file(path, "msbuildproject");
        properties
    }

    /// Sets the properties that name the file being read.
    pub(super) fn enter(&mut self, path: &RepoPath) {
        self.set_file(path, "msbuildthisfile");
    }

    fn set_file(&mut self, path: &RepoPath, prefix: &str) {
        let dir = absolute(&path.parent().unwrap_or_default());
        let file = String::from_utf8_lossy(path.file_name()).into_owned();
        let (stem, extension) = file.rsplit_once('.').unwrap_or((&file, ""));
        let this = prefix == "msbuildthisfile";
        // Only the directory of "this file" ends with a separator.
        self.set(&format!("{prefix}directory"), Some(if this { format!("{dir}/") } else { dir }));
        self.set(&format!("{prefix}name"), Some(stem.into()));
        self.set(&format!("{prefix}extension"), Some(format!(".{extension}")));
        self.set(&format!("{prefix}fullpath"), Some(absolute(path)));
        self.set(if this { "msbuildthisfile" } else { "msbuildprojectfile" }, Some(file));
    }

    /// Sets a property; `None` says that it depends on the build.
    pub(super) fn set(&mut self, name: &str, value: Option<String>) {
        self.values.insert(name.to_owned(), value.filter(|value| value.len() <= MAX_VALUE));
    }

    /// Sets a property that no file has set.
    pub(super) fn set_default(&mut self, name: &str, value: String) {
        if self.is_unset(name) {
            self.set(name, Some(value));
        }
    }

    /// The value, if some file sets it in a way that can be told.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(&name.to_ascii_lowercase())?.as_deref()
    }

    /// Whether no file sets it.
    pub(super) fn is_unset(&self, name: &str) -> bool {
        !self.values.contains_key(&name.to_ascii_lowercase())
    }

    /// `text` with all `$(…)` replaced.
    pub(super) fn expand(&self, context: &Context, text: &str) -> Result<String, Unknown> {
        if self.expanded.get() > MAX_EXPANDED {
            return Err(Unknown(text.to_owned()));
        }
        let value = self.expand_at(context, text, 0)?;
        self.expanded.set(self.expanded.get() + value.len());
        Ok(value)
    }

    fn expand_at(&self, context: &Context, text: &str, depth: usize) -> Result<String, Unknown> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("$(") {
            out.push_str(&rest[..at]);
            let body = &rest[at + 2..];
            let end =
                closing(body).filter(|_| depth < MAX_DEPTH).ok_or_else(|| Unknown(rest[at..].into()))?;
            out.push_str(&self.value(context, body[..end].trim(), depth)?);
            rest = &body[end + 1..];
            if out.len() > MAX_VALUE {
                return Err(Unknown(text.into()));
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The value of what stands between the parentheses: a property or the result of a static function, and
    /// the members of it that follow.
    fn value(&self, context: &Context, expression: &str, depth: usize) -> Result<String, Unknown> {
        let unknown = || Unknown(expression.to_owned());
        let arguments = |text: &str| {
            let expand = |argument: &str| self.expand_at(context, argument, depth + 1);
            let given = if text.trim().is_empty() { Vec::new() } else { split(text) };
            given.into_iter().map(expand).collect::<Result<Vec<_>, _>>()
        };
        let (mut value, mut rest) = match expression.strip_prefix('[') {
            Some(function) => {
                let (name, behind) = function.split_once('(').ok_or_else(unknown)?;
                let end = closing(behind).ok_or_else(unknown)?;
                let caller = Caller {
                    context,
                    project: self.get("msbuildprojectdirectory").unwrap_or_default(),
                    file: self.get("msbuildthisfiledirectory"),
                };
                let value = functions::call(&caller, name, &arguments(&behind[..end])?);
                (value.ok_or_else(unknown)?, behind[end + 1..].trim_start())
            }
            None => {
                let end = expression.find('.').unwrap_or(expression.len());
                let known = self.get(expression[..end].trim()).ok_or_else(unknown)?;
                (known.to_owned(), &expression[end..])
            }
        };
        for _ in 0..MAX_DEPTH {
            let Some(member) = rest.strip_prefix('.') else { break };
            let end = member.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(member.len());
            let (name, behind) = (&member[..end], member[end..].trim_start());
            let given;
            (given, rest) = match behind.strip_prefix('(') {
                Some(inside) => {
                    let end = closing(inside).ok_or_else(unknown)?;
                    (Some(arguments(&inside[..end])?), inside[end + 1..].trim_start())
                }
                None => (None, behind),
            };
            value = functions::member(&value, name, given.as_deref()).ok_or_else(unknown)?;
        }
        if rest.is_empty() { Ok(value) } else { Err(unknown()) }
    }
}

/// `path` as MSBuild sees it.
pub(super) fn absolute(path: &RepoPath) -> String {
    match path.is_root() {
        true => ROOT.to_string(),
        false => format!("{ROOT}/{}", String::from_utf8_lossy(path.as_bytes())),
    }
}

/// The place in the repository that an expanded `path`, relative to `dir`, names. `None` if it is elsewhere.
pub(super) fn locate(dir: &RepoPath, path: &str) -> Option<RepoPath> {
    let path = path.trim().replace('\\', "/");
    match path.strip_prefix(ROOT) {
        Some(below) => RepoPath::root().join(below.trim_start_matches('/')),
        // A drive, or a root in the middle of the text.
        None if path.contains([ROOT, ':']) => None,
        None => dir.join(&path),
    }
}

/// Where the parenthesis that is open at the start of `text` closes.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (1_usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The arguments of a call, without the quotes around them.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    let mut arguments = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => {
                arguments.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(&text[start..]);
    arguments.into_iter().map(|argument| unquote(argument.trim())).collect()
}

fn unquote(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'', '`'].into_iter().find_map(inner).unwrap_or(text)
}
