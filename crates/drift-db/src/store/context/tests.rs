use rusqlite::Connection;
use serde_json::json;

use super::{put, read, remove};
use crate::chain;
use crate::kind::DatabaseKind;

fn at_version(version: usize) -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    let runner = chain::runner(DatabaseKind::Drift.migrations(), chain::Unobserved);
    runner.to_version(&mut connection, version).unwrap();
    connection
}

/// `name=value@time` for each section.
fn told(connection: &Connection, names: &[&str]) -> Vec<String> {
    let sections = read(connection, names).unwrap();
    sections.iter().map(|found| format!("{}={}@{}", found.name, found.value, found.updated_at)).collect()
}

#[test]
fn a_value_is_written_when_it_differs() {
    let connection = at_version(DatabaseKind::Drift.latest() as usize);
    assert!(put(&connection, "b", &json!({ "z": 1, "a": "é" }), "t1").unwrap());
    assert!(put(&connection, "a", &json!([]), "t1").unwrap());
    let before = connection.total_changes();
    assert!(!put(&connection, "b", &json!({ "z": 1, "a": "é" }), "t2").unwrap());
    assert_eq!(connection.total_changes(), before);
    assert!(put(&connection, "a", &json!([1]), "t2").unwrap());
    assert_eq!(told(&connection, &["b", "a", "none"]), ["b={\"z\":1,\"a\":\"é\"}@t1", "a=[1]@t2"]);
    assert!(remove(&connection, "a").unwrap() && !remove(&connection, "a").unwrap());
    assert_eq!(told(&connection, &["a"]), [""; 0]);
}

#[test]
fn an_older_schema_has_no_section() {
    assert_eq!(told(&at_version(1), &["overview"]), [""; 0]);
}

#[test]
fn what_drift_did_not_write_counts_as_absent() {
    let connection = at_version(DatabaseKind::Drift.latest() as usize);
    for value in ["''", "'{'", "cast(x'22ff22' AS TEXT)", "printf('\"%.*c\"', 5000000, 'x')"] {
        let sql = format!("INSERT OR REPLACE INTO workspace_context VALUES ('a', {value}, 't')");
        connection.execute(&sql, []).unwrap();
        assert_eq!(told(&connection, &["a"]), [""; 0], "{value}");
    }
    connection
        .execute("UPDATE workspace_context SET value = '1', updated_at = cast(x'ff' AS TEXT)", [])
        .unwrap();
    assert_eq!(told(&connection, &["a"]), ["a=1@\u{fffd}"]);
}
