use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Changed, Known, Registered, Registry, forget, register, use_now};
use crate::error::{DbError, Result};
use crate::kind::DatabaseKind;
use crate::migrate::Author;

fn author() -> Author {
    Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" }
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = crate::root::canonical(temp.path()).unwrap().join("home").join(".drift");
    (temp, dir)
}

fn known(path: &str, id: &str) -> Known {
    let name = Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
    let root = if cfg!(windows) { format!("C:{path}") } else { path.to_owned() };
    Known { path: root.into(), id: id.into(), name, added_at: "t".into(), used: 0, used_at: None }
}

/// Registers `path` as `id`; of the roots that are known, those in `live` still hold theirs.
fn add(registry: &Registry, path: &str, id: &str, live: &[&str]) -> Result<Changed<Registered>> {
    let holds = |one: &Known| live.iter().any(|path| one.path == known(path, "").path);
    registry.change(&author(), |tx| tx.run(|c| register(c, &known(path, id), None, &holds)))
}

fn told(registry: &Registry) -> Vec<String> {
    let entries = registry.entries().unwrap();
    entries.iter().map(|one| format!("{} {} {}", one.name, one.id, one.used)).collect()
}

#[test]
fn what_is_registered_is_told_until_it_is_forgotten() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    assert_eq!(told(&registry), [""; 0]);
    assert!(!dir.exists(), "looking makes nothing");
    assert_eq!(add(&registry, "/b", "1", &[]).unwrap(), Changed { value: Registered::Added, rebuilt: None });
    assert_eq!(add(&registry, "/b", "1", &[]).unwrap().value, Registered::Same);
    assert_eq!(add(&registry, "/a", "2", &[]).unwrap().value, Registered::Added);
    assert_eq!(add(&registry, "/b", "3", &[]).unwrap().value, Registered::Changed);
    let switch =
        |path| registry.change(&author(), |tx| tx.run(|c| use_now(c, &known(path, "").path, "t"))).unwrap();
    switch("/a");
    switch("/b");
    assert_eq!(told(&registry), ["a 2 1", "b 3 2"]);
    let forget =
        |path| registry.change(&author(), |tx| tx.run(|c| forget(c, &known(path, "").path))).unwrap().value;
    assert!(forget("/b") && !forget("/b"));
    assert_eq!(told(&registry), ["a 2 1"]);
}

#[test]
fn a_workspace_that_moved_keeps_its_row_and_a_copy_gets_its_own() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/old", "1", &[]).unwrap();
    assert_eq!(add(&registry, "/copy", "1", &["/old"]).unwrap().value, Registered::Added);
    assert_eq!(told(&registry), ["copy 1 0", "old 1 0"]);
    let moved = add(&registry, "/new", "1", &["/copy"]).unwrap().value;
    assert_eq!(moved, Registered::Moved(known("/old", "").path));
    // It is still called what it was called.
    assert_eq!(told(&registry), ["copy 1 0", "old 1 0"]);
    let entries = registry.entries().unwrap();
    assert!(entries.iter().any(|one| one.path == known("/new", "").path && one.name == "old"));
}

#[test]
fn what_is_of_no_use_is_moved_aside_and_made_anew() {
    for content in [&b"no database at all, but long enough to be looked at as one"[..], &[0; 8192]] {
        let (_temp, dir) = home();
        let registry = Registry::at(&dir);
        fs_err::create_dir_all(&dir).unwrap();
        fs_err::write(registry.path(), content).unwrap();
        assert!(matches!(registry.entries(), Err(DbError::Corrupt { .. })));
        let changed = add(&registry, "/a", "1", &[]).unwrap();
        assert!(changed.rebuilt.is_some());
        assert_eq!(told(&registry), ["a 1 0"]);
        assert_eq!(fs_err::read(dir.join("registry.db.damaged")).unwrap(), content);
        assert_eq!(add(&registry, "/b", "2", &[]).unwrap().rebuilt, None);
    }
}

