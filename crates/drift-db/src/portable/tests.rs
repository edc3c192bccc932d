use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::carry::{local_tables, tables};
use super::{Draft, Form, Places, admit, adopt};
use crate::copy::{PinnedSource, Watch};
use crate::create::{JournalMode, create};
use crate::error::{DbError, Result};
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::schema;
use crate::store::workspace::WorkspaceRow;

const NOW: &str = "2026-11-22T20:00:00Z";

struct Place {
    _temp: tempfile::TempDir,
    dir: PathBuf,
}

impl Place {
    fn new() -> Place {
        let temp = tempfile::tempdir().unwrap();
        let dir = crate::root::canonical(temp.path()).unwrap();
        Place { _temp: temp, dir }
    }

    /// A live database at the latest schema, after `sql`.
    fn live(&self, kind: DatabaseKind, sql: &str) -> PathBuf {
        let path = self.dir.join(kind.file_name());
        create(&path, kind, JournalMode::Wal, &author()).unwrap();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        path
    }

    fn export(&self, live: &Path, kind: DatabaseKind, form: Form, name: &str) -> Result<PathBuf> {
        let target = self.dir.join(name);
        let interrupt = Arc::default();
        let watch = Watch { advance: &|_| {}, interrupt: &interrupt };
        let places = Places::new(Some("/home/joe/shop"), Some("/home/joe"));
        let source = PinnedSource::open(live, kind)?;
        Draft::new(source, live, &target, form, &places, watch)?.fill(&interrupt)?;
        Ok(target)
    }

    fn admit(&self, incoming: &Path, kind: DatabaseKind) -> Result<PathBuf> {
        let target = self.dir.join("admitted.db");
        let _ = std::fs::remove_file(&target);
        admit(incoming, kind, &target, NOW, &Arc::default())?;
        let identity = WorkspaceRow { id: "aa".into(), name: "w".into(), created_at: NOW.into() };
        adopt(&target, kind, None, &identity, &author())?;
        Ok(target)
    }
}

fn author() -> Author {
    Author { now: NOW.into(), drift_version: "0.0.0" }
}

fn holds(path: &Path, needle: &str) -> bool {
    fs_err::read(path).unwrap().windows(needle.len()).any(|window| window == needle.as_bytes())
}

