//! `directory`: the directories that the last walk entered, and what tells that their entries are the same.

use std::collections::HashMap;

use rusqlite::types::{FromSqlError, Type, ValueRef};
use rusqlite::{Connection, Row, params};

use super::StoredPath;

/// Bytes of evidence; enough that no two differ by chance.
pub type Evidence = [u8; 16];

/// One directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryRow<'r> {
    /// Empty for the root.
    pub path: &'r [u8],
    /// Which files with ignore rules it holds.
    pub rules: u8,
    /// `None` where nothing may be concluded.
    pub evidence: Option<Evidence>,
}

/// Calls `each` with every row, in the order of [`StoredPath`].
pub fn for_each(connection: &Connection, mut each: impl FnMut(DirectoryRow<'_>)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT path, rules, evidence FROM directory ORDER BY path")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(from_row(row)?);
    }
    Ok(())
}

fn from_row<'r>(row: &'r Row) -> rusqlite::Result<DirectoryRow<'r>> {
    let odd =
        |column, kind, why: FromSqlError| rusqlite::Error::FromSqlConversionFailure(column, kind, why.into());
    let path = match row.get_ref(0)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        other => return Err(odd(0, other.data_type(), FromSqlError::InvalidType)),
    };
    let evidence = match row.get_ref(2)? {
        ValueRef::Null => None,
        other => {
            let bytes = other.as_blob().map_err(|why| odd(2, Type::Blob, why))?;
            Some(bytes.try_into().map_err(|_| odd(2, Type::Blob, FromSqlError::InvalidType))?)
        }
    };
    Ok(DirectoryRow { path, rules: row.get(1)?, evidence })
}

/// Makes the table hold `rows`, each path once, and touches nothing that is the same.
pub fn replace<'r>(tx: &Connection, rows: impl Iterator<Item = DirectoryRow<'r>>) -> rusqlite::Result<()> {
    let mut before: HashMap<Box<[u8]>, (u8, Option<Evidence>)> = HashMap::new();
    for_each(tx, |row| {
        before.insert(row.path.into(), (row.rules, row.evidence));
    })?;
    let mut put = tx.prepare("INSERT OR REPLACE INTO directory (path, rules, evidence) VALUES (?, ?, ?)")?;
    for row in rows {
        if before.remove(row.path) != Some((row.rules, row.evidence)) {
            put.execute(params![StoredPath(row.path.into()), row.rules, row.evidence])?;
        }
    }
    let mut delete = tx.prepare("DELETE FROM directory WHERE path = ?")?;
    before.into_keys().try_for_each(|path| delete.execute([StoredPath(path)]).map(drop))
}

#[cfg(test)]
mod tests;
