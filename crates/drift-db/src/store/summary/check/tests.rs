use rusqlite::Connection;

use super::{last_gate, last_run, read_check};
use crate::chain;
use crate::kind::DatabaseKind;
use crate::store::StoredPath;
use crate::store::finding::tests::{a_run, database};
use crate::store::finding::{FindingRow, GateRow, RunRow, record};
use crate::store::summary::Limits;

const LIMITS: Limits = Limits { projects: 9, problems: 2, others: 1 };

fn finding(project: Option<i64>, severity: &str, message: &str) -> FindingRow {
    FindingRow {
        project,
        rule: format!("rule_{severity}"),
        subject: message.into(),
        severity: severity.into(),
        file: StoredPath(b"a"[..].into()),
        line: None,
        message: message.into(),
    }
}

fn gate(project: Option<i64>, health: u8, gate: &str) -> GateRow {
    GateRow { project, health, gate: gate.into(), errors: 0, warnings: 0, infos: 0 }
}

#[test]
fn the_newest_run_is_told_the_worst_first() {
    let db: Connection = database();
    db.pragma_update(None, "user_version", 4).unwrap();
    assert_eq!((last_run(&db).unwrap(), read_check(&db, LIMITS).unwrap()), (None, None));
    record(&db, &a_run("main", "11-01"), &[finding(None, "error", "old")], &[]).unwrap();
    let run: RunRow = a_run("main", "11-02");
    let findings =
        [finding(None, "info", "i"), finding(Some(1), "warning", "w"), finding(Some(2), "error", "e")];
    let gates = [gate(None, 90, "fail"), gate(Some(1), 50, "pass"), gate(Some(2), 80, "fail")];
    let id = record(&db, &run, &findings, &gates).unwrap();
    assert_eq!((last_run(&db).unwrap(), last_gate(&db).unwrap().as_deref()), (Some(id), Some("fail")));
    let told = read_check(&db, LIMITS).unwrap().unwrap();
    assert_eq!((told.run.id, told.workspace.unwrap().row.health, told.failed), (id, 90, 1));
    assert_eq!((told.projects.count, told.projects.first[0].project.as_deref()), (2, Some("npm:b")));
    let messages: Vec<_> = told.findings.first.iter().map(|one| one.message.as_str()).collect();
    assert_eq!((told.findings.count, messages), (3, vec!["e", "w"]));
    assert_eq!(told.rules.len(), 3);
}

#[test]
fn a_schema_without_checks_has_none() {
    let mut connection = Connection::open_in_memory().unwrap();
    chain::runner(DatabaseKind::Drift.migrations(), chain::Unobserved)
        .to_version(&mut connection, 3)
        .unwrap();
    assert_eq!((last_run(&connection).unwrap(), read_check(&connection, LIMITS).unwrap()), (None, None));
}
