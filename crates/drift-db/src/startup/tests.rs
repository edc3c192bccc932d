use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use super::StartupCheck::{self, Auto, Header, Off, Quick};
use crate::create::{JournalMode, create};
use crate::error::DbError;
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::state;

/// Whether each level finds the damage, of `[off, header, quick, auto]`.
fn check(damage: impl FnOnce(&Path)) -> [bool; 4] {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("drift.db");
    let author = Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" };
    create(&path, DatabaseKind::Drift, JournalMode::Wal, &author).unwrap();
    damage(&path);
    [Off, Header, Quick, Auto].map(|level| finds(&path, level))
}

fn finds(path: &Path, level: StartupCheck) -> bool {
    let interrupt = Arc::new(AtomicBool::new(false));
    let connection = state::open_reader(path).unwrap();
    match super::check(&connection, path, DatabaseKind::Drift, level, &interrupt) {
        Ok(()) => false,
        Err(DbError::Corrupt { database: Some(DatabaseKind::Drift), .. }) => true,
        Err(other) => panic!("{other}"),
    }
}

/// Overwrites the root page of the table `file`, which the schema gate does not read.
fn hole(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'file'";
    let page: usize = connection.query_row(root, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    drop(connection);
    let mut bytes = fs_err::read(path).unwrap();
    bytes[(page - 1) * 8192..page * 8192].fill(0x5a);
    fs_err::write(path, bytes).unwrap();
}

fn longer(path: &Path) {
    let mut bytes = fs_err::read(path).unwrap();
    bytes.extend([0; 8192]);
    fs_err::write(path, bytes).unwrap();
}

#[test]
fn each_level_finds_what_it_promises() {
    assert_eq!(check(|_| {}), [false; 4]);
    assert_eq!(check(hole), [false, false, true, true]);
    assert_eq!(check(longer), [false, true, true, true]);
}

#[test]
fn beyond_the_limit_the_structure_is_not_read() {
    let large_with_a_hole = |path: &Path| {
        let connection = Connection::open(path).unwrap();
        let filler = "CREATE TABLE filler (a); INSERT INTO filler VALUES (zeroblob(34000000))";
        connection.execute_batch(filler).unwrap();
        drop(connection);
        hole(path);
    };
    assert_eq!(check(large_with_a_hole), [false, false, true, false]);
}

#[test]
fn pages_that_wait_in_the_wal_are_no_damage() {
    let with_a_wal = |path: &Path| {
        let connection = Connection::open(path).unwrap();
        connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
        let filler = "CREATE TABLE filler (a); INSERT INTO filler VALUES (zeroblob(100000))";
        connection.execute_batch(filler).unwrap();
    };
    assert_eq!(check(with_a_wal), [false; 4]);
}
