//! The members of a uv workspace, as `uv workspace list` collects them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use super::manifest::{Manifest, PYPROJECT, Workspace};
use super::requirement::normalise;
use crate::ecosystem::manifests::Manifests;
use crate::ecosystem::toml_file::Listed;
use crate::glob::{Budget, MAX_PATTERNS, first_beyond, rust_directories};
use crate::path::RepoPath;

/// Compiling a pattern is slow enough that a manifest cannot have any number of them.
const MAX_EXCLUDES: usize = 1000;

/// The members of the workspace at `root` by normalised name.
pub(super) fn members(
    projects: &Manifests<Manifest>,
    root: &RepoPath,
    workspace: &Workspace,
) -> BTreeMap<String, RepoPath> {
    let context = projects.context;
    let Some(file) = root.join(PYPROJECT) else { return BTreeMap::new() };
    // Only a directory without a manifest asks for it.
    let visible = OnceCell::new();
    let mut dirs = BTreeSet::from([root.clone()]);
    let excluded = Excluded::new(workspace, |listed, message| {
        context.problem(&file, Some(listed.line), "member.pattern", message);
    });
    let end = first_beyond(workspace.members.iter().map(|member| member.text.as_str()));
    if let Some(at) = end {
        let message =
            format!("has more than {MAX_PATTERNS} patterns; this one and the members behind it are not read");
        context.problem(&file, Some(workspace.members[at].line), "member.pattern", message);
    }
    let budget = Budget::default();
    for listed in &workspace.members[..end.unwrap_or(workspace.members.len())] {
        let text = &listed.text;
        let report = |code, message| context.problem(&file, Some(listed.line), code, message);
        match rust_directories(context.source(), root, text, &budget) {
            Ok(found) if found.is_empty() => {
                report(
                    "member.missing",
                    format!("the member `{text}` matches no directory; correct or remove it"),
                );
            }
            Ok(found) => {
                for dir in found.into_iter().filter(|dir| !excluded.covers(root, dir)) {
                    if has_manifest(projects, &dir) {
                        dirs.insert(dir);
                    } else if !is_passed_over(
                        visible.get_or_init(|| context.source().visible(&|_| true)),
                        &dir,
                    ) {
                        let message = format!(
                            "the member `{dir}` (from `{text}`) has no {PYPROJECT}; add one or exclude it"
                        );
                        report("member.missing", message);
                    }
                }
            }
            Err(error) => report("member.pattern", format!("pattern `{text}` {error}")),
        }
    }
    let mut members = BTreeMap::new();
    for dir in dirs {
        let Some(manifest) = projects.get(&dir) else { continue };
        let report = |code, message| {
            context.problem(&dir.join(PYPROJECT).unwrap_or_default(), None, code, message);
        };
        if dir != *root {
            if manifest.is_unmanaged {
                continue;
            }
            if manifest.workspace.is_some() {
                report(
                    "member.other_workspace",
                    format!("is a workspace inside the one at `{root}`; uv allows no nesting"),
                );
                continue;
            }
            if !manifest.is_standard {
                report(
                    "member.no_project",
                    format!("is a member of the workspace at `{root}` but has no [project]; add it"),
                );
            }
        }
        let project = manifest.project.as_ref().filter(|_| manifest.is_standard);
        let Some(name) = project.and_then(|project| project.name.as_deref()).map(normalise) else { continue };
        if let Some(other) = members.insert(name.clone(), dir.clone()) {
            report("member.duplicate", format!("is named `{name}` like the member `{other}`; rename one"));
        }
    }
    members
}

/// What the workspace excludes, for projects that are found otherwise; mistakes in it were reported before.
pub(super) fn excluded(workspace: &Workspace) -> Excluded {
    Excluded::new(workspace, |_, _| {})
}

fn has_manifest(projects: &Manifests<Manifest>, dir: &RepoPath) -> bool {
    dir.join(PYPROJECT).is_some_and(|path| {
        projects.context.input(&path);
        projects.context.is_file(&path)
    })
}

/// Whether uv does not mind that `dir` has no manifest: it is hidden, or has only ignored files.
fn is_passed_over(visible: &[RepoPath], dir: &RepoPath) -> bool {
    let below = [dir.as_bytes(), b"/"].concat();
    let first = visible.partition_point(|path| path.as_bytes() < below.as_slice());
    let has_visible = visible.get(first).is_some_and(|path| path.starts_with(dir));
    dir.file_name().starts_with(b".") || !has_visible
}

/// `exclude`: unlike in `members`, a wildcard crosses slashes.
pub(super) struct Excluded(Vec<GlobMatcher>);

impl Excluded {
    fn new(workspace: &Workspace, report: impl Fn(&Listed, String)) -> Excluded {
        let compile = |listed: &Listed| {
            let plain = RepoPath::new(&listed.text)?;
            // The `glob` crate knows no braces and no escapes.
            let pattern = plain.as_str()?.replace('{', "[{]").replace('}', "[}]");
            let glob = GlobBuilder::new(&pattern).literal_separator(false).backslash_escape(false).build();
            match glob {
                Ok(glob) => Some(glob.compile_matcher()),
                Err(error) => {
                    report(listed, format!("pattern `{}` cannot be read: {}", listed.text, error.kind()));
                    None
                }
            }
        };
        if let Some(listed) = workspace.exclude.get(MAX_EXCLUDES) {
            report(listed, format!("only the first {MAX_EXCLUDES} patterns of `exclude` are read"));
        }
        Excluded(workspace.exclude.iter().take(MAX_EXCLUDES).filter_map(compile).collect())
    }

    /// Whether `dir` is excluded from the workspace at `root`.
    pub(super) fn covers(&self, root: &RepoPath, dir: &RepoPath) -> bool {
        let below = dir.strip_prefix(root).map(String::from_utf8_lossy);
        below.is_some_and(|below| self.0.iter().any(|glob| glob.is_match(&*below)))
    }
}
