//! What a check reads of rows, once for all that asks about them: the keys of tables, and how often each text of one
//! column occurs.
//!
//! Rule: a key counts as there only if it was read. SQLite's `foreign_key_check` looks every reference up in the
//! table that it refers to, and so reads a large one from end to end for every table that refers to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::tally::TextCounts;

/// Some megabytes; keys that are more scattered are not kept.
const MOST_RUNS: usize = 1 << 18;

/// The integer keys of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    /// First and last key of every run without a gap, ascending.
    runs: Vec<(i64, i64)>,
    count: u64,
}

impl Keys {
    /// `None` if they are no integers, in no order, or too scattered to be kept.
    fn read(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<Option<Keys>> {
        // Of the table itself: an index that tells of other rows is a matter of its own.
        let sql = format!("SELECT {} FROM {} NOT INDEXED", quoted(column), quoted(table));
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut keys = Keys { runs: Vec::new(), count: 0 };
        while let Some(row) = rows.next()? {
            let ValueRef::Integer(key) = row.get_ref(0)? else { return Ok(None) };
            let is_full = keys.runs.len() == MOST_RUNS;
            match keys.runs.last_mut() {
                Some((_, last)) if key <= *last => return Ok(None),
                Some((_, last)) if key == *last + 1 => *last = key,
                _ if is_full => return Ok(None),
                _ => keys.runs.push((key, key)),
            }
            keys.count += 1;
        }
        Ok(Some(keys))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Whether this one is there.
    pub(crate) fn contains(&self, key: i64) -> bool {
        let next = self.runs.partition_point(|(first, _)| *first <= key);
        next.checked_sub(1).is_some_and(|at| key <= self.runs[at].1)
    }
}

/// What was read of one database in one check.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    rings: Mutex<HashMap<Column, Ring>>,
    texts: Option<Texts>,
}

/// A column whose texts are counted when the rows of its table are read for foreign keys.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    counts: Mutex<Option<HashMap<String, usize>>>,
}

impl Texts {
    pub(super) fn put(&self, counts: TextCounts) {
        *lock(&self.counts) = Some(counts.finish());
    }
}

/// A table, and the column that holds its keys.
type Column = (String, String);

/// Held while they are read: a thread that wants the same waits for them.
type Ring = Arc<Mutex<Option<Option<Arc<Keys>>>>>;

impl Keyring {
    /// One that also counts the texts in `column` of `table`.
    pub(crate) fn counting(table: &'static str, column: &'static str) -> Keyring {
        let texts = Texts { table, column, counts: Mutex::default() };
        Keyring { texts: Some(texts), ..Keyring::default() }
    }

    /// What is counted.
    pub(super) fn texts(&self) -> Option<&Texts> {
        self.texts.as_ref()
    }

    /// How often each text occurs, if all rows of the table were read.
    pub(crate) fn into_counts(self) -> Option<HashMap<String, usize>> {
        self.texts?.counts.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys of `table`, which are in `column`; `None` where they cannot be kept.
    pub(crate) fn of(
        &self,
        connection: &Connection,
        table: &str,
        column: &str,
    ) -> rusqlite::Result<Option<Arc<Keys>>> {
        let ring = Arc::clone(lock(&self.rings).entry((table.to_owned(), column.to_owned())).or_default());
        let mut ring = lock(&ring);
        if let Some(known) = &*ring {
            return Ok(known.clone());
        }
        let keys = Keys::read(connection, table, column)?.map(Arc::new);
        *ring = Some(keys.clone());
        Ok(keys)
    }

    /// How many rows `table` has, if its keys were read.
    pub(crate) fn count(&self, table: &str) -> Option<u64> {
        let rings = lock(&self.rings);
        let of_table = rings.iter().filter(|((name, _), _)| name == table);
        of_table.filter_map(|(_, ring)| lock(ring).clone()?).map(|keys| keys.count()).next()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests;
