use super::*;
use crate::kind::DatabaseKind;
use crate::store::baseline;
use crate::store::history::{Cutoffs, expire, expired};

/// An empty drift.db with the projects 1 (`npm:a`) and 2 (`npm:b`).
pub(in crate::store) fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    for migration in DatabaseKind::Drift.migrations() {
        connection.execute_batch(migration.up).unwrap();
    }
    let projects =
        "INSERT INTO project (key, id, ecosystem, path, manifest, private, languages, frameworks, files,
                                         first_seen_at) VALUES
                      (1, 'npm:a', 'npm', 'a', 'a/package.json', 0, '[]', '[]', 0, '2026-01-01T00:00:00Z'),
                      (2, 'npm:b', 'npm', 'b', 'b/package.json', 0, '[]', '[]', 0, '2026-01-01T00:00:00Z')";
    connection.execute_batch(projects).unwrap();
    connection
}

/// A run of `branch` on that day of 2026, with a leading `pr:` where a pull request made it.
pub(in crate::store) fn a_run(branch: &str, day: &str) -> RunRow {
    RunRow {
        id: 0,
        checked_at: format!("2026-{day}T08:00:00Z"),
        git_head: Some("0123456".into()),
        git_branch: Some(branch.trim_start_matches("pr:").into()),
        pull_request: branch.starts_with("pr:"),
    }
}

fn finding(project: Option<i64>, subject: &str) -> FindingRow {
    FindingRow {
        project,
        rule: "duplicate_name".into(),
        subject: subject.into(),
        severity: "warning".into(),
        file: StoredPath(b"a/package.json"[..].into()),
        line: Some(3),
        message: "odd".into(),
    }
}

fn gate(project: Option<i64>, health: u8) -> GateRow {
    GateRow { project, health, gate: "pass".into(), errors: 0, warnings: 1, infos: 0 }
}

fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_recorded_is_known_by_project_and_for_the_workspace() {
    let db = database();
    let findings = [finding(Some(2), "x"), finding(None, "y"), finding(Some(1), "z")];
    let gates = [gate(Some(1), 97), gate(Some(2), 90), gate(None, 93)];
    let first = record(&db, &a_run("main", "11-01"), &findings, &gates).unwrap();
    let second = record(&db, &a_run("main", "11-02"), &[], &[gate(Some(1), 100), gate(None, 100)]).unwrap();
    assert_eq!(newest(&db).unwrap().unwrap().id, second);
    assert_eq!(run(&db, first).unwrap().unwrap(), RunRow { id: first, ..a_run("main", "11-01") });
    let told: Vec<String> = (known(&db, first).unwrap().into_iter())
        .map(|found| format!("{} {}", found.project.unwrap_or_default(), found.subject))
        .collect();
    assert_eq!(told, [" y", "npm:a z", "npm:b x"]);
    let healths = |past: Vec<PastGate>| past.into_iter().map(|past| past.row.health).collect::<Vec<_>>();
    assert_eq!(healths(super::gates(&db, first).unwrap()), [93, 97, 90]);
    assert_eq!(healths(trend(&db, Some(1)).unwrap()), [100, 97]);
    assert_eq!(healths(trend(&db, None).unwrap()), [100, 93]);
}

#[test]
fn a_project_that_moved_takes_its_findings_along() {
    let db = database();
    let run = record(&db, &a_run("main", "11-01"), &[finding(Some(1), "x")], &[]).unwrap();
    db.execute("UPDATE project SET id = 'npm:libs/a' WHERE key = 1", []).unwrap();
    assert_eq!(known(&db, run).unwrap()[0].project.as_deref(), Some("npm:libs/a"));
}

#[test]
fn the_last_result_is_none_of_somebody_elses_pull_request() {
    let db = database();
    let mine = record(&db, &a_run("main", "11-01"), &[], &[]).unwrap();
    let theirs = record(&db, &a_run("pr:topic", "11-02"), &[], &[]).unwrap();
    let of = |own: Option<&str>| last(&db, own).unwrap().unwrap().id;
    assert_eq!((of(None), of(Some("other")), of(Some("topic"))), (mine, mine, theirs));
}

#[test]
fn a_result_out_of_range_is_refused() {
    let db = database();
    let record =
        |finding: FindingRow, gate: GateRow| record(&db, &a_run("main", "11-01"), &[finding], &[gate]);
    assert!(record(finding(None, "x"), gate(None, 101)).is_err());
    assert!(record(FindingRow { severity: "bad".into(), ..finding(None, "x") }, gate(None, 1)).is_err());
    assert!(record(finding(None, "x"), GateRow { gate: "maybe".into(), ..gate(None, 1) }).is_err());
    assert!(record(finding(Some(99), "x"), gate(None, 1)).is_err());
}

#[test]
fn old_runs_go_with_what_they_said_but_not_the_newest_nor_a_baseline() {
    let db = database();
    for day in ["01-01", "01-02", "01-03", "11-01"] {
        let run = a_run("main", day);
        let id = record(&db, &run, &[finding(Some(1), "x")], &[gate(Some(1), 90)]).unwrap();
        if day == "01-02" {
            baseline::keep(&db, &RunRow { id, ..run }, "2026-11-20T08:00:00Z").unwrap();
        }
    }
    let cutoffs = |history: &str, baselines: &str| Cutoffs {
        history: format!("2026-{history}T00:00:00Z"),
        removed_projects: "2026-01-01T00:00:00Z".into(),
        baselines: format!("2026-{baselines}T00:00:00Z"),
    };
    let soon = cutoffs("08-01", "11-15");
    let told = expired(&db, DatabaseKind::Drift, &soon).unwrap();
    assert_eq!(told.iter().map(|found| (found.table, found.rows)).collect::<Vec<_>>(), [("check_run", 2)]);
    assert!(told[0].bytes > 100);
    assert_eq!(expire(&db, DatabaseKind::Drift, "check_run", &soon).unwrap(), 2);
    assert_eq!((count(&db, "finding"), count(&db, "gate_result")), (2, 2));

    let later = cutoffs("12-01", "12-01");
    assert_eq!(expire(&db, DatabaseKind::Drift, "baseline", &later).unwrap(), 1);
    assert_eq!(expire(&db, DatabaseKind::Drift, "check_run", &later).unwrap(), 1);
    assert_eq!((count(&db, "check_run"), count(&db, "baseline"), count(&db, "finding")), (1, 0, 1));
}
