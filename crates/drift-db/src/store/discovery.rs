//! `discovery`, `discovery_look`: what the last discovery looked at, and the evidence that it would find the
//! same.
//!
//! Rule: without evidence there are no looks, and whoever stores another graph stores or forgets both.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoredPath;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookRow {
    /// `entries`, `content` or `target`.
    pub kind: String,
    pub path: StoredPath,
}

/// What the last discovery left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryRows {
    pub evidence: [u8; 32],
    /// By kind, then path.
    pub looks: Vec<LookRow>,
}

/// What is stored, if anything is.
pub fn read(connection: &Connection) -> rusqlite::Result<Option<DiscoveryRows>> {
    let evidence = connection.query_row("SELECT evidence FROM discovery", [], |row| row.get(0)).optional()?;
    let Some(evidence) = evidence else { return Ok(None) };
    let mut statement = connection.prepare("SELECT kind, path FROM discovery_look ORDER BY kind, path")?;
    let looks = statement.query_map([], |row| Ok(LookRow { kind: row.get(0)?, path: row.get(1)? }))?;
    Ok(Some(DiscoveryRows { evidence, looks: looks.collect::<rusqlite::Result<_>>()? }))
}

/// Replaces what is stored, or empties it; `looks` are sorted. Touches nothing that is the same.
pub fn replace(tx: &Connection, rows: Option<&DiscoveryRows>) -> rusqlite::Result<()> {
    let before = read(tx)?;
    if before.as_ref() == rows {
        return Ok(());
    }
    let looks = rows.map_or(&[][..], |rows| &rows.looks);
    if before.as_ref().is_none_or(|before| before.looks != looks) {
        tx.execute("DELETE FROM discovery_look", [])?;
        let mut insert = tx.prepare("INSERT INTO discovery_look (kind, path) VALUES (?, ?)")?;
        looks.iter().try_for_each(|look| insert.execute(params![look.kind, look.path]).map(drop))?;
    }
    tx.execute("DELETE FROM discovery", [])?;
    if let Some(rows) = rows {
        tx.execute("INSERT INTO discovery (id, evidence) VALUES (1, ?)", [rows.evidence])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
