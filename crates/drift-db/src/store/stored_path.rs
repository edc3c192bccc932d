//! [`StoredPath`]: a root-relative path in a column of type ANY: text where it is UTF-8, else a blob.

use std::cmp::Ordering;

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};

/// The bytes of a path. Ordered as SQLite orders the column: all text before all blobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoredPath(pub Box<[u8]>);

impl StoredPath {
    fn is_text(&self) -> bool {
        std::str::from_utf8(&self.0).is_ok()
    }
}

impl Ord for StoredPath {
    fn cmp(&self, other: &StoredPath) -> Ordering {
        (!self.is_text(), &self.0).cmp(&(!other.is_text(), &other.0))
    }
}

impl PartialOrd for StoredPath {
    fn partial_cmp(&self, other: &StoredPath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ToSql for StoredPath {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match std::str::from_utf8(&self.0) {
            Ok(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Err(_) => ToSqlOutput::Owned(Value::Blob(self.0.to_vec())),
        })
    }
}

impl FromSql for StoredPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<StoredPath> {
        match value {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(StoredPath(bytes.into())),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}
