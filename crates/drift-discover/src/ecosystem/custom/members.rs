//! Members: the directories that a workspace's patterns name.
//!
//! Patterns count in order, and one that starts with `!` takes away what those before it found. A member may
//! be hidden or ignored: membership wins.

use std::collections::BTreeSet;

use super::Files;
use crate::context::{Context, MAX_NESTING};
use crate::ecosystem::syntax;
use crate::glob::{Budget, Glob, GlobError, GlobOptions, MAX_PATTERNS};
use crate::path::RepoPath;
use crate::source::EntryKind;

const GLOBS: GlobOptions = GlobOptions {
    dot: false,
    braces: true,
    extended: false,
    escapes: true,
    picomatch: false,
    never: &["node_modules", ".git"],
};

/// The directories with a manifest that `patterns` of the manifest `file` in `root` name, `root` included.
pub(super) fn find(
    context: &Context,
    files: &Files,
    root: &RepoPath,
    file: &RepoPath,
    patterns: &[String],
) -> BTreeSet<RepoPath> {
    let mut members = BTreeSet::new();
    let budget = Budget::default();
    for (at, entry) in patterns.iter().enumerate() {
        let report = |code, message| {
            context.problem(file, syntax::line_of(context, file, entry), code, message);
        };
        if at >= MAX_PATTERNS {
            report("member.pattern", format!("only the first {MAX_PATTERNS} patterns are read"));
            break;
        }
        let (pattern, negated) = match entry.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (&**entry, false),
        };
        let pattern = pattern.replace('\\', "/");
        let glob = Glob::new(&pattern, GLOBS);
        if negated {
            match glob {
                Ok(glob) => members.retain(|dir: &RepoPath| {
                    !dir.strip_prefix(root).is_some_and(|below| glob.is_match(below))
                }),
                Err(error) => report("member.pattern", format!("pattern `{entry}` {error}")),
            }
            continue;
        }
        match glob.and_then(|glob| dirs(context, files, root, &glob, &budget)) {
            Ok(found) if found.is_empty() => {
                report(
                    "member.missing",
                    format!("the member `{entry}` matches no project; correct or remove it"),
                );
            }
            Ok(found) => members.extend(found),
            Err(error) => report("member.pattern", format!("pattern `{entry}` {error}")),
        }
    }
    members.insert(root.clone());
    members
}

/// The directories with a manifest that match, and those of the manifests that match themselves.
fn dirs(
    context: &Context,
    files: &Files,
    root: &RepoPath,
    glob: &Glob,
    budget: &Budget,
) -> Result<BTreeSet<RepoPath>, GlobError> {
    let source = context.source();
    let mut found = glob.find(source, root, EntryKind::Dir, budget)?;
    found.retain(|dir| dir.parts().count() <= MAX_NESTING && has_manifest(context, files, dir));
    if found.is_empty() {
        let named = glob.find(source, root, EntryKind::File, budget)?;
        let manifests = named.iter().filter(|path| files.rank(path.file_name()).is_some());
        found.extend(manifests.filter_map(RepoPath::parent));
    }
    Ok(found)
}

fn has_manifest(context: &Context, files: &Files, dir: &RepoPath) -> bool {
    let entries = context.source().list(dir);
    entries.iter().any(|entry| entry.kind == EntryKind::File && files.rank(&entry.name).is_some())
}
