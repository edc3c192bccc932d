//! [`Properties`]: the values of MSBuild properties, as far as files tell, and the expansion of `$(…)`.
//!
//! Invariant: an expansion is either what MSBuild would yield on any machine or an error that names the
//! property nothing in the repository sets. The root of the repository is absolute in MSBuild; here it is
//! [`ROOT`], a character that no XML file can contain.

use std::cell::Cell;
use std::collections::HashMap;

use crate::context::Context;
use crate::path::RepoPath;

/// Stands for the absolute path of the repository.
pub(super) const ROOT: char = '\u{1}';
/// Deepest nesting of expressions.
const MAX_DEPTH: usize = 20;
/// Longest value: properties may double themselves.
const MAX_VALUE: usize = 64 << 10;
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

    /// The value of what stands between the parentheses.
    fn value(&self, context: &Context, expression: &str, depth: usize) -> Result<String, Unknown> {
        let unknown = || Unknown(expression.to_owned());
        if let Some(function) = expression.strip_prefix('[') {
            let (name, arguments) = function.split_once('(').ok_or_else(unknown)?;
            let end = closing(arguments).filter(|&end| end + 1 == arguments.len()).ok_or_else(unknown)?;
            let arguments = (split(&arguments[..end]).into_iter())
                .map(|argument| self.expand_at(context, argument, depth + 1))
                .collect::<Result<Vec<_>, _>>()?;
            return self.call(context, name, &arguments).ok_or_else(unknown);
        }
        self.get(expression).map(str::to_owned).ok_or_else(unknown)
    }

    /// The functions that only join paths or look for a file.
    fn call(&self, context: &Context, name: &str, arguments: &[String]) -> Option<String> {
        let name: String = name.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let project = || self.get("msbuildprojectdirectory").unwrap_or_default().to_owned();
        let dir = |argument: Option<&String>| match argument {
            Some(dir) => locate(&RepoPath::root(), dir),
            None => locate(&RepoPath::root(), self.get("msbuildthisfiledirectory")?),
        };
        let above = |start: RepoPath, file: &str| {
            start.ancestors().find(|at| {
                let Some(path) = at.join(file) else { return false };
                context.input(&path);
                context.is_file(&path)
            })
        };
        match (name.as_str(), arguments) {
            ("msbuild]::getpathoffileabove", [file, from @ ..]) => {
                let found = above(dir(from.first())?, file).and_then(|at| at.join(file));
                // MSBuild yields nothing where there is no such file.
                Some(found.map(|path| absolute(&path)).unwrap_or_default())
            }
            ("msbuild]::getdirectorynameoffileabove", [from, file]) => {
                let found = above(dir(Some(from))?, file);
                Some(found.map(|path| absolute(&path)).unwrap_or_default())
            }
            ("msbuild]::normalizepath" | "system.io.path]::getfullpath", [_, ..]) => {
                let path = join(&[&[project()], arguments].concat());
                Some(absolute(&locate(&RepoPath::root(), &path)?))
            }
            ("msbuild]::normalizedirectory", [_, ..]) => {
                let path = join(&[&[project()], arguments].concat());
                Some(format!("{}/", absolute(&locate(&RepoPath::root(), &path)?)))
            }
            ("msbuild]::ensuretrailingslash", [path]) => {
                Some(if path.ends_with(['/', '\\']) || path.is_empty() {
                    path.clone()
                } else {
                    format!("{path}/")
                })
            }
            ("system.io.path]::combine", [_, ..]) => Some(join(arguments)),
            ("system.io.path]::getdirectoryname", [path]) => {
                let path = path.replace('\\', "/");
                Some(path.rsplit_once('/').map(|(dir, _)| dir.to_owned()).unwrap_or_default())
            }
            _ => None,
        }
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

/// Joins paths; one that is absolute replaces those before it.
fn join(parts: &[String]) -> String {
    parts.iter().fold(String::new(), |path, part| {
        let absolute = part.starts_with([ROOT, '/', '\\']);
        match path.is_empty() || absolute {
            true => part.clone(),
            false => format!("{}/{part}", path.trim_end_matches(['/', '\\'])),
        }
    })
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
