use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use super::{DatabaseVerdict, VerifyLevel, VerifyRun, verify_databases};
use crate::create::{JournalMode, create};
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::store::memory::{self, NewMemory};

fn fresh(kind: DatabaseKind) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join(kind.file_name());
    let author = Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" };
    create(&path, kind, JournalMode::Wal, &author).unwrap();
    (temp, path)
}

fn codes(path: &Path, kind: DatabaseKind, level: VerifyLevel) -> Vec<String> {
    verdict(path, kind, level).findings.iter().map(|finding| finding.code.to_owned()).collect()
}

fn verdict(path: &Path, kind: DatabaseKind, level: VerifyLevel) -> DatabaseVerdict {
    let staging = tempfile::tempdir().unwrap();
    let staging_path = crate::root::canonical(staging.path()).unwrap();
    let interrupt = Arc::new(AtomicBool::new(false));
    let run = VerifyRun {
        level,
        threads: 2,
        staging: Some(&staging_path),
        interrupt: &interrupt,
        progress: &|_, _| {},
        meanwhile: Vec::new(),
    };
    let before = fs_err::read(path).ok();
    let verdict = verify_databases(&[(path.to_path_buf(), kind)], run).pop().unwrap().unwrap();
    assert_eq!(fs_err::read(path).ok(), before, "the file is byte-identical");
    let sidecars = crate::paths::database_set(path)[1..].iter().filter(|file| file.exists()).count();
    assert_eq!(sidecars, 0);
    verdict
}

fn after(kind: DatabaseKind, level: VerifyLevel, damage: impl FnOnce(&Path)) -> Vec<String> {
    let (_temp, path) = fresh(kind);
    damage(&path);
    codes(&path, kind, level)
}

fn sql(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs_err::read(path).unwrap();
    bytes[at] ^= 0xff;
    fs_err::write(path, bytes).unwrap();
}

#[test]
fn each_state_has_its_own_code() {
    use DatabaseKind::{Cortex, Drift};
    use VerifyLevel::Quick;
    assert_eq!(after(Drift, Quick, |_| {}), [""; 0]);
    assert_eq!(after(Drift, Quick, |path| fs_err::remove_file(path).unwrap()), ["db.missing"]);
    assert_eq!(after(Drift, Quick, |path| fs_err::write(path, "").unwrap()), ["db.empty"]);
    assert_eq!(after(Cortex, Quick, |path| fs_err::write(path, vec![7; 9000]).unwrap()), ["db.damaged"]);
    assert_eq!(after(Drift, Quick, |path| flip(path, 0)), ["db.damaged"]);
    assert_eq!(after(Drift, Quick, |path| sql(path, "PRAGMA application_id = 7")), ["db.foreign"]);
    assert_eq!(after(Drift, Quick, |path| sql(path, "PRAGMA user_version = 999")), ["schema.newer"]);
    assert_eq!(after(Drift, Quick, |path| sql(path, "PRAGMA user_version = -3")), ["schema.bad_version"]);
    assert_eq!(after(Drift, Quick, |path| sql(path, "CREATE TABLE mine (a)")), ["schema.unknown_object"]);
    let view = "DROP TABLE event; CREATE VIEW event AS SELECT 1 AS id";
    assert_eq!(
        after(Cortex, Quick, |path| sql(path, view)),
        ["schema.missing_object", "schema.hostile_object"]
    );
}

#[test]
fn the_other_database_in_its_place_is_foreign() {
    let (_temp, path) = fresh(DatabaseKind::Cortex);
    let drift = path.with_file_name("drift.db");
    fs_err::rename(&path, &drift).unwrap();
    assert_eq!(codes(&drift, DatabaseKind::Drift, VerifyLevel::Normal), ["db.foreign"]);
}

#[test]
fn a_truncated_file_is_damaged() {
    let found = after(DatabaseKind::Drift, VerifyLevel::Normal, |path| {
        let bytes = fs_err::read(path).unwrap();
        fs_err::write(path, &bytes[..bytes.len() / 2]).unwrap();
    });
    assert_eq!(found, ["db.damaged"]);
}

/// 12 MiB of memories, so that the check is split.
fn large() -> (tempfile::TempDir, PathBuf) {
    let (temp, path) = fresh(DatabaseKind::Cortex);
    let connection = Connection::open(&path).unwrap();
    let tx = connection.unchecked_transaction().unwrap();
    for at in 0..1500 {
        let content = format!("note {at} {}", "word ".repeat(1200));
        let new =
            NewMemory { kind: "note", content: &content, project: Some("npm:."), ..NewMemory::default() };
        memory::add(&tx, &new, "2026-11-22T20:00:00Z").unwrap();
    }
    tx.commit().unwrap();
    (temp, path)
}

