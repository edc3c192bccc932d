//! Which tables are carried, and what becomes of each column: the list of what may leave.
//!
//! Rule: a table that is not here stays here, and a test fails until a new one is named on one side or the
//! other. What is bound to this machine (times and numbers of files, names of people, hosts and places,
//! credentials) is replaced on the way by the expressions below.

use rusqlite::Connection;

use super::Form;
use crate::kind::DatabaseKind;

/// Stands for a time that is not that of the commit: in bundles of the kind `ci` only.
pub(super) const EPOCH: &str = "1970-01-01T00:00:00Z";

/// The tables that are carried; a table comes after those it refers to.
pub(super) fn tables(kind: DatabaseKind) -> &'static [&'static str] {
    match kind {
        DatabaseKind::Drift => &[
            "native_workspace",
            "project",
            "project_edge",
            "external_dependency",
            "problem",
            "manifest",
            "file",
            "scan",
            "check_run",
            "finding",
            "gate_result",
            "baseline",
        ],
        DatabaseKind::Cortex => &["memory", "memory_link", "memory_embedding"],
        // It tells of this machine and nothing else.
        DatabaseKind::Registry => &[],
    }
}

/// The tables that belong to one workspace alone.
#[cfg(test)]
pub(super) fn local_tables(kind: DatabaseKind) -> &'static [&'static str] {
    match kind {
        DatabaseKind::Drift => &[
            "directory",
            "discovery",
            "discovery_look",
            "event",
            "migration_history",
            "workspace",
            "workspace_context",
        ],
        // The full-text index is made again where it arrives.
        DatabaseKind::Cortex => &["event", "migration_history", "memory_fts"],
        DatabaseKind::Registry => &[],
    }
}

/// Which way rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Out(Form),
    In,
}

