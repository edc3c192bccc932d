//! Path repositories: which directories their `url` names.

use std::collections::BTreeSet;

use super::manifest::Manifest;
use super::manifest_of;
use crate::context::Context;
use crate::ecosystem::syntax;
use crate::glob::{Budget, Glob, GlobOptions};
use crate::path::RepoPath;
use crate::source::EntryKind;

/// The dialect of PHP's `glob` with `GLOB_BRACE`.
const GLOBS: GlobOptions =
    GlobOptions { dot: false, braces: true, extended: false, escapes: true, picomatch: false, never: &[] };

/// The directories with a manifest that the path repositories of the package in `dir` name.
pub(super) fn find(context: &Context, dir: &RepoPath, manifest: &Manifest) -> BTreeSet<RepoPath> {
    let file = manifest_of(dir);
    let mut found = BTreeSet::new();
    let budget = Budget::default();
    for url in &manifest.paths {
        let report = |code, message| {
            context.problem(&file, syntax::line_of(context, &file, url), code, message);
        };
        if url.starts_with(['~', '$', '%']) {
            let message = format!("the path repository `{url}` depends on the environment; it is not read");
            report("repository.computed", message);
            continue;
        }
        if url.starts_with('/') {
            // Somebody's machine, not the repository.
            continue;
        }
        // `**` has no meaning of its own in PHP.
        let pattern = url.replace('\\', "/").replace("**", "*");
        let dirs = Glob::new(&pattern, GLOBS)
            .and_then(|glob| glob.find(context.source(), dir, EntryKind::Dir, &budget));
        match dirs {
            Ok(dirs) if dirs.is_empty() && !url.contains(['*', '{', '?', '[']) => {
                if let Some(path) = dir.join(&pattern) {
                    context.input(&manifest_of(&path));
                }
                let message = format!("the path repository `{url}` is no directory; correct or remove it");
                report("repository.missing", message);
            }
            Ok(dirs) => found.extend(dirs.into_iter().filter(|dir| context.is_file(&manifest_of(dir)))),
            // A path that leaves the repository is somebody else's.
            Err(crate::glob::GlobError::Outside) => {}
            Err(error) => report("repository.pattern", format!("the path repository `{url}` {error}")),
        }
    }
    found
}