fn number(path: &Path, sql: &str) -> i64 {
    Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

const ROWS: &str = "
    INSERT INTO workspace VALUES ('deadbeefdeadbeef', 'shop', '2001-01-01T00:00:00Z');
    INSERT INTO event (at, kind, detail) VALUES ('t', 'init', '{\"secret\":\"event-secret\"}');
    INSERT INTO workspace_context VALUES ('a', '\"context-secret\"', 't');
    CREATE TABLE mine (a); INSERT INTO mine VALUES ('unknown-table-secret');
    CREATE INDEX mine_too ON file (language);
    INSERT INTO project (key, id, ecosystem, path, name, version, manifest, private, languages, frameworks, files,
                         first_seen_at, removed_at) VALUES
      (7, 'npm:b', 'npm', 'b', 'b', NULL, 'b/package.json', 0, '[]', '[]', 1, '2011-01-01T00:00:00Z', NULL),
      (9, 'npm:a', 'npm', 'a', 'a', NULL, 'a/package.json', 0, '[]', '[]', 1, '2012-01-01T00:00:00Z', NULL),
      (3, 'npm:old', 'npm', 'old', 'old', NULL, 'old/package.json', 0, '[]', '[]', 1, '2013-01-01T00:00:00Z', 't');
    INSERT INTO project_edge VALUES (7, 9, 'normal');
    INSERT INTO external_dependency VALUES (7, 'x', 'normal', 'git+https://joe:token-secret@example.com/x.git'),
      (7, 'x', 'normal', 'git+https://ann@example.com/x.git'), (9, 'y', 'dev', 'file:/home/joe/shop/y');
    INSERT INTO problem (file, code, message, project) VALUES ('b/package.json', 'c', 'in /home/joe/shop/b', 7);
    INSERT INTO manifest VALUES ('b/package.json', 3, 987654321987654321), ('none', NULL, NULL);
    INSERT INTO file (path, size, mtime, inode, blake3, language, project, git_oid) VALUES
      ('b/x', 3, 987654321987654321, 12345678, zeroblob(32), 'Rust', 7, zeroblob(20)),
      (X'62ff', 3, 987654321987654321, 12345678, zeroblob(32), NULL, NULL, NULL);
    INSERT INTO scan (command, started_at, finished_at, git_head, git_branch, files, added, changed, removed,
                      rehashed, projects, edges, problems)
      VALUES ('init', '2014-01-01T00:00:00Z', 't', 'c0ffee', 'topic-9', 2, 2, 0, 0, 2, 2, 1, 1);
    INSERT INTO check_run VALUES (4, '2015-01-01T00:00:00Z', 'c0ffee', 'main', 0), (6, '2016-01-01T00:00:00Z', 'c0ffee', 'main', 0);
    INSERT INTO finding (run, project, rule, subject, severity, file, line, message) VALUES
      (4, 7, 'old', 's', 'error', 'b/package.json', 1, 'm'), (6, 7, 'r', 's', 'error', 'b/package.json', 1, 'at /home/joe/shop/b'),
      (6, NULL, 'r', 's', 'info', 'b/package.json', NULL, 'm');
    INSERT INTO gate_result (run, project, health, gate, errors, warnings, infos) VALUES
      (6, 7, 90, 'pass', 1, 0, 0), (6, 9, 100, 'pass', 0, 0, 0), (6, NULL, 95, 'pass', 1, 0, 1);
    INSERT INTO baseline (branch, pull_request, git_head, run, created_at, used_at) VALUES ('main', 0, 'c0ffee', 6, '2017-01-01T00:00:00Z', 't');
    ANALYZE;";

const MEMORIES: &str = "
    INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
      VALUES ('note', 'forgotten-word', 0.5, 't', 't', '{}'),
             ('note', 'the words at /home/joe/shop/a', 0.5, 't', 't', '{\"host\":\"joes-laptop\",\"tool\":\"x\"}');
    DELETE FROM memory WHERE id = 1;
    INSERT INTO memory_embedding VALUES (2, 'm', 1, zeroblob(4));
    INSERT INTO event (at, kind, detail) VALUES ('t', 'init', '{}');";

/// A new table leaves only once somebody said so.
#[test]
fn every_table_is_carried_or_local() {
    for kind in DatabaseKind::WORKSPACE {
        let expected = schema::expected(kind, kind.latest());
        for (object, name) in expected.keys().filter(|(object, _)| object == "table") {
            let sides = [tables(kind), local_tables(kind)].map(|names| names.contains(&name.as_str()));
            assert_eq!(sides.iter().filter(|side| **side).count(), 1, "{kind}: {object} {name}");
        }
    }
}

#[test]
fn what_is_of_this_machine_stays_here() {
    let place = Place::new();
    let live = place.live(DatabaseKind::Drift, ROWS);
    for form in [Form::Full, Form::Ci] {
        let out = place.export(&live, DatabaseKind::Drift, form, &format!("{form:?}.db")).unwrap();
        for left in [
            "deadbeef",
            "shop\u{0}",
            "event-secret",
            "context-secret",
            "unknown-table-secret",
            "mine",
            "joe",
            "token-secret",
            "ann@",
            "sqlite_stat",
            "0001_workspace",
        ] {
            assert!(!holds(&out, left), "{form:?} holds {left}");
        }
        assert!(
            !fs_err::read(&out).unwrap().windows(8).any(|w| w == 987_654_321_987_654_321_i64.to_be_bytes())
        );
        let same = "SELECT count(*) FROM file WHERE mtime = 0 AND inode = -1 AND length(blake3) = 32";
        assert_eq!(number(&out, same), 2);
        assert_eq!(number(&out, "SELECT count(*) FROM external_dependency"), 2, "two became the same");
        assert_eq!(number(&out, "SELECT count(git_oid) FROM file"), 1);
    }
    let ci = place.dir.join("Ci.db");
    for left in ["2011-", "2014-", "2015-", "2017-", "topic-9", "npm:old"] {
        assert!(!holds(&ci, left) && holds(&place.dir.join("Full.db"), left), "{left}");
    }
    assert_eq!(number(&ci, "SELECT key FROM project WHERE id = 'npm:a'"), 1);
    assert_eq!(number(&ci, "SELECT from_key * 10 + to_key FROM project_edge"), 21);
}

#[test]
fn memories_leave_without_their_index_and_come_back_with_one() {
    let place = Place::new();
    let live = place.live(DatabaseKind::Cortex, MEMORIES);
    let out = place.export(&live, DatabaseKind::Cortex, Form::Full, "out.db").unwrap();
    for left in ["forgotten-word", "joe", "laptop"] {
        assert!(!holds(&out, left), "{left}");
    }
    assert!(holds(&out, "the words at ./a"));
    assert_eq!(number(&out, "SELECT seq FROM sqlite_sequence WHERE name = 'memory'"), 2);
    let back = place.admit(&out, DatabaseKind::Cortex).unwrap();
    assert_eq!(number(&back, "SELECT count(*) FROM memory_fts WHERE memory_fts MATCH 'words'"), 1);
    assert_eq!(number(&back, "SELECT count(*) FROM event WHERE kind = 'init'"), 1);
    let again = place.export(&back, DatabaseKind::Cortex, Form::Full, "again.db").unwrap();
    assert!(fs_err::read(&out).unwrap() == fs_err::read(&again).unwrap());
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let place = Place::new();
    let live = place.live(DatabaseKind::Drift, ROWS);
    let first = place.export(&live, DatabaseKind::Drift, Form::Full, "1.db").unwrap();
    let churn = "INSERT INTO event (at, kind, detail) VALUES ('u', 'scan', '{}');
                 UPDATE file SET mtime = mtime + 1; DELETE FROM problem;
                 INSERT INTO problem (id, file, code, message, project)
                   VALUES (1, 'b/package.json', 'c', 'in /home/joe/shop/b', 7);";
    Connection::open(&live).unwrap().execute_batch(churn).unwrap();
    let second = place.export(&live, DatabaseKind::Drift, Form::Full, "2.db").unwrap();
    assert!(fs_err::read(&first).unwrap() == fs_err::read(&second).unwrap());
    let back = place.admit(&first, DatabaseKind::Drift).unwrap();
    let third = place.export(&back, DatabaseKind::Drift, Form::Full, "3.db").unwrap();
    assert!(fs_err::read(&first).unwrap() == fs_err::read(&third).unwrap());
}

#[test]
fn two_machines_give_the_same_for_a_commit() {
    let (here, there) = (Place::new(), Place::new());
    let one = here.live(DatabaseKind::Drift, ROWS);
    let other = ROWS
        .replace("(7,", "(1,")
        .replace(", 7, ", ", 1, ")
        .replace("', 7)", "', 1)")
        .replace("(9,", "(2,")
        .replace("1, 9,", "1, 2,")
        .replace("(6, 9,", "(6, 2,")
        .replace("2015-", "2025-")
        .replace("2016-", "2026-")
        .replace("2017-", "2027-")
        .replace("987654321987654321", "5")
        .replace("12345678", "6")
        .replace("2011-", "2021-")
        .replace("2014-", "2024-")
        .replace("topic-9", "main");
    let two = there.live(DatabaseKind::Drift, &other);
    let one = here.export(&one, DatabaseKind::Drift, Form::Ci, "ci.db").unwrap();
    let two = there.export(&two, DatabaseKind::Drift, Form::Ci, "ci.db").unwrap();
    assert!(fs_err::read(one).unwrap() == fs_err::read(two).unwrap());
}

#[test]
fn every_version_leaves_and_comes_back() {
    for kind in DatabaseKind::WORKSPACE {
        for version in 1..=kind.latest() {
            let place = Place::new();
            let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(format!("tests/data/schema/{kind}-v{version}.sql"));
            let live = place.dir.join(kind.file_name());
            Connection::open(&live)
                .unwrap()
                .execute_batch(&fs_err::read_to_string(fixture).unwrap())
                .unwrap();
            for form in [Form::Full, Form::Ci] {
                let out = place.export(&live, kind, form, &format!("{form:?}.db")).unwrap();
                let back = place.admit(&out, kind).unwrap();
                assert_eq!(number(&back, "PRAGMA user_version"), i64::from(version));
            }
        }
    }
}

/// What is said of a file that was changed after it was exported.
fn refused(kind: DatabaseKind, change: impl FnOnce(&Path)) -> String {
    let place = Place::new();
    let live = place.live(kind, if kind == DatabaseKind::Drift { ROWS } else { MEMORIES });
    let out = place.export(&live, kind, Form::Full, "out.db").unwrap();
    change(&out);
    match place.admit(&out, kind) {
        Err(DbError::Untrusted { detail, .. }) => detail,
        Err(DbError::NewerSchema { .. }) => "newer".into(),
        other => panic!("{other:?}"),
    }
}

fn sql(statements: &str) -> impl FnOnce(&Path) {
    let statements = statements.to_owned();
    move |path: &Path| {
        let connection = Connection::open(path).unwrap();
        let off = rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE;
        connection.set_db_config(off, false).unwrap();
        connection.execute_batch(&statements).unwrap();
    }
}

fn poke(at: usize, bytes: &'static [u8]) -> impl FnOnce(&Path) {
    move |path: &Path| {
        let mut content = fs_err::read(path).unwrap();
        content[at..at + bytes.len()].copy_from_slice(bytes);
        fs_err::write(path, content).unwrap();
    }
}

#[test]
fn a_foreign_header_is_refused_before_sqlite_sees_it() {
    use DatabaseKind::{Cortex, Drift};
    let check = |kind, change: Box<dyn FnOnce(&Path)>, expected: &str| {
        let said = refused(kind, change);
        assert!(said.contains(expected), "{said}");
    };
    check(Drift, Box::new(|path: &Path| fs_err::write(path, "").unwrap()), "too short");
    check(Drift, Box::new(poke(0, b"x")), "no SQLite database");
    check(Drift, Box::new(poke(16, &[0x10, 0])), "pages have 4096");
    check(Drift, Box::new(poke(16, &[0, 1])), "pages have 1");
    check(Drift, Box::new(poke(28, &[0, 0, 0, 1])), "pages of its header");
    check(Drift, Box::new(poke(18, &[2, 2])), "a form that");
    check(Drift, Box::new(poke(20, &[32])), "a form that");
    check(Drift, Box::new(poke(56, &[0, 0, 0, 2])), "a form that");
    check(Drift, Box::new(poke(68, b"CRTX")), "application id");
    check(Cortex, Box::new(poke(68, b"DRFT")), "application id");
    check(Drift, Box::new(poke(60, &[0, 0, 3, 0])), "newer");
    check(Drift, Box::new(poke(60, &[0xff, 0xff, 0xff, 0xfe])), "impossible");
    check(Drift, Box::new(poke(60, &[0, 0, 0, 0])), "impossible");
    check(Drift, Box::new(poke(60, &[0, 0, 0, 1])), "not drift's");
    let cut = |path: &Path| {
        let file = fs_err::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(8192 * 3).unwrap();
    };
    check(Drift, Box::new(cut), "pages of its header");
}

#[test]
fn a_foreign_schema_is_refused_at_once() {
    use DatabaseKind::{Cortex, Drift};
    let slow = "length(hex(zeroblob(500000000 + abs(random() % 2))))";
    let started = std::time::Instant::now();
    for (kind, statements) in [
        (Drift, "CREATE TABLE more (a)".into()),
        (Drift, "CREATE INDEX more ON file (size)".into()),
        (Drift, "CREATE INDEX more ON file (length(hex(zeroblob(size + 40000000))))".into()),
        (Drift, "CREATE VIEW more AS SELECT 1".into()),
        (Drift, "CREATE TRIGGER more AFTER INSERT ON event BEGIN DELETE FROM file; END".into()),
        (Drift, "CREATE VIRTUAL TABLE more USING fts5 (a)".into()),
        (Drift, "DROP TABLE scan; CREATE VIEW scan AS SELECT 1 AS id".into()),
        (Drift, format!("DROP TABLE manifest; CREATE TABLE manifest (path ANY CHECK ({slow}), size, mtime)")),
        (Drift, "ANALYZE".into()),
        (Drift, "DROP TABLE scan".into()),
        (Cortex, format!("PRAGMA writable_schema = ON;
          UPDATE sqlite_schema SET sql = 'CREATE TABLE ''memory_fts_docsize''(id INTEGER PRIMARY KEY, sz BLOB CHECK ({slow}))'
          WHERE name = 'memory_fts_docsize'")),
        (Cortex, "DROP TRIGGER memory_fts_insert".into()),
    ] {
        let said = refused(kind, sql(&statements));
        assert!(said.contains("drift") || said.contains("missing"), "{statements}: {said}");
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn rows_that_cannot_be_are_refused() {
    use DatabaseKind::Drift;
    for (statements, expected) in [
        ("UPDATE file SET path = '../../etc/passwd' WHERE typeof(path) = 'text'", "file.path"),
        ("UPDATE manifest SET path = '/etc/passwd' WHERE size = 3", "manifest.path"),
        ("UPDATE project SET path = 'a/../../b' WHERE id = 'npm:a'", "project.path"),
        ("UPDATE problem SET file = 7", "problem.file"),
        ("UPDATE file SET blake3 = x'00'", "hash"),
        ("PRAGMA foreign_keys = OFF; UPDATE problem SET project = 99", "refer to rows"),
        ("PRAGMA ignore_check_constraints = ON; UPDATE project SET private = 7", "CHECK"),
        ("PRAGMA ignore_check_constraints = ON; UPDATE file SET git_oid = x'00'", "CHECK"),
    ] {
        let said = refused(Drift, sql(statements));
        assert!(said.contains(expected), "{statements}: {said}");
    }
}

/// Whatever is broken inside is refused or does not matter: never a crash, never a row that was not there.
#[test]
fn damage_anywhere_never_goes_live_unseen() {
    let place = Place::new();
    let rows = format!(
        "{ROWS} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO file (path, size, mtime, inode, blake3) SELECT printf('f/%d', i), i, 1, 1, zeroblob(32) FROM n"
    );
    let live = place.live(DatabaseKind::Drift, &rows);
    let out = place.export(&live, DatabaseKind::Drift, Form::Full, "out.db").unwrap();
    let sound = fs_err::read(&out).unwrap();
    for at in (0..sound.len()).step_by(4099) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x55;
        fs_err::write(&out, bytes).unwrap();
        match place.admit(&out, DatabaseKind::Drift) {
            Ok(back) => assert_eq!(number(&back, "SELECT count(*) FROM file"), 3002, "at {at}"),
            Err(DbError::Untrusted { .. } | DbError::NewerSchema { .. }) => {}
            Err(other) => panic!("at {at}: {other:?}"),
        }
    }
}

#[test]
fn full_text_shadow_tables_are_never_believed() {
    let place = Place::new();
    let live = place.live(DatabaseKind::Cortex, MEMORIES);
    let out = place.export(&live, DatabaseKind::Cortex, Form::Full, "out.db").unwrap();
    sql("UPDATE memory_fts_data SET block = randomblob(5000);
         INSERT INTO memory_fts_docsize VALUES (77, x'01');
         UPDATE memory_fts_config SET v = 99")(&out);
    let back = place.admit(&out, DatabaseKind::Cortex).unwrap();
    assert_eq!(number(&back, "SELECT count(*) FROM memory_fts WHERE memory_fts MATCH 'words'"), 1);
    assert_eq!(number(&back, "SELECT count(*) FROM memory_fts_docsize"), 1);
}
