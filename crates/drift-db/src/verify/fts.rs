//! Whether the full-text index of `memory` says what the table says.
//!
//! SQLite's own checks call an index that is out of step with its table sound. Row by row it is compared here;
//! word by word only FTS5 itself can, by an INSERT, and so on a private copy
//! (<https://sqlite.org/fts5.html#the_integrity_check_command>).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::{Connection, ErrorCode};

use super::{Severity, VerifyFinding};
use crate::connection::{self, Access};
use crate::copy::{PinnedSource, Watch};
use crate::error::{DbError, Result, SqlContext};
use crate::integrity::{Keyring, Keys};
use crate::kind::DatabaseKind;

/// The first schema of cortex.db with a full-text index.
const SINCE: u32 = 2;

/// Whether this version of the database has one.
pub(super) fn is_there(kind: DatabaseKind, version: u32) -> bool {
    kind == DatabaseKind::Cortex && version >= SINCE
}

/// What comes of the comparison of rows, if it was made; where those agree and there is a place for a copy, also of
/// the words.
pub(super) fn conclude(
    rows: Option<rusqlite::Result<Option<String>>>,
    path: &Path,
    kind: DatabaseKind,
    staging: Option<&Path>,
    interrupt: &Arc<AtomicBool>,
) -> Result<Vec<VerifyFinding>> {
    let Some(rows) = rows else { return Ok(Vec::new()) };
    if let Some(message) = rows.at(path)? {
        return Ok(vec![finding(message)]);
    }
    staging.map_or_else(|| Ok(Vec::new()), |staging| words(path, kind, staging, interrupt))
}

/// In which way the rows differ, if they do.
pub(super) fn rows_out_of_step(
    connection: &Connection,
    keyring: &Keyring,
) -> rusqlite::Result<Option<String>> {
    // The keys of memory were mostly read before, for what else refers to them.
    if let Some(keys) = keyring.of(connection, "memory", "id")?
        && is_index_of(connection, &keys)?
    {
        return Ok(None);
    }
    // One statement, which no writer comes between.
    let joined = "SELECT count(*), count(d.id), (SELECT count(*) FROM memory_fts_docsize)
                  FROM memory LEFT JOIN memory_fts_docsize AS d ON d.id = memory.id";
    let (rows, indexed, all): (i64, i64, i64) =
        connection.query_row(joined, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (missing, extra) = (rows - indexed, all - indexed);
    Ok((missing + extra > 0)
        .then(|| format!("the full-text index lacks {missing} rows of memory and has {extra} that are gone")))
}

/// Whether the index has exactly the rows of memory.
fn is_index_of(connection: &Connection, memory: &Keys) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare("SELECT id FROM memory_fts_docsize")?;
    let mut rows = statement.query([])?;
    let mut indexed = 0;
    while let Some(row) = rows.next()? {
        if !memory.contains(row.get(0)?) {
            return Ok(false);
        }
        indexed += 1;
    }
    Ok(indexed == memory.count())
}

fn words(
    path: &Path,
    kind: DatabaseKind,
    staging: &Path,
    interrupt: &Arc<AtomicBool>,
) -> Result<Vec<VerifyFinding>> {
    let copy = staging.join(kind.file_name());
    let watch = Watch { advance: &|_| {}, interrupt };
    PinnedSource::open(path, kind)?.copy_to(&copy, watch)?;
    let connection = connection::open(&copy, Access::Write)?;
    let check = "INSERT INTO memory_fts (memory_fts, rank) VALUES ('integrity-check', 1)";
    match connection.execute(check, []) {
        Ok(_) => Ok(Vec::new()),
        Err(why) if why.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            Ok(vec![finding("the full-text index holds other words than memory".into())])
        }
        Err(why) => Err(DbError::sqlite(&copy, why)),
    }
}

fn finding(message: String) -> VerifyFinding {
    VerifyFinding {
        code: "fts.out_of_step",
        severity: Severity::Error,
        subject: "cortex.db: memory_fts".into(),
        message,
        hint: Some("run `drift workspace verify --repair`".into()),
    }
}
