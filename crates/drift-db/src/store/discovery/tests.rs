use rusqlite::Connection;

use super::{DiscoveryRows, LookRow, read, replace};
use crate::store::StoredPath;

fn look(kind: &str, path: &[u8]) -> LookRow {
    LookRow { kind: kind.into(), path: StoredPath(path.into()) }
}

#[test]
fn what_is_stored_is_read_back_and_the_same_again_writes_nothing() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(include_str!("../../../../../migrations/drift/0006_scan_memory.up.sql"))
        .unwrap();
    assert_eq!(read(&connection).unwrap(), None);
    let mut looks = vec![
        look("content", b"package.json"),
        look("content", b"\xff"),
        look("entries", b""),
        look("target", b"l"),
    ];
    looks.sort();
    let rows = DiscoveryRows { evidence: [7; 32], looks };
    replace(&connection, Some(&rows)).unwrap();
    assert_eq!(read(&connection).unwrap().as_ref(), Some(&rows));
    let before = connection.total_changes();
    replace(&connection, Some(&rows)).unwrap();
    assert_eq!(connection.total_changes(), before);
    let newer = DiscoveryRows { evidence: [8; 32], ..rows };
    replace(&connection, Some(&newer)).unwrap();
    assert_eq!(connection.total_changes(), before + 2, "the looks stay");
    assert_eq!(read(&connection).unwrap(), Some(newer));
    replace(&connection, None).unwrap();
    assert_eq!(read(&connection).unwrap(), None);
    assert_eq!(connection.query_row("SELECT count(*) FROM discovery_look", [], |row| row.get(0)), Ok(0));
}
