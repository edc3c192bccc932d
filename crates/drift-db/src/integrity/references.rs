//! Foreign keys: rows that refer to rows that are not there.
//!
//! Rule: what is missing, SQLite says, in `foreign_key_check` of one table. Where many rows are referred to, it is
//! asked only about the tables in which a reference is not among the keys that were read.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::keys::{Keyring, Texts, quoted};
use crate::tally::TextCounts;

/// From this key on, those of a table are read once rather than looked up: fewer are in SQLite's page cache anyway.
const MANY: i64 = 10_000;

/// Tables with foreign keys that are looked at together.
#[derive(Clone, Debug)]
pub(super) enum References {
    /// Of one table, looked up by SQLite.
    LookedUp(String),
    /// Of all tables that refer to the same many rows, by the keys of those.
    ByKeys(Vec<Referring>),
    /// Of the table whose texts are counted, by keys as well.
    Counted(Referring),
}

/// A table, and where each of its columns that refer to a row refers to.
#[derive(Clone, Debug)]
pub(super) struct Referring {
    table: String,
    columns: Vec<Column>,
    /// The clause with which SQLite reads the table itself: an index may lack a row.
    itself: String,
}

#[derive(Clone, Debug)]
struct Column {
    name: String,
    parent: String,
    key: String,
}

impl References {
    /// All of a database.
    pub(super) fn of(connection: &Connection, keyring: &Keyring) -> rusqlite::Result<Vec<References>> {
        let (mut all, mut by_parent) = (Vec::new(), Vec::<(String, Vec<Referring>)>::new());
        for (child, is_simple) in referring(connection)? {
            if is_simple && keyring.texts().is_some_and(|texts| texts.table == child.table) {
                all.push(References::Counted(child));
                continue;
            }
            let large = if is_simple { large_parent(connection, &child.columns)? } else { None };
            let Some(parent) = large else {
                all.push(References::LookedUp(child.table));
                continue;
            };
            match by_parent.iter_mut().find(|(name, _)| *name == parent) {
                Some((_, children)) => children.push(child),
                None => by_parent.push((parent, vec![child])),
            }
        }
        all.extend(by_parent.into_iter().map(|(_, children)| References::ByKeys(children)));
        Ok(all)
    }

    /// Adds a line for each table to which rows refer in vain.
    pub(super) fn check(
        &self,
        connection: &Connection,
        keyring: &Keyring,
        lines: &mut Vec<String>,
    ) -> rusqlite::Result<()> {
        match self {
            References::LookedUp(table) => look_up(connection, table, lines),
            References::ByKeys(children) => children.iter().try_for_each(|child| {
                if child.all_there(connection, keyring, None)? {
                    return Ok(());
                }
                look_up(connection, &child.table, lines)
            }),
            References::Counted(child) => {
                if child.all_there(connection, keyring, keyring.texts())? {
                    return Ok(());
                }
                look_up(connection, &child.table, lines)
            }
        }
    }
}

impl Referring {
    /// Whether every row that is referred to was certainly read. If so, `texts` are counted.
    fn all_there(
        &self,
        connection: &Connection,
        keyring: &Keyring,
        texts: Option<&Texts>,
    ) -> rusqlite::Result<bool> {
        let mut keys = Vec::new();
        for column in &self.columns {
            let Some(those) = keyring.of(connection, &column.parent, &column.key)? else { return Ok(false) };
            keys.push(those);
        }
        let columns = self.columns.iter().map(|column| column.name.as_str());
        let names: Vec<String> = columns.chain(texts.map(|texts| texts.column)).map(quoted).collect();
        let sql = format!("SELECT {} FROM {} {}", names.join(", "), quoted(&self.table), self.itself);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let (mut counts, mut is_countable) = (TextCounts::default(), true);
        while let Some(row) = rows.next()? {
            for (at, keys) in keys.iter().enumerate() {
                match row.get_ref(at)? {
                    ValueRef::Null => {}
                    ValueRef::Integer(key) if keys.contains(key) => {}
                    // What is no integer may equal one for SQLite.
                    _ => return Ok(false),
                }
            }
            if texts.is_some() {
                match row.get_ref(keys.len())? {
                    ValueRef::Null => {}
                    value => match value.as_str() {
                        Ok(text) => counts.add(text),
                        // Whoever wants the counts has to ask himself, and meets it again.
                        Err(_) => is_countable = false,
                    },
                }
            }
        }
        if let Some(texts) = texts.filter(|_| is_countable) {
            texts.put(counts);
        }
        Ok(true)
    }
}

/// Asks SQLite. One line for each pair of tables.
fn look_up(connection: &Connection, table: &str, lines: &mut Vec<String>) -> rusqlite::Result<()> {
    let sql =
        "SELECT DISTINCT 'a row of ' || \"table\" || ' refers to a row of ' || parent || ' that is not there'
               FROM pragma_foreign_key_check(?, 'main')";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        lines.push(row.get(0)?);
    }
    Ok(())
}

/// The tables with foreign keys, and whether each of these is one column that refers to a column with a name.
fn referring(connection: &Connection) -> rusqlite::Result<Vec<(Referring, bool)>> {
    // A table without rowid is an index itself, and NOT INDEXED does not tell it from the others: its order does.
    let sql = "SELECT t.name, f.\"from\", f.\"table\", f.seq,
                      ifnull(f.\"to\", (SELECT i.name FROM pragma_table_info(f.\"table\", 'main') AS i
                                        WHERE i.pk > 0 ORDER BY i.pk LIMIT 1)),
                      iif(t.wr, (SELECT 'ORDER BY ' || group_concat('\"' || replace(i.name, '\"', '\"\"') || '\"', ', '
                                                                    ORDER BY i.pk)
                                 FROM pragma_table_info(t.name, 'main') AS i WHERE i.pk > 0), 'NOT INDEXED')
               FROM pragma_table_list AS t, pragma_foreign_key_list(t.name, 'main') AS f
               WHERE t.schema = 'main' AND t.type = 'table' ORDER BY t.name, f.id, f.seq";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut tables: Vec<(Referring, bool)> = Vec::new();
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        if tables.last().is_none_or(|(last, _)| last.table != table) {
            tables.push((Referring { table, columns: Vec::new(), itself: row.get(5)? }, true));
        }
        let Some((child, is_simple)) = tables.last_mut() else { continue };
        let (is_first, key) = (row.get::<_, i64>(3)? == 0, row.get::<_, Option<String>>(4)?);
        match key.filter(|_| is_first) {
            Some(key) => child.columns.push(Column { name: row.get(1)?, parent: row.get(2)?, key }),
            None => *is_simple = false,
        }
    }
    Ok(tables)
}

/// The first table with many rows among those that `columns` refer to.
fn large_parent(connection: &Connection, columns: &[Column]) -> rusqlite::Result<Option<String>> {
    for column in columns {
        let sql = format!("SELECT max({}) FROM {}", quoted(&column.key), quoted(&column.parent));
        let has_many = |row: &rusqlite::Row<'_>| {
            Ok(matches!(row.get_ref(0)?, ValueRef::Integer(greatest) if greatest >= MANY))
        };
        // A table that is not there has no rows, and SQLite says so in its own words.
        if connection.prepare(&sql).and_then(|mut max| max.query_row([], has_many)).unwrap_or(false) {
            return Ok(Some(column.parent.clone()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
