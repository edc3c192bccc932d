//! The schema gate: what every command checks of a database before it does anything else with it.
//!
//! Everything under `.drift` may have come with a clone. A view in place of a table, a trigger or a changed
//! constraint would run somebody else's SQL or spin for minutes inside an integrity check, so the schema is
//! compared first, by reading `sqlite_schema` alone.

use rusqlite::Connection;

use crate::kind::DatabaseKind;
use crate::schema::{self, ObjectName};

/// What the gate says of an open database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// No table and no version: created but not migrated, or emptied.
    Blank,
    /// Another program's database.
    Foreign { application_id: i32 },
    /// `user_version` is negative: nothing drift ever wrote.
    BadVersion { version: i64 },
    /// Written by a newer drift; nothing else was looked at.
    Newer { version: i64 },
    /// A version that this drift knows, with what differs from it.
    Known { version: u32, findings: Vec<SchemaFinding> },
}

/// A difference between a database and the schema of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFinding {
    pub code: &'static str,
    /// The object: `table memory`.
    pub subject: String,
    /// Whether drift refuses to work with the database.
    pub refused: bool,
}

impl Gate {
    /// The first finding for which the database is refused.
    pub fn refusal(&self) -> Option<&SchemaFinding> {
        match self {
            Gate::Known { findings, .. } => findings.iter().find(|finding| finding.refused),
            _ => None,
        }
    }
}

/// Looks at the ids, the version and the schema of an open database; reads nothing else.
pub(crate) fn check(connection: &Connection, kind: DatabaseKind) -> rusqlite::Result<Gate> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (version, application_id) = (number("user_version")?, number("application_id")? as i32);
    let tables = "SELECT EXISTS (SELECT 1 FROM sqlite_schema)";
    let blank = version == 0 && !connection.query_row(tables, [], |row| row.get::<_, bool>(0))?;
    Ok(match version {
        // A database that is being created has no id yet; an emptied one may have.
        0 if blank && (application_id == 0 || application_id == kind.application_id()) => Gate::Blank,
        _ if application_id != kind.application_id() => Gate::Foreign { application_id },
        version if version > i64::from(kind.latest()) => Gate::Newer { version },
        1.. => Gate::Known { version: version as u32, findings: compare(connection, kind, version as u32)? },
        version => Gate::BadVersion { version },
    })
}

/// Every difference from the schema of `version`, sorted by object.
fn compare(
    connection: &Connection,
    kind: DatabaseKind,
    version: u32,
) -> rusqlite::Result<Vec<SchemaFinding>> {
    let (found, expected) = (schema::read(connection)?, schema::expected(kind, version));
    let mut findings = Vec::new();
    let mut finding = |code, (object, name): &ObjectName, refused| {
        findings.push(SchemaFinding { code, subject: format!("{object} {name}"), refused });
    };
    for (name, hash) in &expected {
        match found.get(name) {
            None => finding("schema.missing_object", name, true),
            Some(object) if object.hash != *hash => finding("schema.changed_object", name, true),
            Some(_) => {}
        }
    }
    for (name, object) in found.iter().filter(|(name, _)| !expected.contains_key(*name)) {
        let harmless = matches!(name.0.as_str(), "table" | "index") && !object.is_virtual;
        let code = if harmless { "schema.unknown_object" } else { "schema.hostile_object" };
        finding(code, name, !harmless);
    }
    Ok(findings)
}

#[cfg(test)]
mod tests;
