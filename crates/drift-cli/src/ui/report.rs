//! What a command returns, and the documents made of it.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::Text;
use crate::error::{CommandError, ErrorCode};
use crate::ops::Warning;

/// The result of a command. Its fields, as serde writes them, are the fields of the JSON document beside
/// `schema`, `ok` and `warnings`; so it is a struct, and fields are only ever added.
pub(crate) trait Report: Serialize {
    /// `drift.workspace.size/v1`
    const SCHEMA: &'static str;

    /// The same for people. Must say whatever changes what the reader does next.
    fn text(&self, out: &mut Text) -> io::Result<()>;

    /// [`EXIT_FOUND_PROBLEMS`](crate::error::EXIT_FOUND_PROBLEMS) if it is the command's job to judge and it
    /// found problems.
    fn exit(&self) -> u8 {
        0
    }
}

/// Proof that a result was printed. Only `Ui::report` makes one.
#[derive(Debug)]
pub(crate) struct Outcome {
    exit: u8,
}

impl Outcome {
    pub(super) fn new(exit: u8) -> Outcome {
        Outcome { exit }
    }

    pub(super) fn exit(&self) -> u8 {
        self.exit
    }
}

/// The JSON document of a result.
#[derive(JsonSchema, Serialize)]
pub(crate) struct Document<'a, R> {
    /// What the document is, and the version of its fields.
    schema: &'static str,
    /// Whether the command could do its work; what it found is in the fields beside.
    ok: bool,
    #[serde(flatten)]
    report: &'a R,
    /// What the reader should know besides the result.
    warnings: &'a [Warning],
}

/// The JSON document of a command that failed.
#[derive(JsonSchema, Serialize)]
pub(crate) struct ErrorDocument<'a> {
    /// What the document is, and the version of its fields.
    schema: &'static str,
    /// Never true.
    ok: bool,
    error: &'a CommandError,
    /// What the reader should know besides the error.
    warnings: &'a [Warning],
}

impl ErrorDocument<'_> {
    pub(crate) const SCHEMA: &'static str = "drift.error/v1";
}

pub(super) fn document<R: Report>(
    report: &R,
    warnings: &[Warning],
    layout: Layout,
) -> Result<Vec<u8>, CommandError> {
    encode(&Document { schema: R::SCHEMA, ok: true, report, warnings }, layout).map_err(|error| {
        CommandError::new(ErrorCode::Internal, "the result cannot be written as JSON").with_cause(&error)
    })
}

pub(super) fn error_document(error: &CommandError, warnings: &[Warning], layout: Layout) -> Vec<u8> {
    let document = ErrorDocument { schema: ErrorDocument::SCHEMA, ok: false, error, warnings };
    // Strings and lists of strings always encode.
    encode(&document, layout).unwrap_or_default()
}

/// How JSON is laid out: for a person at a terminal, or in one line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Layout {
    #[default]
    Line,
    Pretty,
}

fn encode(document: &impl Serialize, layout: Layout) -> serde_json::Result<Vec<u8>> {
    let mut bytes = match layout {
        Layout::Line => serde_json::to_vec(document),
        Layout::Pretty => serde_json::to_vec_pretty(document),
    }?;
    bytes.push(b'\n');
    Ok(bytes)
}
