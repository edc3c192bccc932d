//! `event`: what was done to a database, when, by which command. Both databases have it.

use rusqlite::{Connection, OptionalExtension, params};

/// One entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    /// RFC 3339, UTC.
    pub at: String,
    /// `init`, `scan`, `migrate`, …
    pub kind: String,
    /// A JSON object.
    pub detail: String,
}

/// Appends an event; `detail` is a JSON object.
pub fn append(tx: &Connection, at: &str, kind: &str, detail: &serde_json::Value) -> rusqlite::Result<()> {
    let row = params![at, kind, detail.to_string()];
    tx.execute("INSERT INTO event (at, kind, detail) VALUES (?, ?, ?)", row).map(drop)
}

/// When the newest event of `kind` happened.
pub fn last_at(connection: &Connection, kind: &str) -> rusqlite::Result<Option<String>> {
    let newest = "SELECT at FROM event WHERE kind = ? ORDER BY id DESC LIMIT 1";
    connection.query_row(newest, [kind], |row| row.get(0)).optional()
}

/// Whether the database holds an event of `kind`.
pub fn exists(connection: &Connection, kind: &str) -> rusqlite::Result<bool> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM event WHERE kind = ?)", [kind], |row| row.get(0))
}

/// Every event, the newest first.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Event>> {
    let mut statement = connection.prepare("SELECT id, at, kind, detail FROM event ORDER BY id DESC")?;
    let rows = statement.query_map([], |row| {
        Ok(Event { id: row.get(0)?, at: row.get(1)?, kind: row.get(2)?, detail: row.get(3)? })
    })?;
    rows.collect()
}
