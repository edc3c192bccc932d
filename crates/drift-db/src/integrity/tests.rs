use std::path::{Path, PathBuf};

use super::*;
use crate::connection::{self, Access};
use crate::create::{JournalMode, create};
use crate::kind::DatabaseKind;
use crate::migrate::Author;
use crate::store::memory::{self, NewMemory};

const PAGE: usize = 8192;

/// cortex.db with links, embeddings, free pages, and so large that its check is split.
fn large() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = crate::root::canonical(temp.path()).unwrap().join("cortex.db");
    let author = Author { now: "2026-11-22T20:00:00Z".into(), drift_version: "0.0.0" };
    create(&path, DatabaseKind::Cortex, JournalMode::Delete, &author).unwrap();
    let connection = Connection::open(&path).unwrap();
    let tx = connection.unchecked_transaction().unwrap();
    for at in 0..1500 {
        let content = format!("note {at} {}", "word ".repeat(1200));
        let new =
            NewMemory { kind: "note", content: &content, project: Some("npm:."), ..NewMemory::default() };
        memory::add(&tx, &new, "2026-11-22T20:00:00Z").unwrap();
    }
    tx.execute_batch(
        "INSERT INTO memory_link SELECT id, 1 + id % 1400, 'relates' FROM memory;
         INSERT INTO memory_embedding SELECT id, 'test', 600, zeroblob(2400) FROM memory WHERE id % 3 = 0;
         DELETE FROM memory WHERE id > 1400;",
    )
    .unwrap();
    tx.commit().unwrap();
    drop(connection);
    assert!(path.metadata().unwrap().len() > SPLIT_FROM);
    (temp, path)
}

fn root_of(path: &Path, name: &str) -> usize {
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    Connection::open(path).unwrap().query_row(sql, [name], |row| row.get::<_, i64>(0)).unwrap() as usize
}

fn checked<'a>(connection: &'a Connection, path: &'a Path, keyring: &'a Keyring) -> Checked<'a> {
    Checked { connection, path, open: |path| connection::open(path, Access::Immutable), keyring }
}

fn check(connection: &Connection, path: &Path, run: Run<'_>) -> Result<Vec<IntegrityFinding>> {
    check_all(&[checked(connection, path, &Keyring::default())], Vec::new(), run).pop().unwrap()
}

fn findings(path: &Path, level: Level, threads: usize) -> Vec<IntegrityFinding> {
    let connection = connection::open(path, Access::Immutable).unwrap();
    let interrupt = Arc::default();
    check(&connection, path, Run { threads, ..Run::new(level, &interrupt) }).unwrap()
}

/// What the first pass alone says.
fn tree_lines(path: &Path) -> Vec<String> {
    let connection = connection::open(path, Access::Immutable).unwrap();
    let mut lines = Vec::new();
    trees(&connection, &Arc::default(), &mut lines).unwrap();
    lines
}

