//! What the schema of each version is, and how two schemas are compared.
//!
//! `migrations/schema.lock` lists every object of every version with a hash of its normalised SQL, so that the
//! gate needs no reference database. A test regenerates it from the migrations.
//! Comparison is by structure, not by text: `ALTER TABLE … RENAME` stores the name quoted, so quotes around
//! plain identifiers, comments and white space do not count.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::kind::DatabaseKind;

const LOCK: &str = include_str!("../../../migrations/schema.lock");

/// An object of a schema: its type (`table`, `index`, `trigger`, `view`) and its name.
pub(crate) type ObjectName = (String, String);

/// One row of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// Whether the SQL makes a virtual table.
    pub is_virtual: bool,
    /// Hash of the normalised SQL and the table it belongs to.
    pub hash: String,
}

/// The objects that belong to a schema: no automatic index, no statistics, no shadow table of a known virtual
/// table, which SQLite makes as it needs them.
pub(crate) fn read(connection: &Connection) -> rusqlite::Result<BTreeMap<ObjectName, Object>> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let mut objects = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sql: Option<String> = row.get(3)?;
        let internal = matches!(name.as_str(), "sqlite_sequence" | "sqlite_stat1" | "sqlite_stat4");
        let automatic = kind == "index" && sql.is_none() && name.starts_with("sqlite_autoindex_");
        if internal || automatic {
            continue;
        }
        let normal = normalise(&sql.unwrap_or_default());
        let is_virtual = normal.starts_with("CREATE VIRTUAL ");
        let hash = blake3::hash(format!("{table}\n{normal}").as_bytes()).to_hex()[..16].to_owned();
        objects.insert((kind, name), Object { is_virtual, hash });
    }
    let shadows: Vec<ObjectName> = (objects.iter())
        .filter(|(_, object)| object.is_virtual)
        .flat_map(|((kind, name), _)| FTS5_SHADOWS.map(|suffix| (kind.clone(), format!("{name}_{suffix}"))))
        .collect();
    for shadow in shadows {
        objects.remove(&shadow);
    }
    Ok(objects)
}

/// Every row of the schema, each with its hash, shadow tables, automatic indexes and statistics included: for a
/// file that nobody but drift could have made. Ends after `limit` objects.
pub(crate) fn read_whole(
    connection: &Connection,
    limit: usize,
) -> rusqlite::Result<BTreeMap<ObjectName, String>> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let mut objects = BTreeMap::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, table): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let normal = normalise(&row.get::<_, Option<String>>(3)?.unwrap_or_default());
        let hash = blake3::hash(format!("{table}\n{normal}").as_bytes()).to_hex().to_string();
        // The second of two that share a name is no object of ours.
        let repeated = objects.insert((kind.clone(), name.clone()), hash).is_some();
        if repeated {
            objects.insert((kind, format!("{name} (again)")), String::new());
        }
        if objects.len() > limit {
            break;
        }
    }
    Ok(objects)
}

/// The tables behind an FTS5 index (<https://sqlite.org/fts5.html>, "FTS5 Data Structures").
const FTS5_SHADOWS: [&str; 5] = ["data", "idx", "content", "docsize", "config"];

/// The objects of `version` of a database, each with its hash.
pub(crate) fn expected(kind: DatabaseKind, version: u32) -> BTreeMap<ObjectName, &'static str> {
    let prefix = format!("{} {version} ", kind.name());
    LOCK.lines()
        .filter_map(|line| {
            let [object, name, hash] = *line.strip_prefix(&prefix)?.splitn(3, ' ').collect::<Vec<_>>() else {
                return None;
            };
            Some(((object.to_owned(), name.to_owned()), hash))
        })
        .collect()
}

/// SQL without comments, with one space between words and no quotes around plain identifiers.
fn normalise(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 4);
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (word, length) = match first {
            c if c.is_whitespace() => ("", c.len_utf8()),
            '-' if rest.starts_with("--") => ("", rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => ("", rest.find("*/").map_or(rest.len(), |end| end + 2)),
            '\'' => {
                let end = quoted_end(rest, '\'');
                (&rest[..end], end)
            }
            '"' | '`' => {
                let end = quoted_end(rest, first);
                (bare(&rest[..end]), end)
            }
            '[' => {
                let end = rest.find(']').map_or(rest.len(), |end| end + 1);
                (bare(&rest[..end]), end)
            }
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (&rest[..end], end)
            }
            c => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        if !word.is_empty() && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        rest = &rest[length..];
    }
    out
}

/// Where a quoted token ends; a doubled quote stays inside it.
fn quoted_end(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote => drop(chars.next()),
                _ => return at + 1,
            }
        }
    }
    text.len()
}

/// A quoted identifier without its quotes, where it needs none.
fn bare(quoted: &str) -> &str {
    let mut inner = quoted.chars();
    let closed = matches!((inner.next(), inner.next_back()), (Some(_), Some('"' | '`' | ']')));
    let inner = inner.as_str();
    let plain = inner.chars().all(is_word) && !inner.starts_with(|c: char| c.is_ascii_digit());
    if closed && plain && !inner.is_empty() { inner } else { quoted }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests;
