//! What has become old: events, scans and checks past their time, projects that vanished long ago, baselines that
//! nobody compares with.
//!
//! Rules: the `init` events stay, for they say that a workspace was made; so does the newest scan, from which
//! `status` reads its counts, and the newest check; so does every row that another one refers to by a foreign
//! key, unless that one goes with it. Rows whose time is no date of ours are left alone.

use rusqlite::{Connection, params};

use crate::kind::DatabaseKind;

/// Before when rows are old: RFC 3339, UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutoffs {
    /// For events, scans and checks.
    pub history: String,
    /// For projects, by when they vanished.
    pub removed_projects: String,
    /// For baselines, by when they were last used.
    pub baselines: String,
}

/// Old rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    pub table: &'static str,
    pub rows: u64,
    /// About how many they take.
    pub bytes: u64,
}

/// The old rows of a database, by table, empty ones left out. What an older schema does not have yet has no old
/// rows.
pub fn expired(
    connection: &Connection,
    kind: DatabaseKind,
    cutoffs: &Cutoffs,
) -> rusqlite::Result<Vec<Expired>> {
    let mut found = Vec::new();
    for rule in rules(kind) {
        if !rule.applies(connection)? {
            continue;
        }
        let sql =
            format!("SELECT count(*), coalesce(sum({}), 0) FROM {}", rule.size, rule.condition(connection)?);
        let (rows, bytes) = connection.query_row(&sql, [rule.cutoff(cutoffs)], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        if rows > 0 {
            found.push(Expired { table: rule.table, rows, bytes });
        }
    }
    Ok(found)
}

/// Deletes the old rows of one table; returns how many there were.
pub fn expire(tx: &Connection, kind: DatabaseKind, table: &str, cutoffs: &Cutoffs) -> rusqlite::Result<u64> {
    let Some(rule) = rules(kind).iter().find(|rule| rule.table == table) else { return Ok(0) };
    let sql = format!("DELETE FROM {}", rule.condition(tx)?);
    tx.execute(&sql, params![rule.cutoff(cutoffs)]).map(|rows| rows as u64)
}

struct Rule {
    table: &'static str,
    key: &'static str,
    /// The column with the time.
    at: &'static str,
    keep: &'static str,
    /// The tables whose rows go with it.
    parts: &'static [&'static str],
    /// Bytes of a row, roughly.
    size: &'static str,
    which: fn(&Cutoffs) -> &str,
}

const EVENT: Rule = Rule {
    table: "event",
    key: "id",
    at: "at",
    keep: "kind <> 'init'",
    parts: &[],
    size: "length(at) + length(kind) + length(detail) + 12",
    which: |cutoffs| &cutoffs.history,
};

const SCAN: Rule = Rule {
    table: "scan",
    key: "id",
    at: "started_at",
    keep: "id <> (SELECT max(id) FROM scan)",
    parts: &[],
    size: "length(started_at) + length(finished_at) + length(command) + 60",
    which: |cutoffs| &cutoffs.history,
};

const BASELINE: Rule = Rule {
    table: "baseline",
    key: "id",
    at: "used_at",
    keep: "true",
    parts: &[],
    size: "length(branch) + length(created_at) + length(used_at) + 60",
    which: |cutoffs| &cutoffs.baselines,
};

const CHECK_RUN: Rule = Rule {
    table: "check_run",
    key: "id",
    at: "checked_at",
    keep: "id <> (SELECT max(id) FROM check_run)",
    parts: &["finding", "gate_result"],
    size: "100 + (SELECT 30 * count(*) FROM gate_result WHERE run = check_run.id)
           + (SELECT coalesce(sum(length(message) + length(subject) + length(file) + 50), 0)
              FROM finding WHERE run = check_run.id)",
    which: |cutoffs| &cutoffs.history,
};

const PROJECT: Rule = Rule {
    table: "project",
    key: "key",
    at: "removed_at",
    keep: "removed_at IS NOT NULL",
    parts: &[],
    size: "2 * length(id) + length(path) + length(manifest) + 100",
    which: |cutoffs| &cutoffs.removed_projects,
};

fn rules(kind: DatabaseKind) -> &'static [Rule] {
    match kind {
        DatabaseKind::Drift => &[EVENT, SCAN, BASELINE, CHECK_RUN, PROJECT],
        DatabaseKind::Cortex => &[EVENT],
        // A cache, which gc does not look at.
        DatabaseKind::Registry => &[],
    }
}

impl Rule {
    fn cutoff<'a>(&self, cutoffs: &'a Cutoffs) -> &'a str {
        (self.which)(cutoffs)
    }

    /// Whether the schema has the table, with the column that tells when.
    fn applies(&self, connection: &Connection) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE name = ?)";
        connection.query_row(sql, [self.table, self.at], |row| row.get(0))
    }

    /// `table WHERE …` with one parameter: the time.
    fn condition(&self, connection: &Connection) -> rusqlite::Result<String> {
        let Rule { table, key, at, keep, parts, .. } = self;
        let mut sql =
            format!("{table} WHERE {at} < ? AND {at} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-*' AND {keep}");
        let refers = references(connection, table)?;
        for (child, column) in refers.iter().filter(|(child, _)| !parts.contains(&child.as_str())) {
            sql.push_str(&format!(
                " AND {key} NOT IN (SELECT \"{column}\" FROM \"{child}\" WHERE \"{column}\" IS NOT NULL)"
            ));
        }
        Ok(sql)
    }
}

/// The columns that refer to `table` by a foreign key; asked of the schema, so that a table which a later
/// migration adds is not forgotten.
fn references(connection: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(
        "SELECT t.name, f.\"from\" FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
         WHERE t.schema = 'main' AND t.type = 'table' AND f.\"table\" = ? COLLATE NOCASE ORDER BY 1, 2",
    )?;
    let quoted = |name: String| name.replace('"', "\"\"");
    statement.query_map([table], |row| Ok((quoted(row.get(0)?), quoted(row.get(1)?))))?.collect()
}

#[cfg(test)]
mod tests;
