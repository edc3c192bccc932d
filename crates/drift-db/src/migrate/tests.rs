//! Every released version, frozen with rows in it, walked to head and back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Author, MigrationEvent, walk};
use crate::chain::{self, Direction, Unobserved};
use crate::connection::{self, Access};
use crate::gate::{self, Gate};
use crate::kind::DatabaseKind;
use crate::schema;

fn author() -> Author {
    Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" }
}

/// The database of a released version, as that version left it.
fn released(dir: &Path, kind: DatabaseKind, version: u32) -> PathBuf {
    let fixture =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/schema/{kind}-v{version}.sql"));
    let path = dir.join(kind.file_name());
    fs_err::write(&path, "").unwrap();
    let connection = connection::open(&path, Access::Write).unwrap();
    connection.execute_batch(&fs_err::read_to_string(fixture).unwrap()).unwrap();
    path
}

/// The rows of every ordinary table of `like`, with its columns, as `connection` has them.
fn rows(connection: &Connection, like: &Connection) -> BTreeSet<String> {
    let text = |connection: &Connection, sql: &str| -> Vec<String> {
        connection
            .prepare(sql)
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    let mut found = BTreeSet::new();
    for ((kind, table), object) in schema::read(like).unwrap() {
        if kind == "table" && !object.is_virtual {
            let columns =
                text(like, &format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')"));
            let rows =
                text(connection, &format!("SELECT concat_ws(', ', {}) FROM {table}", columns.join(", ")));
            found.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
    }
    found
}

#[test]
fn every_released_version_walks_to_head_and_back() {
    for kind in DatabaseKind::ALL {
        for version in 1..=kind.latest() {
            let temp = tempfile::tempdir().unwrap();
            let dir = crate::root::canonical(temp.path()).unwrap();
            let path = released(&dir, kind, version);
            let frozen = {
                let other = dir.join("frozen");
                fs_err::create_dir(&other).unwrap();
                Connection::open(released(&other, kind, version)).unwrap()
            };
            let mut live = connection::open(&path, Access::Write).unwrap();
            let known = |version| Gate::Known { version, findings: Vec::new() };
            assert_eq!(gate::check(&live, kind).unwrap(), known(version), "{kind} v{version} as released");
            let before = rows(&live, &frozen);
            assert!(before.len() >= 2, "{kind} v{version} has rows");
            for target in [kind.latest(), version, kind.latest()] {
                walk(&mut live, &path, kind, target, &author(), &mut |_| {}).unwrap();
                assert_eq!(gate::check(&live, kind).unwrap(), known(target), "{kind} v{version} at {target}");
            }
            walk(&mut live, &path, kind, version, &author(), &mut |_| {}).unwrap();
            // The audit trail has grown; nothing else may differ.
            let after = rows(&live, &frozen);
            assert!(before.is_subset(&after), "{kind} v{version} lost {:?}", before.difference(&after));
            let trail = |row: &&String| row.starts_with("event:") || row.starts_with("migration_history:");
            assert!(after.difference(&before).all(|row| trail(&row)), "{:?}", after.difference(&before));
            let check: String = live.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(check, "ok");
        }
    }
}

#[test]
fn the_chains_are_valid() {
    for kind in DatabaseKind::ALL {
        chain::runner(kind.migrations(), Unobserved).validate().unwrap();
    }
}

#[test]
fn a_rebuilt_parent_keeps_its_children_and_says_how_far_it_is() {
    let temp = tempfile::tempdir().unwrap();
    let dir = crate::root::canonical(temp.path()).unwrap();
    let path = released(&dir, DatabaseKind::Drift, 2);
    let mut live = connection::open(&path, Access::Write).unwrap();
    let count = |live: &Connection, sql: &str| live.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let children = "SELECT (SELECT count(*) FROM project_edge) + (SELECT count(*) FROM external_dependency)";
    let before = count(&live, children);
    let mut heard = Vec::new();
    walk(&mut live, &path, DatabaseKind::Drift, 3, &author(), &mut |event| heard.push(event)).unwrap();
    assert!(before > 0 && count(&live, children) == before);
    assert_eq!(count(&live, "SELECT count(*) FROM problem WHERE project IS NOT NULL"), 2);
    assert_eq!(
        heard,
        [
            MigrationEvent::Rows { done: 1, of: 2 },
            MigrationEvent::Rows { done: 2, of: 2 },
            MigrationEvent::Step { name: "0003_project_state", direction: Direction::Up },
        ]
    );
}