/// A column, and the expression that takes its place.
type Rule = (&'static str, &'static str, &'static str);

/// Both ways: neither leaves, nor is believed.
const OF_THIS_MACHINE: &[Rule] = &[
    // No file has this number, so that the next scan takes no row for a file it knows.
    ("file", "mtime", "0"),
    ("file", "inode", "-1"),
    ("manifest", "mtime", "iif(mtime IS NULL, NULL, 0)"),
];

const OUT: &[Rule] = &[
    ("external_dependency", "requirement", "portable_text(requirement)"),
    ("problem", "message", "portable_text(message)"),
    ("finding", "message", "portable_text(message)"),
    ("scan", "command", "iif(command = 'init', command, 'scan')"),
    ("memory", "content", "portable_text(content)"),
    ("memory", "provenance", "portable_json(provenance)"),
];

const OUT_CI: &[Rule] = &[
    ("project", "key", "(SELECT new FROM temp.renumbered WHERE old = key)"),
    ("project", "first_seen_at", "'1970-01-01T00:00:00Z'"),
    ("project_edge", "from_key", "(SELECT new FROM temp.renumbered WHERE old = from_key)"),
    ("project_edge", "to_key", "(SELECT new FROM temp.renumbered WHERE old = to_key)"),
    ("external_dependency", "project", "(SELECT new FROM temp.renumbered WHERE old = project)"),
    ("problem", "id", "row_number() OVER (ORDER BY file, line, code, message)"),
    ("problem", "project", "(SELECT new FROM temp.renumbered WHERE old = project)"),
    ("file", "project", "(SELECT new FROM temp.renumbered WHERE old = project)"),
    ("scan", "id", "1"),
    ("scan", "command", "'scan'"),
    ("scan", "started_at", "'1970-01-01T00:00:00Z'"),
    ("scan", "finished_at", "'1970-01-01T00:00:00Z'"),
    ("scan", "git_branch", "NULL"),
    ("scan", "added", "0"),
    ("scan", "changed", "0"),
    ("scan", "removed", "0"),
    ("scan", "rehashed", "0"),
    ("check_run", "id", "1"),
    ("check_run", "checked_at", "'1970-01-01T00:00:00Z'"),
    (
        "finding",
        "id",
        "row_number() OVER (ORDER BY rule, (SELECT new FROM temp.renumbered WHERE old = project), subject, file, line, message)",
    ),
    ("finding", "run", "1"),
    ("finding", "project", "(SELECT new FROM temp.renumbered WHERE old = project)"),
    (
        "gate_result",
        "id",
        "row_number() OVER (ORDER BY (SELECT new FROM temp.renumbered WHERE old = project))",
    ),
    ("gate_result", "run", "1"),
    ("gate_result", "project", "(SELECT new FROM temp.renumbered WHERE old = project)"),
    ("baseline", "id", "row_number() OVER (ORDER BY branch, pull_request)"),
    ("baseline", "run", "1"),
    ("baseline", "created_at", "'1970-01-01T00:00:00Z'"),
    ("baseline", "used_at", "'1970-01-01T00:00:00Z'"),
];

const IN: &[Rule] = &[
    ("project", "first_seen_at", "portable_time(first_seen_at)"),
    ("scan", "started_at", "portable_time(started_at)"),
    ("scan", "finished_at", "portable_time(finished_at)"),
    ("check_run", "checked_at", "portable_time(checked_at)"),
    ("baseline", "created_at", "portable_time(created_at)"),
    ("baseline", "used_at", "portable_time(used_at)"),
];

/// Which rows a commit alone determines.
const CI_ROWS: &[(&str, &str)] = &[
    ("project", "removed_at IS NULL"),
    (
        "project_edge",
        "from_key IN (SELECT old FROM temp.renumbered) AND to_key IN (SELECT old FROM temp.renumbered)",
    ),
    ("external_dependency", "project IN (SELECT old FROM temp.renumbered)"),
    ("scan", "id = (SELECT max(id) FROM source.scan)"),
    // The newest results, which are those of the commit if it was checked.
    ("check_run", "id = (SELECT max(id) FROM source.check_run)"),
    (
        "finding",
        "run = (SELECT max(id) FROM source.check_run)
         AND (project IS NULL OR project IN (SELECT old FROM temp.renumbered))",
    ),
    (
        "gate_result",
        "run = (SELECT max(id) FROM source.check_run)
         AND (project IS NULL OR project IN (SELECT old FROM temp.renumbered))",
    ),
    ("baseline", "run = (SELECT max(id) FROM source.check_run)"),
];

/// Numbers the projects by their ids: the keys tell in which order they were seen.
pub(super) const RENUMBER: &str =
    "CREATE TEMP TABLE renumbered (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
     INSERT INTO temp.renumbered (old, new)
     SELECT key, row_number() OVER (ORDER BY id) FROM source.project WHERE removed_at IS NULL;";

/// Columns that hold a path below the root, as text or, where it is not UTF-8, as a blob.
pub(super) const PATHS: &[(&str, &str)] = &[
    ("native_workspace", "root"),
    ("project", "path"),
    ("project", "manifest"),
    ("problem", "file"),
    ("manifest", "path"),
    ("file", "path"),
    ("finding", "file"),
];

fn expression(way: Way, table: &str, column: &str) -> String {
    let layers: &[&[Rule]] = match way {
        Way::Out(Form::Ci) => &[OUT_CI, OUT, OF_THIS_MACHINE],
        Way::Out(Form::Full) => &[OUT, OF_THIS_MACHINE],
        Way::In => &[IN, OF_THIS_MACHINE],
    };
    let rule = layers.iter().flat_map(|rules| rules.iter()).find(|rule| (rule.0, rule.1) == (table, column));
    rule.map_or_else(|| format!("\"{column}\""), |rule| rule.2.to_owned())
}

/// The statement that carries one table from `source` to `main`, in the order of its key; `None` where the
/// schema does not have it yet.
pub(super) fn statement(target: &Connection, way: Way, table: &str) -> rusqlite::Result<Option<String>> {
    let mut columns: Vec<(String, usize)> = Vec::new();
    let mut statement = target.prepare("SELECT name, pk FROM pragma_table_info(?, 'main') ORDER BY cid")?;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        columns.push((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs() as usize));
    }
    if columns.is_empty() {
        return Ok(None);
    }
    let names: Vec<_> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let values: Vec<_> = columns.iter().map(|(name, _)| expression(way, table, name)).collect();
    let mut key: Vec<(usize, usize)> =
        columns.iter().zip(1..).filter(|((_, pk), _)| *pk > 0).map(|((_, pk), at)| (*pk, at)).collect();
    key.sort_unstable();
    let order = if key.is_empty() {
        "rowid".to_owned()
    } else {
        key.iter().map(|(_, at)| at.to_string()).collect::<Vec<_>>().join(", ")
    };
    let rows = match way {
        Way::Out(Form::Ci) => CI_ROWS.iter().find(|(name, _)| *name == table).map_or("1", |(_, rows)| rows),
        _ => "1",
    };
    // Two requirements may become one when what they name of this machine is taken out.
    let or = if table == "external_dependency" { "OR IGNORE " } else { "" };
    Ok(Some(format!(
        "INSERT {or}INTO main.\"{table}\" ({}) SELECT {} FROM source.\"{table}\" NOT INDEXED WHERE {rows} ORDER BY {order}",
        names.join(", "),
        values.join(", ")
    )))
}

/// Where the counters of `AUTOINCREMENT` go on, in the order of names.
pub(super) fn sequences(target: &Connection, way: Way, kind: DatabaseKind) -> rusqlite::Result<()> {
    target.execute("DELETE FROM main.sqlite_sequence", [])?;
    let has = "SELECT EXISTS (SELECT 1 FROM source.sqlite_schema WHERE name = 'sqlite_sequence')";
    if way == Way::Out(Form::Ci) || !target.query_row(has, [], |row| row.get::<_, bool>(0))? {
        return Ok(());
    }
    let mut names = tables(kind).to_vec();
    names.sort_unstable();
    for name in names {
        target.execute(
            "INSERT INTO main.sqlite_sequence (name, seq)
             SELECT name, max(CAST(seq AS INTEGER)) FROM source.sqlite_sequence WHERE name = ? GROUP BY name",
            [name],
        )?;
    }
    Ok(())
}
