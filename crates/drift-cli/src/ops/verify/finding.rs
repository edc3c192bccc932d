//! A finding of verify, as it is told.

use drift_db::{DatabaseKind, Severity, VerifyFinding};
use schemars::JsonSchema;
use serde::Serialize;

/// Something that is wrong.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct FindingView {
    pub(crate) code: String,
    pub(crate) severity: &'static str,
    pub(crate) subject: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The database that it is about, where it is one.
    #[serde(skip)]
    pub(in crate::ops) database: Option<DatabaseKind>,
}

impl FindingView {
    pub(super) fn new(
        code: &str,
        severity: Severity,
        subject: &str,
        message: String,
        hint: &str,
    ) -> FindingView {
        FindingView {
            code: code.to_owned(),
            severity: name(severity),
            subject: subject.to_owned(),
            message,
            hint: Some(hint.to_owned()),
            database: None,
        }
    }

    pub(super) fn of_database(kind: DatabaseKind, finding: VerifyFinding) -> FindingView {
        FindingView {
            code: finding.code.to_owned(),
            severity: name(finding.severity),
            subject: finding.subject,
            message: finding.message,
            hint: finding.hint,
            database: Some(kind),
        }
    }

    pub(in crate::ops) fn is_error(&self) -> bool {
        self.severity == name(Severity::Error)
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
