//! The project that a person means: named by id, by path, or by a name that only one project has.
//!
//! Rule: an id wins over a path, a path over a name. What means several projects is refused with their ids,
//! never settled by order.

use drift_discover::RepoPath;

use crate::error::{CommandError, ErrorCode};
use crate::suggest::did_you_mean;

/// What a project is known by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) id: &'a str,
    /// Root-relative, `.` for the root.
    pub(crate) path: &'a str,
    pub(crate) name: Option<&'a str>,
}

/// The place in `projects` of the one that `given` means.
pub(crate) fn find(given: &str, projects: &[Known<'_>]) -> Result<usize, CommandError> {
    let path = RepoPath::new(given).map(|path| path.to_string());
    let ways: [&dyn Fn(&Known<'_>) -> bool; 3] =
        [&|project| project.id == given, &|project| Some(project.path) == path.as_deref(), &|project| {
            project.name == Some(given)
        }];
    for way in ways {
        let found: Vec<usize> =
            projects.iter().enumerate().filter(|(_, project)| way(project)).map(|(at, _)| at).collect();
        match found[..] {
            [] => {}
            [one] => return Ok(one),
            _ => {
                let ids: Vec<_> = found.iter().map(|&at| projects[at].id).collect();
                let message = format!("`{given}` means {} projects: {}", ids.len(), ids.join(", "));
                return Err(
                    CommandError::new(ErrorCode::NotFound, message).with_hint("name one of them by its id")
                );
            }
        }
    }
    // Of equals the first is told, so what is shortest to type comes first. The root is near to everything short,
    // and hardly ever meant by its path or its id.
    let names = projects.iter().flat_map(|project| match project.path {
        "." => [project.name, None, None],
        path => [project.name, Some(path), Some(project.id)],
    });
    let hint = did_you_mean(given, names.flatten());
    Err(CommandError::new(ErrorCode::NotFound, format!("no project is called `{given}`"))
        .with_hint(hint.unwrap_or_else(|| "see `drift workspace projects`".to_owned())))
}

#[cfg(test)]
mod tests;
