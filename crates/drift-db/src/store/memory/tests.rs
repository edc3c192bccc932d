use rusqlite::Connection;

use super::{NewMemory, add, count, embed, get, link, remove, search, update};
use crate::chain::{self, Unobserved};
use crate::kind::DatabaseKind;

const NOW: &str = "2026-11-22T20:00:00Z";

fn fresh() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    chain::runner(DatabaseKind::Cortex.migrations(), Unobserved).to_latest(&mut connection).unwrap();
    connection
}

fn found(connection: &Connection, query: &str) -> Vec<i64> {
    search(connection, query, 10).unwrap().iter().map(|memory| memory.id).collect()
}

#[test]
fn what_is_stored_is_found_until_it_changes_or_goes() {
    let connection = fresh();
    let note = |content| add(&connection, &NewMemory { content, ..NewMemory::default() }, NOW).unwrap();
    let (pnpm, yarn) = (note("we chose pnpm"), note("yarn was slower"));
    assert_eq!(found(&connection, "pnpm"), [pnpm]);
    assert!(update(&connection, yarn, "pnpm was faster", "2026-11-23T00:00:00Z").unwrap());
    assert_eq!((found(&connection, "pnpm").len(), found(&connection, "yarn").len()), (2, 0));
    assert_eq!(get(&connection, yarn).unwrap().unwrap().updated_at, "2026-11-23T00:00:00Z");
    assert!(remove(&connection, pnpm).unwrap());
    assert_eq!(found(&connection, "pnpm"), [yarn]);
    assert!(!remove(&connection, pnpm).unwrap());
}

#[test]
fn links_and_vectors_go_with_their_memory() {
    let connection = fresh();
    let note = || add(&connection, &NewMemory::default(), NOW).unwrap();
    let (a, b) = (note(), note());
    link(&connection, a, b, "about").unwrap();
    link(&connection, a, b, "about").unwrap();
    embed(&connection, a, "tiny", &[1.0, 2.0]).unwrap();
    embed(&connection, a, "tiny", &[3.0]).unwrap();
    let count = |table: &str| {
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!((count("memory_link"), count("memory_embedding")), (1, 1));
    remove(&connection, a).unwrap();
    assert_eq!((count("memory_link"), count("memory_embedding")), (0, 0));
}

#[test]
fn what_is_out_of_range_is_refused() {
    let connection = fresh();
    let new = NewMemory { importance: 1.5, ..NewMemory::default() };
    assert!(add(&connection, &new, NOW).is_err());
}

#[test]
fn the_count_is_that_of_the_rows() {
    let mut connection = fresh();
    let rows =
        |c: &Connection| c.query_row("SELECT count(*) FROM memory", [], |row| row.get::<_, i64>(0)).unwrap();
    let check = |c: &Connection, wanted: u64| {
        assert_eq!((count(c).unwrap(), rows(c) as u64), (wanted, wanted));
    };
    check(&connection, 0);
    let tx = connection.transaction().unwrap();
    let ids: Vec<i64> = (0..300)
        .map(|_| add(&tx, &NewMemory { content: "one", ..NewMemory::default() }, NOW).unwrap())
        .collect();
    tx.commit().unwrap();
    check(&connection, 300);
    ids[..200].iter().for_each(|&id| assert!(remove(&connection, id).unwrap()));
    update(&connection, ids[250], "two words", NOW).unwrap();
    check(&connection, 100);
    super::rebuild_index(&connection).unwrap();
    check(&connection, 100);
    connection.execute("DELETE FROM memory", []).unwrap();
    check(&connection, 0);
}

#[test]
fn a_varint_is_read_as_sqlite_writes_it() {
    let check = |bytes: &[u8], wanted| assert_eq!(super::varint(bytes), wanted);
    check(&[], 0);
    check(&[0x7f], 127);
    check(&[0x82, 0x2c], 300);
    check(&[0xff; 9], u64::MAX);
    check(&[0xff; 20], u64::MAX);
}
