//! `workspace_context`: what is known of the workspace, ready to be read, one JSON value per section.
//!
//! Rule: whoever changes what a section tells of rewrites it in the same transaction, so that no reader sees it
//! out of step; a value that is the same is not written again, and keeps its time. The rows are a view: all of
//! them can be made anew from the other tables, and are absent from older databases.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::kind::DatabaseKind;

/// The most that a section may take; a longer one is nothing that drift wrote.
const MAX_BYTES: i64 = 4 << 20;

/// One section.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub name: String,
    pub value: Value,
    /// When the value became what it is: RFC 3339, UTC.
    pub updated_at: String,
}

/// Makes a section tell `value`. Returns whether it did not before.
pub fn put(tx: &Connection, name: &str, value: &Value, now: &str) -> rusqlite::Result<bool> {
    let text = value.to_string();
    let stored: Option<String> = tx
        .query_row("SELECT value FROM workspace_context WHERE section = ?", [name], |row| row.get(0))
        .optional()?;
    if stored.as_deref() == Some(&text) {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO workspace_context (section, value, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (section) DO UPDATE SET value = ?2, updated_at = ?3",
        params![name, text, now],
    )?;
    Ok(true)
}

/// Takes a section away, where what it told of is gone. Returns whether there was one.
pub fn remove(tx: &Connection, name: &str) -> rusqlite::Result<bool> {
    Ok(tx.execute("DELETE FROM workspace_context WHERE section = ?", [name])? > 0)
}

/// The sections of `names` that are there, in that order; none in a database whose schema is older than the table.
/// What is no JSON, or too long to be drift's, counts as absent: the file may have come with a clone.
pub fn read(connection: &Connection, names: &[&str]) -> rusqlite::Result<Vec<Section>> {
    if !has_table(connection)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "SELECT value, updated_at FROM workspace_context WHERE section = ? AND octet_length(value) <= ?",
    )?;
    let mut sections = Vec::new();
    for &name in names {
        let mut rows = statement.query(params![name, MAX_BYTES])?;
        let Some(row) = rows.next()? else { continue };
        let (value, updated_at) = (row.get_ref(0)?.as_bytes()?, row.get_ref(1)?.as_bytes()?);
        if let Ok(value) = serde_json::from_slice(value) {
            let updated_at = String::from_utf8_lossy(updated_at).into_owned();
            sections.push(Section { name: name.to_owned(), value, updated_at });
        }
    }
    Ok(sections)
}

/// The table came with the second version of the schema.
fn has_table(connection: &Connection) -> rusqlite::Result<bool> {
    const SINCE: u32 = 2;
    debug_assert!(SINCE <= DatabaseKind::Drift.latest(), "BUG: the table is of a later version");
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(version >= SINCE)
}

#[cfg(test)]
mod tests;
