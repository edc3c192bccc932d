//! `file`: a fingerprint of every file, keyed and ordered by path.

use rusqlite::{Connection, Row, Statement, params};

use super::StoredPath;

/// One file as it was last hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub path: StoredPath,
    /// Bytes.
    pub size: i64,
    /// Nanoseconds since 1970.
    pub mtime: i64,
    pub inode: i64,
    pub blake3: [u8; 32],
    pub language: Option<String>,
    /// The key of the project that owns it.
    pub project: Option<i64>,
}

/// Calls `each` with every row in the order of [`StoredPath`].
pub fn for_each(
    connection: &Connection,
    mut each: impl FnMut(FileRow) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let sql = "SELECT path, size, mtime, inode, blake3, language, project FROM file ORDER BY path";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(from_row(row)?)?;
    }
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<FileRow> {
    Ok(FileRow {
        path: row.get(0)?,
        size: row.get(1)?,
        mtime: row.get(2)?,
        inode: row.get(3)?,
        blake3: row.get(4)?,
        language: row.get(5)?,
        project: row.get(6)?,
    })
}

/// Writes rows inside a transaction; fastest in path order.
pub struct FileWriter<'tx> {
    upsert: Statement<'tx>,
    delete: Statement<'tx>,
}

impl<'tx> FileWriter<'tx> {
    /// Prepares the statements.
    pub fn new(tx: &'tx Connection) -> rusqlite::Result<FileWriter<'tx>> {
        Ok(FileWriter {
            upsert: tx.prepare(
                "INSERT OR REPLACE INTO file (path, size, mtime, inode, blake3, language, project)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?,
            delete: tx.prepare("DELETE FROM file WHERE path = ?")?,
        })
    }

    /// Inserts or replaces a row.
    pub fn put(&mut self, row: &FileRow) -> rusqlite::Result<()> {
        let FileRow { path, size, mtime, inode, blake3, language, project } = row;
        self.upsert.execute(params![path, size, mtime, inode, blake3, language, project]).map(drop)
    }

    /// Removes the row of `path`.
    pub fn remove(&mut self, path: &StoredPath) -> rusqlite::Result<()> {
        self.delete.execute([path]).map(drop)
    }
}
