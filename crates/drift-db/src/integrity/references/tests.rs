use std::path::PathBuf;

use super::*;
use crate::connection::{self, Access};
use crate::create::{JournalMode, create};
use crate::kind::DatabaseKind;
use crate::migrate::Author;

/// cortex.db with notes 1 to 40, two with large keys, and links between them.
fn many() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("cortex.db");
    let author = Author { now: "2026-11-28T12:00:00Z".into(), drift_version: "0.0.0" };
    create(&path, DatabaseKind::Cortex, JournalMode::Delete, &author).unwrap();
    edit(
        &path,
        "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n LIMIT 40), ids (id) AS
           (SELECT id FROM n UNION ALL VALUES (20000), (20002))
         INSERT INTO memory (id, kind, content, importance, created_at, updated_at, provenance)
           SELECT id, 'note', 'words', 0.5, '', '', '' FROM ids;
         INSERT INTO memory_link SELECT id, 41 - id, 'relates' FROM memory WHERE id <= 40;
         INSERT INTO memory_link VALUES (20000, 20002, 'relates');
         INSERT INTO memory_embedding SELECT id, 'test', 1, zeroblob(4) FROM memory WHERE id % 2 = 0;",
    );
    (temp, path)
}

fn edit(path: &std::path::Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(sql).unwrap();
}

/// What is found, and the tables that were looked up by their keys.
fn check(path: &std::path::Path) -> (Vec<String>, Vec<String>) {
    let connection = connection::open(path, Access::Immutable).unwrap();
    let (keyring, mut lines, mut by_keys) = (Keyring::default(), Vec::new(), Vec::new());
    for references in References::of(&connection, &keyring).unwrap() {
        references.check(&connection, &keyring, &mut lines).unwrap();
        if let References::ByKeys(children) = references {
            by_keys.extend(children.into_iter().map(|child| child.table));
        }
    }
    (lines, by_keys)
}

#[test]
fn rows_that_are_there_are_found_by_their_keys() {
    let (_temp, path) = many();
    let (lines, by_keys) = check(&path);
    assert_eq!(lines, [""; 0]);
    assert_eq!(by_keys, ["memory_embedding", "memory_link"]);
    edit(
        &path,
        "DELETE FROM memory WHERE id >= 20000; DELETE FROM memory_link WHERE from_id >= 20000;
                 DELETE FROM memory_embedding WHERE memory >= 20000",
    );
    assert_eq!(check(&path), (Vec::new(), Vec::new()), "few rows are left to SQLite");
}

#[test]
fn rows_that_are_not_there_are_missed() {
    for (from, to) in [(1, 41), (41, 1), (20_000, 20_001), (20_003, 1), (1, -1), (0, 0)] {
        let (_temp, path) = many();
        edit(&path, &format!("INSERT INTO memory_link VALUES ({from}, {to}, 'new')"));
        let (lines, _) = check(&path);
        assert_eq!(
            lines,
            ["a row of memory_link refers to a row of memory that is not there"],
            "{from} {to}"
        );
    }
    let (_temp, path) = many();
    edit(&path, "DELETE FROM memory WHERE id = 20002");
    assert_eq!(check(&path).0.len(), 2, "a link and an embedding");
}

#[test]
fn an_index_cannot_hide_a_row() {
    let (_temp, path) = many();
    // A row that the index of its table lacks, so that whoever reads the index does not see where it refers to.
    let connection = Connection::open(&path).unwrap();
    let schema =
        "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = 'memory_link_to'";
    let row: [rusqlite::types::Value; 5] = connection
        .query_row(schema, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))
        .unwrap();
    drop(connection);
    edit(&path, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'memory_link_to'");
    edit(&path, "INSERT INTO memory_link VALUES (1, 19999, 'new')");
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "writable_schema", true).unwrap();
    connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row).unwrap();
    drop(connection);
    assert_eq!(check(&path).0.len(), 1);
}

#[test]
fn what_is_no_integer_is_left_to_sqlite() {
    let (_temp, path) = many();
    edit(
        &path,
        "CREATE TABLE other (note REFERENCES memory (id)); INSERT INTO other VALUES ('20000'), (NULL), (7.0)",
    );
    assert_eq!(check(&path).0, [""; 0], "for SQLite these are integers");
    edit(&path, "INSERT INTO other VALUES ('none')");
    assert_eq!(check(&path).0, ["a row of other refers to a row of memory that is not there"]);
}

#[test]
fn what_refers_to_no_table_or_by_two_columns_is_left_to_sqlite() {
    let (_temp, path) = many();
    edit(
        &path,
        "CREATE TABLE lost (note REFERENCES nowhere (id)); INSERT INTO lost VALUES (1);
         CREATE TABLE pair (a, b, c REFERENCES memory, FOREIGN KEY (a, b) REFERENCES twin (x, y));
         CREATE TABLE twin (x, y, UNIQUE (x, y)); INSERT INTO twin VALUES (1, 2);
         INSERT INTO pair VALUES (1, 2, 20000);",
    );
    assert_eq!(check(&path).0, ["a row of lost refers to a row of nowhere that is not there"]);
    edit(&path, "INSERT INTO pair VALUES (2, 1, 20000)");
    assert_eq!(check(&path).0.len(), 2);
}
