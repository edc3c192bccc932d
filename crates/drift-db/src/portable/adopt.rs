//! What a workspace keeps when a database comes in from elsewhere: who it is, what was done to it, and how its
//! schema came to be. Added to the new database under the exclusive lock, right before it goes live.

use std::path::Path;

use rusqlite::{Connection, params};

use super::{close, open_to_fill};
use crate::copy::PinnedSource;
use crate::durable;
use crate::error::{Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::store::event;
use crate::store::workspace::{self, WorkspaceRow};

/// Gives the admitted private database `path` what is local to the workspace: from `live` where that is sound,
/// else as init writes it.
pub fn adopt(
    path: &Path,
    kind: DatabaseKind,
    live: Option<&PinnedSource>,
    identity: &WorkspaceRow,
    author: &Author,
) -> Result<()> {
    let connection = open_to_fill(path)?;
    connection.execute_batch("BEGIN").at(path)?;
    let known = live.map_or(0, PinnedSource::version);
    if let Some(live) = live {
        for (table, columns) in [
            ("event", "id, at, kind, detail"),
            (
                "migration_history",
                "id, version, direction, name, blake3, applied_at, duration_ms, drift_version",
            ),
        ] {
            live.with_rows(&format!("SELECT {columns} FROM {table} ORDER BY id"), &mut |row| {
                insert(&connection, table, columns, row)
            })?;
        }
    }
    local(&connection, kind, known, identity, author).at(path)?;
    connection.execute_batch("COMMIT").at(path)?;
    close(connection, path)?;
    durable::sync_file(path)
}

/// Appends a row as it is.
fn insert(
    connection: &Connection,
    table: &str,
    columns: &str,
    row: &rusqlite::Row<'_>,
) -> rusqlite::Result<()> {
    let count = columns.split(", ").count();
    let places = vec!["?"; count].join(", ");
    let mut insert =
        connection.prepare_cached(&format!("INSERT INTO {table} ({columns}) VALUES ({places})"))?;
    for at in 0..count {
        insert.raw_bind_parameter(at + 1, row.get::<_, rusqlite::types::Value>(at)?)?;
    }
    insert.raw_execute().map(drop)
}

/// What the live database did not have.
fn local(
    connection: &Connection,
    kind: DatabaseKind,
    known: u32,
    identity: &WorkspaceRow,
    author: &Author,
) -> rusqlite::Result<()> {
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (migration, at) in kind.migrations().iter().zip(1..).filter(|(_, at)| known < *at && *at <= version) {
        connection.execute(
            "INSERT INTO migration_history (version, direction, name, blake3, applied_at, duration_ms, drift_version)
             VALUES (?, 'up', ?, ?, ?, 0, ?)",
            params![at, migration.name, migration.blake3(), author.now, author.drift_version],
        )?;
    }
    if kind == DatabaseKind::Drift {
        workspace::get_or_insert(connection, identity.clone())?;
    }
    if !event::exists(connection, "init")? {
        let detail = serde_json::json!({ "workspace": identity.id, "drift": author.drift_version });
        event::append(connection, &author.now, "init", &detail)?;
    }
    Ok(())
}
