//! What a workspace lists: `workspace:` of a pubspec, followed into its members, or the patterns of
//! `melos.yaml`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pubspec::strings;
use super::{MELOS, Pubspecs, pubspec_of};
use crate::context::Context;
use crate::ecosystem::syntax;
use crate::glob::{Budget, Glob, GlobError, GlobOptions};
use crate::path::RepoPath;
use crate::source::EntryKind;

/// The dialect of Dart's `glob` package.
const GLOBS: GlobOptions =
    GlobOptions { dot: true, braces: true, extended: false, escapes: true, picomatch: false, never: &[] };
/// What melos leaves out whatever the patterns say.
const MELOS_IGNORES: [&str; 4] =
    ["**/.dart_tool/**", "**/.symlinks/plugins/**", "**/.fvm/**", "**/.plugin_symlinks/**"];

/// The members of the pub workspace at `root`, itself included.
pub(super) fn of_pub(pubspecs: &mut Pubspecs, root: &RepoPath) -> BTreeSet<RepoPath> {
    let context = pubspecs.context;
    let mut members = BTreeSet::from([root.clone()]);
    let mut todo = vec![root.clone()];
    while let Some(dir) = todo.pop() {
        let entries = pubspecs.get(&dir).map(|pubspec| pubspec.workspace.clone()).unwrap_or_default();
        let file = pubspec_of(&dir);
        let budget = Budget::default();
        for entry in entries {
            let report = |code, message| {
                context.problem(&file, syntax::line_of(context, &file, &entry), code, message);
            };
            let found = match packages(context, &dir, &entry, &budget) {
                Ok(found) => found,
                Err(error) => {
                    report("member.pattern", format!("pattern `{entry}` {error}"));
                    continue;
                }
            };
            if found.is_empty() {
                context.input(&pubspec_of(&dir.join(&entry).unwrap_or_default()));
                report(
                    "member.missing",
                    format!("the member `{entry}` matches no package; correct or remove it"),
                );
            }
            for member in found {
                let Some(pubspec) = pubspecs.get(&member) else { continue };
                if !pubspec.in_workspace {
                    let message =
                        format!("is a member of the workspace at `{root}`: add `resolution: workspace`");
                    context.problem(&pubspec_of(&member), None, "member.no_resolution", message);
                }
                if members.insert(member.clone()) {
                    todo.push(member);
                }
            }
        }
    }
    members
}

/// What a `melos.yaml` says.
pub(super) struct Melos {
    pub(super) members: BTreeSet<RepoPath>,
    ignored: Vec<Glob>,
}

impl Melos {
    /// Whether `ignore` names the directory at `below` from the root.
    pub(super) fn leaves_out(&self, below: &[u8]) -> bool {
        self.ignored.iter().any(|ignored| ignored.is_match(below))
    }
}

/// The members that `melos.yaml` in `root` names; `None` if it cannot be read.
pub(super) fn of_melos(pubspecs: &mut Pubspecs, root: &RepoPath) -> Option<Melos> {
    let context = pubspecs.context;
    let file = root.join(MELOS)?;
    let value: Value = syntax::yaml(context, &file)?;
    let Some(table) = value.as_object() else {
        context.problem(&file, Some(1), "manifest.syntax", "is not a table of keys; make it one".into());
        return None;
    };
    let ignored: Vec<Glob> = (strings(table, "ignore").iter().map(String::as_str))
        .chain(MELOS_IGNORES)
        .filter_map(|pattern| glob(pattern).ok())
        .collect();
    let mut melos = Melos { members: BTreeSet::new(), ignored };
    let budget = Budget::default();
    for pattern in strings(table, "packages") {
        match packages(context, root, &pattern, &budget) {
            Ok(mut found) => {
                found.retain(|dir| !melos.leaves_out(dir.strip_prefix(root).unwrap_or_default()));
                melos.members.extend(found);
            }
            Err(error) => {
                let line = syntax::line_of(context, &file, &pattern);
                context.problem(&file, line, "member.pattern", format!("pattern `{pattern}` {error}"));
            }
        }
    }
    // The root takes part only on request.
    let as_package = table.get("useRootAsPackage").and_then(Value::as_bool) == Some(true);
    match as_package {
        true => melos.members.insert(root.clone()),
        false => melos.members.remove(root),
    };
    melos.members.retain(|dir| pubspecs.get(dir).is_some());
    Some(melos)
}

/// The directories with a pubspec that `pattern` matches.
fn packages(
    context: &Context,
    base: &RepoPath,
    pattern: &str,
    budget: &Budget,
) -> Result<BTreeSet<RepoPath>, GlobError> {
    let mut found = glob(pattern)?.find(context.source(), base, EntryKind::Dir, budget)?;
    found.retain(|dir| context.is_file(&pubspec_of(dir)));
    Ok(found)
}

/// In Dart, `a/**` is everything below `a` but not `a` itself.
fn glob(pattern: &str) -> Result<Glob, GlobError> {
    let parts: Vec<&str> = pattern.split('/').map(|part| if part == "**" { "**/*" } else { part }).collect();
    Glob::new(&parts.join("/"), GLOBS)
}
