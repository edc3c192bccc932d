//! [`ConfigError`]: why there is no configuration to work with. All of it is exit code 2 to a user.

use std::{io, path::PathBuf};

use crate::{
    file::MAX_FILE_SIZE,
    problem::{Problem, Style},
};

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },

    #[error("{} is not a regular file", path.display())]
    NotAFile { path: PathBuf },

    #[error("{} is larger than {} KiB", path.display(), MAX_FILE_SIZE >> 10)]
    TooLarge { path: PathBuf },

    #[error("{}:{line}:{column}: not valid UTF-8", path.display())]
    NotUtf8 { path: PathBuf, line: usize, column: usize },

    /// Never empty.
    #[error("{}", summary(problems))]
    Invalid { problems: Vec<Problem> },

    #[error("there is no setting `{key}`")]
    UnknownKey { key: String, suggestion: Option<String> },

    #[error("`{key}` is a section, not a setting")]
    Section { key: String },
}

impl ConfigError {
    pub fn hint(&self) -> Option<String> {
        match self {
            ConfigError::Unreadable { .. } => Some("make the file readable, or move it away".to_owned()),
            ConfigError::NotAFile { .. } => Some("move it away, or replace it by a file".to_owned()),
            ConfigError::TooLarge { .. } => Some("is this the right file?".to_owned()),
            ConfigError::NotUtf8 { .. } => Some("save the file as UTF-8".to_owned()),
            ConfigError::Invalid { problems } => match problems.as_slice() {
                [only] => only.hint.clone(),
                _ => Some("run `drift config validate` to see all problems".to_owned()),
            },
            ConfigError::UnknownKey { suggestion, .. } => Some(match suggestion {
                Some(key) => format!("did you mean `{key}`?"),
                None => "run `drift config show` for the list of settings".to_owned(),
            }),
            ConfigError::Section { key } => Some(format!("run `drift config get {key}` for its settings")),
        }
    }

    pub fn problems(&self) -> &[Problem] {
        match self {
            ConfigError::Invalid { problems } => problems,
            _ => &[],
        }
    }

    /// Each problem with its line and a caret; empty where there is no line to show.
    pub fn render(&self, style: Style) -> String {
        let blocks: Vec<String> = self.problems().iter().map(|problem| problem.render(style)).collect();
        blocks.join("\n\n")
    }
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [] => "invalid configuration".to_owned(),
        [only] => format!("invalid configuration: {only}"),
        [first, rest @ ..] => format!("invalid configuration: {first} (and {} more)", rest.len()),
    }
}
