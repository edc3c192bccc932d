//! `workspace`: the identity of a workspace, one row.

use rusqlite::{Connection, OptionalExtension, params};

/// Who this workspace is; moving or cloning the directory keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceRow {
    /// Random, 32 hexadecimal digits.
    pub id: String,
    pub name: String,
    /// RFC 3339, UTC.
    pub created_at: String,
}

/// The row, if init has written it.
pub fn get(connection: &Connection) -> rusqlite::Result<Option<WorkspaceRow>> {
    let row = "SELECT id, name, created_at FROM workspace";
    connection
        .query_row(row, [], |row| {
            Ok(WorkspaceRow { id: row.get(0)?, name: row.get(1)?, created_at: row.get(2)? })
        })
        .optional()
}

/// Writes the row unless there is one; returns the one that holds.
pub fn get_or_insert(tx: &Connection, new: WorkspaceRow) -> rusqlite::Result<WorkspaceRow> {
    if let Some(found) = get(tx)? {
        return Ok(found);
    }
    let row = params![new.id, new.name, new.created_at];
    tx.execute("INSERT INTO workspace (id, name, created_at) VALUES (?, ?, ?)", row)?;
    Ok(new)
}
