use std::sync::Arc;

use rusqlite::Connection;

use super::{Check, Preparation, Prepared, Results, prepare, vet};
use crate::create::{JournalMode, create};
use crate::error::{DbError, Result};
use crate::integrity::Level;
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::paths::database_set;
use crate::private::Vetted;
use crate::store::baseline;
use crate::store::finding::{self, RunRow};

const KIND: DatabaseKind = DatabaseKind::Cortex;

fn author() -> Author {
    Author { now: "2026-11-22T20:15:30Z".into(), drift_version: "test" }
}

fn vetted(sql: &str, level: Level) -> Result<Vetted> {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("a.db");
    create(&path, KIND, JournalMode::Delete, &author()).unwrap();
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    let before = fs_err::read(&path).unwrap();
    let vetted = vet(&path, KIND, Check::Level(level), &Arc::default());
    assert!(fs_err::read(&path).unwrap() == before, "vetting changes nothing");
    vetted
}

#[test]
fn a_sound_copy_is_counted() {
    let vetted = vetted("INSERT INTO event (at, kind, detail) VALUES ('t', 'k', 'd')", Level::Full).unwrap();
    assert_eq!(vetted.schema_version, KIND.latest());
    assert_eq!(vetted.rows["event"], 1);
    assert_eq!(vetted.findings, []);
}

#[test]
fn a_dangling_reference_is_a_finding() {
    let sql = "PRAGMA foreign_keys = OFF;
               CREATE TABLE p (id INTEGER PRIMARY KEY);
               CREATE TABLE c (p INTEGER REFERENCES p);
               INSERT INTO c VALUES (7)";
    let vetted = vetted(sql, Level::Quick).unwrap();
    assert_eq!(vetted.findings[0].code, "foreign_key");
}

#[test]
fn the_gate_comes_before_the_checks() {
    let hostile = vetted("CREATE VIEW v AS SELECT 1", Level::Full);
    assert!(matches!(hostile, Err(DbError::Untrusted { .. })), "{hostile:?}");
    let newer = vetted("PRAGMA user_version = 999", Level::Full);
    assert!(matches!(newer, Err(DbError::NewerSchema { found: 999, .. })), "{newer:?}");
    let swapped = vetted("PRAGMA application_id = 1146242644", Level::Full);
    assert!(matches!(swapped, Err(DbError::Corrupt { .. })), "{swapped:?}");
}

#[test]
fn a_prepared_copy_is_one_file_that_tells_where_it_came_from() {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("a.db");
    create(&path, KIND, JournalMode::Delete, &author()).unwrap();
    let detail = serde_json::json!({ "snapshot": "x" });
    let preparation = Preparation {
        journal: JournalMode::Wal,
        author: &author(),
        event: ("restore", &detail),
        results: Results::Baseline,
    };
    let nothing = Prepared { migrated: false, baseline: Ok(None) };
    assert_eq!(prepare(&path, KIND, preparation).unwrap(), nothing);
    assert_eq!(&fs_err::read(&path).unwrap()[18..20], [2, 2]);
    assert!(database_set(&path)[1..].iter().all(|sidecar| !sidecar.exists()));
    let connection = Connection::open(&path).unwrap();
    let event = "SELECT kind || detail FROM event";
    let event: String = connection.query_row(event, [], |row| row.get(0)).unwrap();
    assert_eq!(event, r#"restore{"snapshot":"x"}"#);
}

#[test]
fn the_newest_result_becomes_a_baseline_before_the_copy_goes_live() {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("a.db");
    create(&path, DatabaseKind::Drift, JournalMode::Delete, &author()).unwrap();
    let connection = Connection::open(&path).unwrap();
    for branch in ["topic", "main"] {
        let run = RunRow {
            id: 0,
            checked_at: "2026-11-22T20:00:00Z".into(),
            git_head: None,
            git_branch: Some(branch.into()),
            pull_request: false,
        };
        finding::record(&connection, &run, &[], &[]).unwrap();
    }
    let prepared = |results| {
        let detail = serde_json::json!({});
        let (journal, author) = (JournalMode::Delete, &author());
        let preparation = Preparation { journal, author, event: ("import", &detail), results };
        prepare(&path, DatabaseKind::Drift, preparation).unwrap().baseline
    };
    let kept = || {
        let rows = baseline::all(&connection).unwrap();
        rows.into_iter().map(|row| row.branch).collect::<Vec<_>>()
    };
    assert_eq!(prepared(Results::AsTheyAre), Ok(None));
    assert_eq!(kept(), [""; 0]);
    assert_eq!(prepared(Results::Baseline), Ok(Some("main".into())));
    assert_eq!(kept(), ["main"]);
    connection.execute_batch("DROP TABLE baseline").unwrap();
    assert!(prepared(Results::Baseline).is_err(), "said, and no reason to give up the rest");
}
