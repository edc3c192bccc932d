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

/// The full-text indexes that were not asked to check themselves, because the database is large.
pub(super) fn left_out(
    connection: &Connection,
    path: &Path,
    kind: DatabaseKind,
) -> rusqlite::Result<Vec<String>> {
    let size = path.metadata().map_or(0, |meta| meta.len());
    if integrity::asks_virtual_tables(Level::Full, size) {
        return Ok(Vec::new());
    }
    let named = |table: String| format!("{}: {table}", kind.file_name());
    Ok(integrity::virtual_tables(connection)?.into_iter().map(named).collect())
}

fn finding(kind: DatabaseKind, found: IntegrityFinding) -> VerifyFinding {
    let hint = Some(format!("run `drift workspace restore --database {kind}`"));
    let code = if found.code == "foreign_key" { "db.foreign_key" } else { "db.integrity" };
    let subject = kind.file_name().to_owned();
    VerifyFinding { code, severity: Severity::Error, subject, message: found.message, hint }
}
