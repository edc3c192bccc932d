//! The property functions of MSBuild whose result files tell: those that join paths, look for a file, or cut
//! text.
//!
//! Invariant: a result holds on any machine. What lies above the repository is unknown and stands behind
//! [`ROOT`], so what would look at it has no result.

use super::properties::{MAX_VALUE, ROOT, absolute, locate};
use crate::context::Context;
use crate::path::RepoPath;

/// Where a function is called.
pub(super) struct Caller<'a> {
    pub(super) context: &'a Context<'a>,
    /// The directory of the project, absolute.
    pub(super) project: &'a str,
    /// The directory of the file being read, absolute.
    pub(super) file: Option<&'a str>,
}

/// The static function `name`, as in `MSBuild]::NormalizePath`; `None` if only a build could tell.
pub(super) fn call(caller: &Caller, name: &str, arguments: &[String]) -> Option<String> {
    let name: String = name.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let project = || caller.project.to_owned();
    let dir = |argument: Option<&String>| match argument {
        Some(dir) => locate(&RepoPath::root(), dir),
        None => locate(&RepoPath::root(), caller.file?),
    };
    let above = |start: RepoPath, file: &str| {
        start.ancestors().find(|at| {
            let Some(path) = at.join(file) else { return false };
            caller.context.input(&path);
            caller.context.is_file(&path)
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
            Some(match path.ends_with(['/', '\\']) || path.is_empty() {
                true => path.clone(),
                false => format!("{path}/"),
            })
        }
        ("msbuild]::valueordefault", [value, default]) => {
            Some(if value.is_empty() { default.clone() } else { value.clone() })
        }
        ("system.io.path]::combine", [_, ..]) => Some(join(arguments)),
        ("system.io.path]::getdirectoryname", [path]) => parent(path).map(str::to_owned),
        ("system.io.directory]::getparent", [path]) => {
            parent(&join(&[project(), path.clone()])).map(str::to_owned)
        }
        ("system.io.path]::getfilename", [path]) => Some(file_name(path).to_owned()),
        ("system.io.path]::getfilenamewithoutextension", [path]) => {
            let name = file_name(path);
            Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned())
        }
        ("system.string]::copy" | "system.string]::new", [text]) => Some(text.clone()),
        ("system.string]::isnullorempty", [text]) => Some(truth(text.is_empty())),
        _ => None,
    }
}

/// The member `name` of `value`, a text or a directory; `None` if only a build could tell.
pub(super) fn member(value: &str, name: &str, arguments: Option<&[String]>) -> Option<String> {
    let is_rooted = value.contains(ROOT);
    match (name.to_ascii_lowercase().as_str(), arguments) {
        ("fullname", None) | ("tostring", Some([])) => Some(value.to_owned()),
        ("parent", None) => parent(value).map(str::to_owned),
        ("name", None) => Some(file_name(value).to_owned()),
        ("trim", Some([])) => Some(value.trim().to_owned()),
        ("trimend", Some([chars])) => Some(value.trim_end_matches(|c| chars.contains(c)).to_owned()),
        ("trimstart", Some([chars])) if !is_rooted => {
            Some(value.trim_start_matches(|c| chars.contains(c)).to_owned())
        }
        ("tolower" | "tolowerinvariant", Some([])) if !is_rooted => Some(value.to_lowercase()),
        ("toupper" | "toupperinvariant", Some([])) if !is_rooted => Some(value.to_uppercase()),
        ("replace", Some([from, to])) if !from.is_empty() => {
            let is_separator = matches!(from.as_str(), "/" | "\\");
            let is_short = value.matches(from.as_str()).count().saturating_mul(to.len()) <= MAX_VALUE;
            let can_be_told = !is_rooted || from.contains(ROOT) || is_separator;
            (is_short && can_be_told).then(|| value.replace(from, to))
        }
        ("contains", Some([part])) => match value.contains(part) {
            false if is_rooted => None,
            found => Some(truth(found)),
        },
        ("startswith", Some([part])) if !is_rooted || part.contains(ROOT) => {
            Some(truth(value.starts_with(part)))
        }
        ("endswith", Some([part])) => match value.ends_with(part) {
            false if is_rooted && part.len() >= value.len() => None,
            found => Some(truth(found)),
        },
        ("substring", Some([from])) if !is_rooted => {
            let from: usize = from.parse().ok()?;
            value.get(from..).map(str::to_owned)
        }
        ("substring", Some([from, length])) if !is_rooted => {
            let (from, length): (usize, usize) = (from.parse().ok()?, length.parse().ok()?);
            value.get(from..from.checked_add(length)?).map(str::to_owned)
        }
        _ => None,
    }
}

/// How .NET prints a boolean.
fn truth(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

/// The directory that `path` is in; that of `a/b/` is `a/b`. `None` above the repository.
fn parent(path: &str) -> Option<&str> {
    match path.rfind(['/', '\\']) {
        Some(at) => Some(&path[..at]),
        None => (!path.contains(ROOT)).then_some(""),
    }
}

/// What stands behind the last separator.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
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