#[test]
fn a_split_check_leaves_nothing_unchecked() {
    let (_temp, path) = large();
    let size = path.metadata().unwrap().len();
    assert!(size > 8 << 20, "{size}");
    assert_eq!(codes(&path, DatabaseKind::Cortex, VerifyLevel::Normal), [""; 0]);
    // An index that lacks a row: only the comparison of the index with its table sees it.
    let connection = Connection::open(&path).unwrap();
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'memory_project'";
    let page: usize = connection.query_row(root, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    drop(connection);
    let mut bytes = fs_err::read(&path).unwrap();
    let cells = (page - 1) * 8192 + 3;
    let count = u16::from_be_bytes([bytes[cells], bytes[cells + 1]]) - 1;
    bytes[cells..cells + 2].copy_from_slice(&count.to_be_bytes());
    fs_err::write(&path, bytes).unwrap();
    assert!(codes(&path, DatabaseKind::Cortex, VerifyLevel::Normal).contains(&"db.integrity".to_owned()));
}

#[test]
fn a_full_text_index_out_of_step_is_found() {
    use DatabaseKind::Cortex;
    let (_temp, path) = large();
    sql(
        &path,
        "INSERT INTO memory_fts (memory_fts, rowid, content) SELECT 'delete', id, content FROM memory LIMIT 1",
    );
    assert_eq!(codes(&path, Cortex, VerifyLevel::Quick), [""; 0], "quick does not look");
    assert_eq!(codes(&path, Cortex, VerifyLevel::Normal), ["fts.out_of_step"]);
    sql(&path, "INSERT INTO memory_fts (rowid, content) VALUES (99999, 'as many rows, but not the same')");
    assert_eq!(codes(&path, Cortex, VerifyLevel::Normal), ["fts.out_of_step"]);
    let (_temp, path) = large();
    sql(&path, "DROP TRIGGER memory_fts_update; UPDATE memory SET content = 'other words' WHERE id = 3");
    let trigger = crate::chain::CORTEX[1].up;
    let trigger = &trigger[trigger.find("CREATE TRIGGER memory_fts_update").unwrap()..];
    sql(&path, trigger);
    assert_eq!(codes(&path, Cortex, VerifyLevel::Normal), [""; 0], "the rows agree");
    assert_eq!(codes(&path, Cortex, VerifyLevel::Deep), ["fts.out_of_step"]);
}

#[test]
fn files_are_counted_where_they_are_read_for_their_projects() {
    use VerifyLevel::{Normal, Quick};
    let (_temp, path) = fresh(DatabaseKind::Drift);
    sql(
        &path,
        "INSERT INTO project (key, id, ecosystem, path, manifest, private, languages, frameworks, files, first_seen_at)
           VALUES (7, 'go:.', 'go', '.', 'go.mod', 0, '[]', '[]', 1, '');
         INSERT INTO file (path, size, mtime, inode, blake3, language, project) VALUES
           ('a', 1, 1, 1, x'00', 'Go', 7), ('b', 1, 1, 1, x'00', NULL, NULL), ('c', 1, 1, 1, x'00', 'Rust', 7),
           ('d', 1, 1, 1, x'00', 'Go', NULL);",
    );
    let counted = |level| {
        let verdict = verdict(&path, DatabaseKind::Drift, level);
        let mut counts: Vec<_> = verdict.files_by_language.into_iter().flatten().collect();
        counts.sort();
        (verdict.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>(), counts)
    };
    assert_eq!(counted(Normal), (vec![], vec![("Go".to_owned(), 2), ("Rust".to_owned(), 1)]));
    assert_eq!(counted(Quick), (vec![], vec![]));
    sql(&path, "PRAGMA foreign_keys = OFF; UPDATE file SET project = 8 WHERE path = 'c'");
    assert_eq!(counted(Normal), (vec!["db.foreign_key"], vec![]));
    assert_eq!(counted(Quick), (vec!["db.foreign_key"], vec![]));
}

#[test]
fn an_edited_migration_is_reported() {
    let edit = "UPDATE migration_history SET blake3 = 'x' WHERE version = 1";
    assert_eq!(after(DatabaseKind::Drift, VerifyLevel::Quick, |path| sql(path, edit)), ["migration.edited"]);
}