#[test]
fn a_foreign_schema_is_not_run() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/a", "1", &[]).unwrap();
    let trigger = "CREATE TRIGGER evil AFTER INSERT ON workspace BEGIN DELETE FROM event; END";
    Connection::open(registry.path()).unwrap().execute_batch(trigger).unwrap();
    assert!(matches!(registry.entries(), Err(DbError::Untrusted { .. })));
    assert!(add(&registry, "/b", "2", &[]).unwrap().rebuilt.is_some());
    assert_eq!(told(&registry), ["b 2 0"]);
}

#[test]
fn what_a_newer_drift_wrote_stays_byte_for_byte() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/a", "1", &[]).unwrap();
    Connection::open(registry.path()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let before = fs_err::read(registry.path()).unwrap();
    assert!(matches!(registry.entries(), Err(DbError::NewerSchema { found: 99, .. })));
    assert!(matches!(add(&registry, "/b", "2", &[]), Err(DbError::NewerSchema { .. })));
    assert_eq!(fs_err::read(registry.path()).unwrap(), before);
}

#[test]
fn an_empty_file_is_completed() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    fs_err::create_dir_all(&dir).unwrap();
    fs_err::write(registry.path(), "").unwrap();
    assert_eq!(told(&registry), [""; 0]);
    assert_eq!(add(&registry, "/a", "1", &[]).unwrap().rebuilt, None);
    assert_eq!(told(&registry), ["a 1 0"]);
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_the_file_is_private() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/a", "1", &[]).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&registry.path()), mode(&dir.join("registry.lock"))), (0o700, 0o600, 0o600));
    // A link to the directory is the user's choice.
    let link = temp.path().join("link");
    std::os::unix::fs::symlink(&dir, &link).unwrap();
    assert_eq!(told(&Registry::at(&link)), ["a 1 0"]);
    let elsewhere = temp.path().join("elsewhere");
    fs_err::rename(registry.path(), &elsewhere).unwrap();
    let before = elsewhere.metadata().unwrap().mtime_nsec();
    std::os::unix::fs::symlink(&elsewhere, registry.path()).unwrap();
    assert!(matches!(registry.entries(), Err(DbError::Untrusted { .. })));
    assert!(matches!(add(&registry, "/b", "2", &[]), Err(DbError::Untrusted { .. })));
    assert_eq!(elsewhere.metadata().unwrap().mtime_nsec(), before);
}

#[test]
fn many_at_once_are_all_registered() {
    let (_temp, dir) = home();
    std::thread::scope(|scope| {
        for at in 0..8 {
            let dir = &dir;
            scope.spawn(move || {
                // On a machine with much else to do the others may take longer than one is patient.
                loop {
                    match add(&Registry::at(dir), &format!("/w{at}"), &at.to_string(), &[]) {
                        Err(DbError::Busy { .. }) => {}
                        added => break drop(added.unwrap()),
                    }
                }
            });
        }
    });
    assert_eq!(told(&Registry::at(&dir)).len(), 8);
}

#[test]
fn one_who_holds_it_is_waited_for_shortly() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/a", "1", &[]).unwrap();
    let busy = |what: &dyn Fn() -> Result<()>| {
        let started = std::time::Instant::now();
        assert!(matches!(what(), Err(DbError::Busy { .. })));
        assert!(started.elapsed() < super::PATIENCE * 3, "{:?}", started.elapsed());
    };
    let lock = registry.lock().unwrap();
    busy(&|| add(&registry, "/b", "2", &[]).map(drop));
    drop(lock);
    let other = Connection::open(registry.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    busy(&|| add(&registry, "/b", "2", &[]).map(drop));
    busy(&|| registry.entries().map(drop));
}

#[test]
fn the_journal_is_delete() {
    let (_temp, dir) = home();
    let registry = Registry::at(&dir);
    add(&registry, "/a", "1", &[]).unwrap();
    let connection = Connection::open(registry.path()).unwrap();
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), id), ("delete", DatabaseKind::Registry.application_id()));
}
