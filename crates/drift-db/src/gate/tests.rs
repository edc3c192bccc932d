use rusqlite::Connection;

use super::{Gate, check};
use crate::chain;
use crate::kind::DatabaseKind;

fn fresh() -> Connection {
    let kind = DatabaseKind::Drift;
    let mut connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "application_id", kind.application_id()).unwrap();
    chain::runner(kind.migrations(), chain::Unobserved).to_latest(&mut connection).unwrap();
    connection
}

fn findings(sql: &str) -> Vec<String> {
    let connection = fresh();
    connection.execute_batch(sql).unwrap();
    match check(&connection, DatabaseKind::Drift).unwrap() {
        Gate::Known { findings, .. } => (findings.iter())
            .map(|f| format!("{} {}{}", f.code, f.subject, if f.refused { " refused" } else { "" }))
            .collect(),
        gate => panic!("{gate:?}"),
    }
}

#[test]
fn the_schema_as_migrated_passes() {
    assert_eq!(findings(""), [""; 0]);
    assert_eq!(findings("ANALYZE"), [""; 0]);
}

#[test]
fn unknown_tables_and_indexes_are_tolerated() {
    assert_eq!(
        findings("CREATE TABLE mine (a); CREATE INDEX mine_a ON mine (a)"),
        ["schema.unknown_object index mine_a", "schema.unknown_object table mine"]
    );
}

#[test]
fn what_could_run_foreign_sql_is_refused() {
    assert_eq!(
        findings("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM file; END"),
        ["schema.hostile_object trigger t refused"]
    );
    assert_eq!(findings("CREATE VIEW v AS SELECT 1"), ["schema.hostile_object view v refused"]);
    assert_eq!(findings("CREATE VIRTUAL TABLE f USING fts5(x)"), ["schema.hostile_object table f refused"]);
    assert_eq!(
        findings("DROP TABLE event; CREATE VIEW event AS SELECT 1 AS id"),
        ["schema.missing_object table event refused", "schema.hostile_object view event refused"]
    );
}

#[test]
fn a_changed_or_missing_object_is_refused() {
    assert_eq!(findings("ALTER TABLE scan ADD COLUMN x TEXT"), ["schema.changed_object table scan refused"]);
    assert_eq!(
        findings("DROP INDEX project_edge_to"),
        ["schema.missing_object index project_edge_to refused"]
    );
}

#[test]
fn ids_and_versions_come_first() {
    let gate = |sql: &str| {
        let connection = fresh();
        connection.execute_batch(sql).unwrap();
        check(&connection, DatabaseKind::Drift).unwrap()
    };
    assert_eq!(gate("PRAGMA user_version = 999"), Gate::Newer { version: 999 });
    assert_eq!(gate("PRAGMA user_version = -1"), Gate::BadVersion { version: -1 });
    assert_eq!(gate("PRAGMA user_version = 0"), Gate::BadVersion { version: 0 });
    assert_eq!(gate("PRAGMA application_id = 5"), Gate::Foreign { application_id: 5 });
    let blank = Connection::open_in_memory().unwrap();
    assert_eq!(check(&blank, DatabaseKind::Drift).unwrap(), Gate::Blank);
}