/// Whether every level and every number of threads sees `damage`, and in which words.
fn is_seen(what: &str, words: &str, damage: impl Fn(&mut Vec<u8>, &Path)) {
    let (_temp, path) = large();
    let mut bytes = fs_err::read(&path).unwrap();
    damage(&mut bytes, &path);
    fs_err::write(&path, &bytes).unwrap();
    for level in [Level::Quick, Level::Full] {
        for threads in [1, 2] {
            let found = findings(&path, level, threads);
            assert!(
                found.iter().any(|finding| finding.message.contains(words)),
                "{what}, {level:?}, {threads} threads: {found:?}"
            );
        }
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn set(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

#[test]
fn a_sound_database_is_sound_however_it_is_split() {
    let (_temp, path) = large();
    for level in [Level::Quick, Level::Full] {
        for threads in [1, 2, 7] {
            assert_eq!(findings(&path, level, threads), []);
        }
    }
}

#[test]
fn what_only_all_trees_together_show_is_seen() {
    is_seen("a page that nothing uses", "never used", |bytes, _| {
        bytes.resize(bytes.len() + PAGE, 0);
        let pages = bytes.len() / PAGE;
        set(bytes, 28, pages as u32);
    });
    is_seen("a wrong number of free pages", "Freelist: size is", |bytes, _| {
        let free = number(bytes, 36);
        assert!(free > 0, "there are free pages");
        set(bytes, 36, free + 1);
    });
    is_seen("a wrong largest root in the header", "max rootpage", |bytes, _| {
        let largest = number(bytes, 52);
        set(bytes, 52, largest - 1);
    });
    is_seen("a root that the pointer map calls something else", "Bad ptr map entry", |bytes, path| {
        // The pointer map is page 2; five bytes for each page from the third on.
        let entry = PAGE + 5 * (root_of(path, "memory_link") - 3);
        assert_eq!(bytes[entry], 1, "a root");
        bytes[entry] = 5;
    });
    is_seen("a page that two tables use", "2nd reference", |bytes, path| {
        // The rightmost child of one table becomes that of another, and the pointer map agrees with the thief.
        let (memory, embedding) = (root_of(path, "memory"), root_of(path, "memory_embedding"));
        let right = |page: usize| (page - 1) * PAGE + 8;
        let child = number(bytes, right(memory));
        set(bytes, right(embedding), child);
        let entry = PAGE + 5 * (child as usize - 3);
        set(bytes, entry + 1, embedding as u32);
    });
}

#[test]
fn what_one_table_shows_is_seen() {
    is_seen("a wrong type", "non-TEXT value in memory.kind", |bytes, path| {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "writable_schema", true).unwrap();
        let (old, new) = ("kind TEXT NOT NULL,\n  content", "kind BLOB NOT NULL,\n  content");
        let replace = "UPDATE sqlite_schema SET sql = replace(sql, ?1, ?2) WHERE name = 'memory'";
        connection.execute(replace, [old, new]).unwrap();
        drop(connection);
        let connection = Connection::open(path).unwrap();
        connection.execute("UPDATE memory SET kind = CAST(kind AS BLOB) WHERE id = 700", []).unwrap();
        connection.pragma_update(None, "writable_schema", true).unwrap();
        connection.execute(replace, [new, old]).unwrap();
        drop(connection);
        *bytes = fs_err::read(path).unwrap();
    });
}

#[test]
fn the_first_pass_sees_all_pages_and_no_rows() {
    let (_temp, path) = large();
    assert_eq!(tree_lines(&path), [""; 0], "it ends before the rows, which would give a last line");
    // The last thing that it looks at is the last page of the file.
    let mut bytes = fs_err::read(&path).unwrap();
    bytes.resize(bytes.len() + PAGE, 0);
    let pages = bytes.len() / PAGE;
    set(&mut bytes, 28, pages as u32);
    fs_err::write(&path, &bytes).unwrap();
    let lines = tree_lines(&path);
    assert!(
        matches!(&lines[..], [line] if line.ends_with(&format!("Page {pages}: never used"))),
        "{lines:?}"
    );
}

#[test]
fn a_full_text_index_is_asked_last_or_not_at_all() {
    let (_temp, path) = large();
    let connection = Connection::open(&path).unwrap();
    // A segment that says nothing, in a row of the index that is as sound as any.
    connection.execute("UPDATE memory_fts_data SET block = zeroblob(200) WHERE id > 10", []).unwrap();
    drop(connection);
    let fts = "fts5: corruption found reading blob";
    for threads in [1, 2] {
        assert_eq!(findings(&path, Level::Quick, threads), []);
        let found = findings(&path, Level::Full, threads);
        assert!(found.iter().any(|finding| finding.message.contains(fts)), "{found:?}");
    }
    // What comes before it is seen although it is not asked.
    let connection = connection::open(&path, Access::Immutable).unwrap();
    let mut lines = Vec::new();
    without_virtual_tables(&connection, "PRAGMA integrity_check", &mut lines).unwrap();
    assert_eq!(lines, [""; 0]);
    is_seen("a page that nothing uses", "never used", |bytes, _| {
        *bytes = fs_err::read(&path).unwrap();
        bytes.resize(bytes.len() + PAGE, 0);
        let pages = bytes.len() / PAGE;
        set(bytes, 28, pages as u32);
    });
}

#[test]
fn an_interrupt_ends_every_part() {
    let (_temp, path) = large();
    let connection = connection::open(&path, Access::Immutable).unwrap();
    let interrupt = Arc::new(AtomicBool::new(true));
    for threads in [1, 2] {
        let run = Run { threads, ..Run::new(Level::Full, &interrupt) };
        let stopped = check(&connection, &path, run);
        assert!(matches!(stopped, Err(DbError::Interrupted)), "{stopped:?}");
    }
}

#[test]
fn only_a_much_larger_database_is_split() {
    assert!(!is_much_larger(500, 1000, 2));
    assert!(!is_much_larger(600, 1000, 2));
    assert!(is_much_larger(900, 1000, 2));
    assert!(is_much_larger(500, 500, 2));
    assert!(is_much_larger(500, 1000, 8));
    assert!(!is_much_larger(900, 1000, 1));
}

#[test]
fn several_databases_are_told_apart() {
    let ((_first, sound), (_second, broken)) = (large(), large());
    let mut bytes = fs_err::read(&broken).unwrap();
    let free = number(&bytes, 36);
    set(&mut bytes, 36, free + 1);
    fs_err::write(&broken, &bytes).unwrap();
    let connections = [&sound, &broken].map(|path| connection::open(path, Access::Immutable).unwrap());
    let keyrings = [Keyring::default(), Keyring::default()];
    let databases: Vec<_> = (connections.iter().zip([&sound, &broken]).zip(&keyrings))
        .map(|((one, path), keyring)| checked(one, path, keyring))
        .collect();
    for threads in [1, 2, 5] {
        let (interrupt, met) = (Arc::default(), AtomicUsize::new(0));
        let alone = Work::Alone(Box::new(|| {
            met.fetch_add(1, Ordering::Relaxed);
        }));
        let on = |number| {
            let met = &met;
            Work::On(
                number,
                Box::new(move |_: &Connection| {
                    met.fetch_add(10, Ordering::Relaxed);
                    Ok(())
                }),
            )
        };
        let besides = [alone, on(0), on(1)].map(|work| Task { cost: 1, work }).into();
        let run = Run { threads, ..Run::new(Level::Full, &interrupt) };
        let found: Vec<_> = check_all(&databases, besides, run).into_iter().map(Result::unwrap).collect();
        assert_eq!(found[0], []);
        assert!(found[1][0].message.contains("Freelist"), "{:?}", found[1]);
        assert_eq!(met.load(Ordering::Relaxed), 21);
    }
}

#[test]
fn dangling_rows_are_told_once_for_each_pair_of_tables() {
    let (_temp, path) = large();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF; INSERT INTO memory_link VALUES (9001, 1, 'a'), (9002, 9003, 'b');",
        )
        .unwrap();
    drop(connection);
    for threads in [1, 2] {
        let found = findings(&path, Level::Quick, threads);
        let broken = found.iter().filter(|finding| finding.code == "foreign_key").collect::<Vec<_>>();
        assert_eq!(broken.len(), 1, "{found:?}");
        assert_eq!(broken[0].message, "a row of memory_link refers to a row of memory that is not there");
    }
}
