//! The workspace that a person means.
//!
//! Rule, in order: exact name, path, id, a part of a name that only one has, and without a name the current
//! directory. What means several is refused with all of them, never settled by order.

use std::path::{Component, Path};

use drift_db::canonical;
use drift_db::registry::Known;

use crate::error::{CommandError, ErrorCode};
use crate::suggest::did_you_mean;

/// The place in `entries` of the one that `given` means, as seen from `cwd`.
pub(super) fn resolve(given: Option<&str>, cwd: &Path, entries: &[Known]) -> Result<usize, CommandError> {
    let Some(given) = given else { return around(cwd, entries).ok_or_else(|| nowhere(cwd)) };
    let path = canonical(&cwd.join(given)).unwrap_or_else(|_| cwd.join(given));
    let lower = given.to_lowercase();
    let ways: [&dyn Fn(&Known) -> bool; 4] = [
        &|one| one.name == given,
        &|one| !given.is_empty() && one.path == path,
        &|one| one.id == given,
        &|one| !given.is_empty() && one.name.to_lowercase().contains(&lower),
    ];
    for way in ways {
        let found: Vec<usize> = (0..entries.len()).filter(|&at| way(&entries[at])).collect();
        match found[..] {
            [] => {}
            [one] => return Ok(one),
            _ => return Err(ambiguous(given, &found, entries)),
        }
    }
    // A directory inside of one, if it is plain that a directory is meant.
    let is_path = Path::new(given).components().count() > 1
        || Path::new(given).components().any(|part| !matches!(part, Component::Normal(_)));
    if is_path && let Some(at) = around(&path, entries) {
        return Ok(at);
    }
    let hint = did_you_mean(given, entries.iter().map(|one| one.name.as_str()));
    Err(CommandError::new(ErrorCode::NotFound, format!("no known workspace is called `{given}`"))
        .with_hint(hint.unwrap_or_else(|| "see `drift project list`".to_owned())))
}

/// The innermost one that `dir` is in.
fn around(dir: &Path, entries: &[Known]) -> Option<usize> {
    let dir = canonical(dir).unwrap_or_else(|_| dir.to_path_buf());
    let holding = (0..entries.len()).filter(|&at| dir.starts_with(&entries[at].path));
    holding.max_by_key(|&at| entries[at].path.components().count())
}

fn nowhere(cwd: &Path) -> CommandError {
    let message = format!("{} is in no known workspace", cwd.display());
    CommandError::new(ErrorCode::NotFound, message)
        .with_hint("name one of `drift project list`, or run `drift project add` in a workspace")
}

fn ambiguous(given: &str, found: &[usize], entries: &[Known]) -> CommandError {
    let candidates: Vec<String> =
        found.iter().map(|&at| format!("{} ({})", entries[at].name, entries[at].path.display())).collect();
    let message = format!("`{given}` means {} workspaces: {}", found.len(), candidates.join(", "));
    CommandError::new(ErrorCode::NotFound, message).with_hint("name one of them by its path")
}

#[cfg(test)]
mod tests;
