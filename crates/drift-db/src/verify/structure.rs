//! What SQLite's checks of structure find, as findings of verify.

use std::path::Path;

use rusqlite::Connection;

use super::{DatabaseVerdict, Opened, Severity, VerifyFinding, VerifyLevel};
use crate::connection::{self, Access};
use crate::error::{Result, SqlContext};
use crate::integrity::{self, IntegrityFinding, Level};
use crate::kind::DatabaseKind;
use crate::state;

/// Opens the database once more, beside the connection that cleans up.
pub(super) fn open_beside(path: &Path) -> Result<Connection> {
    connection::open(path, Access::Read).or_else(|_| state::open_reader(path))
}

/// Adds what the checks found, and what they were not asked.
pub(super) fn conclude(
    opened: &Opened,
    path: &Path,
    kind: DatabaseKind,
    level: VerifyLevel,
    found: Result<Vec<IntegrityFinding>>,
    verdict: &mut DatabaseVerdict,
) -> Result<()> {
    verdict.findings.extend(found?.into_iter().map(|found| finding(kind, found)));
    if level == VerifyLevel::Normal {
        verdict.unchecked = left_out(&opened.connection, path, kind).at(path)?;
    }
    Ok(())
}

/// The full-text indexes that were not asked to check themselves, because the database is large.
fn left_out(connection: &Connection, path: &Path, kind: DatabaseKind) -> rusqlite::Result<Vec<String>> {
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
