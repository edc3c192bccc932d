//! `file`: a fingerprint of every file, keyed and ordered by path.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

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
    pub language: Option<Cow<'static, str>>,
    /// The key of the project that owns it.
    pub project: Option<i64>,
    /// The id that git has for the content, where it is known to be that.
    pub git_id: Option<[u8; 20]>,
}

const COLUMNS: &str = "path, size, mtime, inode, blake3, language, project, git_oid";

/// Calls `each` with the path of every file and the key of the project that owns it, in the order of [`StoredPath`].
pub fn for_each_owner(
    connection: &Connection,
    mut each: impl FnMut(&[u8], Option<i64>),
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT path, project FROM file ORDER BY path")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get_ref(0)?.as_bytes()?, row.get(1)?);
    }
    Ok(())
}

/// Gives files to projects, by key.
pub fn assign(tx: &Connection, owners: &[(StoredPath, Option<i64>)]) -> rusqlite::Result<()> {
    let mut statement = tx.prepare("UPDATE file SET project = ?2 WHERE path = ?1")?;
    owners.iter().try_for_each(|(path, owner)| statement.execute(params![path, owner]).map(drop))
}

/// What tells whether a file may have changed, without a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat<'r> {
    pub path: &'r [u8],
    pub size: i64,
    pub mtime: i64,
    pub inode: i64,
}

/// Calls `each` with that part of every row, in the order of [`StoredPath`].
pub fn for_each_stat(connection: &Connection, mut each: impl FnMut(FileStat<'_>)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT path, size, mtime, inode FROM file ORDER BY path")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let path = row.get_ref(0)?.as_bytes()?;
        each(FileStat { path, size: row.get(1)?, mtime: row.get(2)?, inode: row.get(3)? });
    }
    Ok(())
}

/// How many files there are; reads every row.
pub fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT count(*) FROM file", [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}

/// The stored fingerprint of `path`.
pub fn fingerprint_of(connection: &Connection, path: &StoredPath) -> rusqlite::Result<Option<[u8; 32]>> {
    let mut statement = connection.prepare_cached("SELECT blake3 FROM file WHERE path = ?")?;
    statement.query_row([path], |row| row.get(0)).optional()
}

fn from_row(row: &Row) -> rusqlite::Result<FileRow> {
    Ok(FileRow {
        path: row.get(0)?,
        size: row.get(1)?,
        mtime: row.get(2)?,
        inode: row.get(3)?,
        blake3: row.get(4)?,
        language: row.get::<_, Option<String>>(5)?.map(Cow::Owned),
        project: row.get(6)?,
        git_id: row.get(7)?,
    })
}

/// What is known of a content without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileContent {
    /// Bytes.
    pub size: i64,
    pub blake3: [u8; 32],
    /// The id that git has for it.
    pub git_id: [u8; 20],
}

/// The content of `path` as it was last hashed, where git's id of it is known.
pub fn content_of(connection: &Connection, path: &StoredPath) -> rusqlite::Result<Option<FileContent>> {
    let known = "SELECT size, blake3, git_oid FROM file WHERE path = ? AND git_oid IS NOT NULL";
    let content =
        |row: &Row<'_>| Ok(FileContent { size: row.get(0)?, blake3: row.get(1)?, git_id: row.get(2)? });
    connection.prepare_cached(known)?.query_row([path], content).optional()
}

/// What storing a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Nothing: the row was there.
    Same,
    /// The content is the same, something else about the file is not.
    Touched,
    /// The content is new.
    Changed,
}

/// What was known of a file whose row is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    pub blake3: [u8; 32],
    /// The key of the project that owned it.
    pub project: Option<i64>,
}

/// Writes rows inside a transaction; fastest in path order.
pub struct FileWriter<'tx> {
    find: Statement<'tx>,
    insert: Statement<'tx>,
    touch: Statement<'tx>,
    delete: Statement<'tx>,
}

impl<'tx> FileWriter<'tx> {
    /// Prepares the statements.
    pub fn new(tx: &'tx Connection) -> rusqlite::Result<FileWriter<'tx>> {
        Ok(FileWriter {
            find: tx.prepare(&format!("SELECT {COLUMNS} FROM file WHERE path = ?"))?,
            // No REPLACE: a statement that writes twice and may fail in between makes SQLite keep a journal of
            // its own for each execution (https://sqlite.org/tempfiles.html#statement_journal_files): on a new
            // workspace, sixty times the bytes of the rows.
            insert: tx.prepare(&format!("INSERT INTO file ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"))?,
            touch: tx.prepare(
                "UPDATE file SET mtime = ?2, inode = ?3 WHERE path = ?1 AND (mtime, inode) <> (?2, ?3)",
            )?,
            delete: tx.prepare("DELETE FROM file WHERE path = ? RETURNING blake3, project")?,
        })
    }

    /// Inserts a row for a path that has none.
    pub fn add(&mut self, row: &FileRow) -> rusqlite::Result<()> {
        let FileRow { path, size, mtime, inode, blake3, language, project, git_id } = row;
        self.insert.execute(params![path, size, mtime, inode, blake3, language, project, git_id]).map(drop)
    }

    /// Makes the row of a path that has one equal to `row`.
    pub fn update(&mut self, row: &FileRow) -> rusqlite::Result<Stored> {
        let before = self.find.query_row([&row.path], from_row).optional()?;
        // What git calls a content stays true of it, whether or not it was asked this time.
        let known = before.as_ref().filter(|before| before.blake3 == row.blake3).and_then(|row| row.git_id);
        let row = &FileRow { git_id: row.git_id.or(known), ..row.clone() };
        let stored = match before {
            Some(before) if before == *row => return Ok(Stored::Same),
            Some(before) if before.blake3 == row.blake3 => Stored::Touched,
            _ => Stored::Changed,
        };
        self.replace(row)?;
        Ok(stored)
    }

    /// Puts `row` in the place of the one that its path has.
    pub fn replace(&mut self, row: &FileRow) -> rusqlite::Result<()> {
        self.remove(&row.path)?;
        self.add(row)
    }

    /// Notes when and where the file of a row was seen that has the content of the row. Returns whether it was
    /// seen otherwise before.
    pub fn touch(&mut self, path: &StoredPath, mtime: i64, inode: i64) -> rusqlite::Result<bool> {
        Ok(self.touch.execute(params![path, mtime, inode])? > 0)
    }

    /// Removes the row of `path`, if there is one.
    pub fn remove(&mut self, path: &StoredPath) -> rusqlite::Result<Option<Removed>> {
        let removed = |row: &Row| Ok(Removed { blake3: row.get(0)?, project: row.get(1)? });
        self.delete.query_row([path], removed).optional()
    }
}
