//! The error every command ends with, and the only place that knows exit codes.
//!
//! A library error becomes a [`CommandError`] by a `From` impl in `error/`, which picks the code from the
//! decision the variant stands for and copies its hint; nothing is ever downcast.

mod config;

use std::borrow::Cow;
use std::error::Error;
use std::io;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

mod libraries;

use crate::ops::Interrupted;

/// The exit code of a command whose job is to judge, and that found problems. It is a result, not an error.
pub(crate) const EXIT_FOUND_PROBLEMS: u8 = 3;

/// One line per error code makes the enum, the names and the exit codes, so that none can be forgotten.
macro_rules! error_codes {
    ($($variant:ident, $name:literal, $exit:literal;)*) => {
        /// Why a command failed, in the words that scripts match on. `docs/exit-codes.md` explains each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum ErrorCode { $($variant,)* }

        impl ErrorCode {
            pub(crate) const ALL: &[ErrorCode] = &[$(ErrorCode::$variant,)*];

            const fn row(self) -> (&'static str, u8) {
                match self { $(ErrorCode::$variant => ($name, $exit),)* }
            }
        }
    };
}

error_codes! {
    Io, "io", 1;
    NoSpace, "no_space", 1;
    Internal, "internal", 1;
    Usage, "usage", 2;
    Config, "config", 2;
    ConfirmationRequired, "confirmation_required", 2;
    NotFound, "not_found", 2;
    NoWorkspace, "no_workspace", 4;
    Locked, "locked", 5;
    NewerSchema, "newer_schema", 6;
    MigrationNeeded, "migration_needed", 6;
    RecoveryNeeded, "recovery_needed", 6;
    Corrupt, "corrupt", 7;
    Untrusted, "untrusted", 7;
    Interrupted, "interrupted", 130;
}

impl ErrorCode {
    pub(crate) const fn as_str(self) -> &'static str {
        self.row().0
    }

    pub(crate) const fn exit(self) -> u8 {
        self.row().1
    }

    /// A full disk is not any I/O error: what to do next differs.
    pub(crate) fn of_io(error: &io::Error) -> ErrorCode {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                ErrorCode::NoSpace
            }
            io::ErrorKind::Interrupted => ErrorCode::Interrupted,
            _ => ErrorCode::Io,
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// What failed, why, and what to do next.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct CommandError {
    pub(crate) code: ErrorCode,
    /// Lower case, no final period.
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Outermost first.
    pub(crate) causes: Vec<String>,
}

impl CommandError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> CommandError {
        CommandError { code, message: message.into(), hint: None, causes: Vec::new() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> CommandError {
        CommandError::new(ErrorCode::Usage, message)
    }

    /// Takes message and causes from `error`. A cause that its parent's message already ends with is left
    /// out: fs-err, for one, repeats it.
    pub(crate) fn wrap(code: ErrorCode, error: &dyn Error) -> CommandError {
        let mut wrapped = CommandError::new(code, error.to_string());
        wrapped.add_causes(error);
        wrapped
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> CommandError {
        CommandError { hint: Some(hint.into()), ..self }
    }

    /// Adds `error` and everything below it to the causes.
    pub(crate) fn with_cause(mut self, error: &dyn Error) -> CommandError {
        self.causes.push(error.to_string());
        self.add_causes(error);
        self
    }

    fn add_causes(&mut self, error: &dyn Error) {
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            let said = self.causes.last().unwrap_or(&self.message);
            if !said.ends_with(&text) {
                self.causes.push(text);
            }
            source = cause.source();
        }
    }
}

/// For errors of fs-err, whose message names the path.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> CommandError {
        CommandError::wrap(ErrorCode::of_io(&error), &error)
    }
}

impl From<Interrupted> for CommandError {
    fn from(interrupted: Interrupted) -> CommandError {
        CommandError::wrap(ErrorCode::Interrupted, &interrupted)
    }
}

#[cfg(test)]
mod listing;
#[cfg(test)]
mod tests;
