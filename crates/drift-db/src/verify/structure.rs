//! What SQLite's checks of structure find, as findings of verify.

use std::path::Path;

use rusqlite::Connection;

use super::{Severity, VerifyFinding, VerifyLevel, VerifyRun};
use crate::connection::{self, Access};
use crate::error::Result;
use crate::integrity::{self, IntegrityFinding, Level};
use crate::kind::DatabaseKind;
use crate::state;

/// Checks the database that `connection` has open.
pub(super) fn check(
    connection: &Connection,
    path: &Path,
    kind: DatabaseKind,
    run: VerifyRun<'_>,
) -> Result<Vec<VerifyFinding>> {
    let level = if run.level == VerifyLevel::Quick { Level::Quick } else { Level::Full };
    let run =
        integrity::Run { level, threads: run.threads, interrupt: run.interrupt, progress: run.progress };
    let open = || connection::open(path, Access::Read).or_else(|_| state::open_reader(path));
    let findings = integrity::check(connection, path, &open, run)?;
    Ok(findings.into_iter().map(|found| finding(kind, found)).collect())
}

fn finding(kind: DatabaseKind, found: IntegrityFinding) -> VerifyFinding {
    let hint = Some(format!("run `drift workspace restore --database {kind}`"));
    let code = if found.code == "foreign_key" { "db.foreign_key" } else { "db.integrity" };
    let subject = kind.file_name().to_owned();
    VerifyFinding { code, severity: Severity::Error, subject, message: found.message, hint }
}
