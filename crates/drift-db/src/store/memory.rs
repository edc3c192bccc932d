//! `memory`, `memory_link`, `memory_embedding`: what tools and agents remember, and its full-text index.
//!
//! The index is kept by triggers, in the transaction that changes a memory. Other programs write through these
//! functions under `writer.lock`: an older SQLite without the right settings fails in the triggers.

use rusqlite::{Connection, OptionalExtension, Row, params};

/// A memory to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewMemory<'a> {
    /// `decision`, `note`, …: the writer's own words.
    pub kind: &'a str,
    pub content: &'a str,
    /// The textual id of the project that it is about.
    pub project: Option<&'a str>,
    /// From 0 to 1.
    pub importance: f64,
    /// Where it came from: a JSON object.
    pub provenance: &'a str,
}

impl Default for NewMemory<'_> {
    fn default() -> Self {
        NewMemory { kind: "note", content: "", project: None, importance: 0.5, provenance: "{}" }
    }
}

/// A stored memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    pub id: i64,
    pub kind: String,
    pub content: String,
    pub project: Option<String>,
    pub importance: f64,
    /// RFC 3339, UTC.
    pub created_at: String,
    pub updated_at: String,
    pub provenance: String,
}

const COLUMNS: &str = "id, kind, content, project, importance, created_at, updated_at, provenance";

/// Stores a memory and returns its id.
pub fn add(tx: &Connection, new: &NewMemory<'_>, now: &str) -> rusqlite::Result<i64> {
    let NewMemory { kind, content, project, importance, provenance } = new;
    tx.execute(
        "INSERT INTO memory (kind, content, project, importance, created_at, updated_at, provenance)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        params![kind, content, project, importance, now, provenance],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Changes what a memory says. Returns whether there is one.
pub fn update(tx: &Connection, id: i64, content: &str, now: &str) -> rusqlite::Result<bool> {
    let changed = "UPDATE memory SET content = ?, updated_at = ? WHERE id = ?";
    Ok(tx.execute(changed, params![content, now, id])? > 0)
}

/// Forgets a memory, with its links and embeddings. Returns whether there was one.
pub fn remove(tx: &Connection, id: i64) -> rusqlite::Result<bool> {
    Ok(tx.execute("DELETE FROM memory WHERE id = ?", [id])? > 0)
}

/// Links two memories; doing it again changes nothing.
pub fn link(tx: &Connection, from: i64, to: i64, kind: &str) -> rusqlite::Result<()> {
    let insert = "INSERT OR IGNORE INTO memory_link (from_id, to_id, kind) VALUES (?, ?, ?)";
    tx.execute(insert, params![from, to, kind]).map(drop)
}

/// Stores the vector that `model` gives for a memory, in place of an older one.
pub fn embed(tx: &Connection, memory: i64, model: &str, vector: &[f32]) -> rusqlite::Result<()> {
    let bytes: Vec<u8> = vector.iter().flat_map(|value| value.to_le_bytes()).collect();
    let insert =
        "INSERT OR REPLACE INTO memory_embedding (memory, model, dimensions, vector) VALUES (?, ?, ?, ?)";
    tx.execute(insert, params![memory, model, vector.len() as i64, bytes]).map(drop)
}

/// One memory.
pub fn get(connection: &Connection, id: i64) -> rusqlite::Result<Option<Memory>> {
    let sql = format!("SELECT {COLUMNS} FROM memory WHERE id = ?");
    connection.query_row(&sql, [id], from_row).optional()
}

/// How many memories there are; none in a database whose schema is older than the table.
///
/// Counting rows takes longer the more there are. The full-text index keeps their number, in the record from
/// which it also knows how long a text is on average (`fts5_storage.c`, `fts5StorageSaveTotals`): a varint at the
/// beginning. Triggers keep the index in step, and verify tells if it is not.
pub fn count(connection: &Connection) -> rusqlite::Result<u64> {
    const SINCE: u32 = 2;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < SINCE {
        return Ok(0);
    }
    let totals = "SELECT block FROM memory_fts_data WHERE id = 1";
    let totals: Option<Vec<u8>> = connection.query_row(totals, [], |row| row.get(0)).optional()?;
    Ok(totals.as_deref().map_or(0, varint))
}

/// The number that `bytes` begin with, as SQLite writes one (<https://sqlite.org/fileformat2.html#varint>).
fn varint(bytes: &[u8]) -> u64 {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return value << 8 | u64::from(byte);
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// The memories whose text matches `query`, in the syntax of FTS5, best first.
pub fn search(connection: &Connection, query: &str, limit: u32) -> rusqlite::Result<Vec<Memory>> {
    let columns = COLUMNS.split(", ").map(|name| format!("memory.{name}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns} FROM memory_fts JOIN memory ON memory.id = memory_fts.rowid
         WHERE memory_fts MATCH ? ORDER BY bm25(memory_fts), memory.id LIMIT ?"
    );
    connection.prepare(&sql)?.query_map(params![query, limit], from_row)?.collect()
}

/// Builds the full-text index anew from the table.
pub fn rebuild_index(tx: &Connection) -> rusqlite::Result<()> {
    tx.execute("INSERT INTO memory_fts (memory_fts) VALUES ('rebuild')", []).map(drop)
}

fn from_row(row: &Row) -> rusqlite::Result<Memory> {
    Ok(Memory {
        id: row.get(0)?,
        kind: row.get(1)?,
        content: row.get(2)?,
        project: row.get(3)?,
        importance: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
        provenance: row.get(7)?,
    })
}

#[cfg(test)]
mod tests;
