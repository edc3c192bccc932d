use super::*;

fn cutoffs() -> Cutoffs {
    Cutoffs {
        history: "2026-08-24T00:00:00Z".into(),
        removed_projects: "2026-10-01T00:00:00Z".into(),
        baselines: "2026-11-15T00:00:00Z".into(),
    }
}

/// Both by the real migrations.
fn database(kind: DatabaseKind, rows: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    for migration in kind.migrations() {
        connection.execute_batch(migration.up).unwrap();
    }
    connection.execute_batch(rows).unwrap();
    connection
}

const EVENTS: &str = "
INSERT INTO event (at, kind, detail) VALUES
  ('2020-01-01T00:00:00Z', 'init', '{}'),
  ('2020-01-01T00:00:00Z', 'scan', '{}'),
  ('2026-08-23T23:59:59.9Z', 'backup', '{}'),
  ('2026-08-24T00:00:00Z', 'scan', '{}'),
  ('2999-01-01T00:00:00Z', 'scan', '{}'),
  ('', 'odd', '{}'),
  ('1', 'odd', '{}');";

fn check(kind: DatabaseKind, rows: &str, table: &str, goes: u64, stays: &[&str]) {
    let connection = database(kind, rows);
    let told = expired(&connection, kind, &cutoffs()).unwrap();
    assert_eq!(told.iter().find(|found| found.table == table).map_or(0, |found| found.rows), goes);
    assert_eq!(expire(&connection, kind, table, &cutoffs()).unwrap(), goes);
    let column = if table == "project" { "id" } else { "rowid || ''" };
    let mut statement = connection.prepare(&format!("SELECT {column} FROM {table} ORDER BY 1")).unwrap();
    let left: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(left, stays);
    assert_eq!(expire(&connection, kind, table, &cutoffs()).unwrap(), 0);
}

#[test]
fn every_schema_can_be_asked() {
    for kind in DatabaseKind::WORKSPACE {
        let connection = Connection::open_in_memory().unwrap();
        for migration in kind.migrations() {
            connection.execute_batch(migration.up).unwrap();
            let told = expired(&connection, kind, &cutoffs()).unwrap();
            assert_eq!(told, [], "{kind:?} after {}", migration.name);
        }
    }
}

#[test]
fn old_events_go_and_init_stays() {
    for kind in DatabaseKind::WORKSPACE {
        check(kind, EVENTS, "event", 2, &["1", "4", "5", "6", "7"]);
    }
}

#[test]
fn the_newest_scan_stays_however_old() {
    let scans =
        "INSERT INTO scan (command, started_at, finished_at, files, added, changed, removed, rehashed,
                                   projects, edges, problems) VALUES
                   ('init', '2020-01-01T00:00:00Z', '', 0, 0, 0, 0, 0, 0, 0, 0),
                   ('scan', '2020-01-02T00:00:00Z', '', 0, 0, 0, 0, 0, 0, 0, 0);";
    check(DatabaseKind::Drift, scans, "scan", 1, &["2"]);
}

#[test]
fn projects_go_only_when_long_gone_and_nothing_refers_to_them() {
    let projects = "
        INSERT INTO project (key, id, ecosystem, path, manifest, private, languages, frameworks, files,
                             first_seen_at, removed_at) VALUES
          (1, 'npm:live', 'npm', 'a', 'a', 0, '[]', '[]', 0, '2020-01-01T00:00:00Z', NULL),
          (2, 'npm:gone', 'npm', 'b', 'b', 0, '[]', '[]', 0, '2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z'),
          (3, 'npm:young', 'npm', 'c', 'c', 0, '[]', '[]', 0, '2020-01-01T00:00:00Z', '2026-11-01T00:00:00Z'),
          (4, 'npm:used', 'npm', 'd', 'd', 0, '[]', '[]', 0, '2020-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
        INSERT INTO problem (file, code, message, project) VALUES ('d', 'x', 'x', 4);";
    check(DatabaseKind::Drift, projects, "project", 1, &["npm:live", "npm:used", "npm:young"]);
}

#[test]
fn a_table_of_a_later_migration_is_asked_as_well() {
    let scans =
        "INSERT INTO scan (command, started_at, finished_at, files, added, changed, removed, rehashed,
                                   projects, edges, problems) VALUES
                   ('init', '2020-01-01T00:00:00Z', '', 0, 0, 0, 0, 0, 0, 0, 0),
                   ('scan', '2020-01-02T00:00:00Z', '', 0, 0, 0, 0, 0, 0, 0, 0),
                   ('scan', '2020-01-03T00:00:00Z', '', 0, 0, 0, 0, 0, 0, 0, 0);
                 CREATE TABLE later (s INTEGER REFERENCES scan (id));
                 INSERT INTO later VALUES (1), (NULL);";
    check(DatabaseKind::Drift, scans, "scan", 1, &["1", "3"]);
}

#[test]
fn memory_is_never_touched() {
    let memory = "INSERT INTO memory (kind, content, project, importance, created_at, updated_at, provenance)
                  VALUES ('note', 'x', 'npm:gone', 1, '2001-01-01T00:00:00Z', '2001-01-01T00:00:00Z', '');";
    let connection = database(DatabaseKind::Cortex, memory);
    assert_eq!(expired(&connection, DatabaseKind::Cortex, &cutoffs()).unwrap(), []);
    assert_eq!(expire(&connection, DatabaseKind::Cortex, "memory", &cutoffs()).unwrap(), 0);
}
