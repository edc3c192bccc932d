//! How an unusable configuration is told: one cause per problem, with its line and a caret.

use drift_config::{ConfigError, Problem};

use super::{CommandError, ErrorCode};

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> CommandError {
        // Several problems are all shown, each with its own hint.
        let hint = if error.problems().len() > 1 { None } else { error.hint() };
        let error = match &error {
            ConfigError::Invalid { problems } => invalid(problems),
            ConfigError::UnknownKey { .. } => CommandError::wrap(ErrorCode::NotFound, &error),
            ConfigError::Section { .. } => CommandError::wrap(ErrorCode::Usage, &error),
            ConfigError::Unreadable { .. }
            | ConfigError::NotAFile { .. }
            | ConfigError::TooLarge { .. }
            | ConfigError::NotUtf8 { .. } => CommandError::wrap(ErrorCode::Config, &error),
        };
        let hint = hint.unwrap_or_else(|| "correct this, then run `drift config validate`".to_owned());
        CommandError { hint: Some(hint), ..error }
    }
}

fn invalid(problems: &[Problem]) -> CommandError {
    let cause = |problem: &Problem| {
        let mut text = problem.to_string();
        // With a single problem its hint is that of the error.
        if let (Some(hint), true) = (&problem.hint, problems.len() > 1) {
            text = format!("{text}; {hint}");
        }
        match problem.excerpt() {
            Some(excerpt) => format!("{text}\n{excerpt}"),
            None => text,
        }
    };
    let mut error = CommandError::new(ErrorCode::Config, "the configuration is invalid");
    error.causes = problems.iter().map(cause).collect();
    error
}
