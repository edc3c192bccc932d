use rusqlite::Connection;

use super::{DirectoryRow, for_each, replace};

fn row(path: &[u8], rules: u8, evidence: Option<u8>) -> DirectoryRow<'_> {
    DirectoryRow { path, rules, evidence: evidence.map(|byte| [byte; 16]) }
}

fn stored(connection: &Connection) -> Vec<(Vec<u8>, u8, Option<u8>)> {
    let mut found = Vec::new();
    for_each(connection, |row| {
        found.push((row.path.to_vec(), row.rules, row.evidence.map(|bytes| bytes[0])));
    })
    .unwrap();
    found
}

#[test]
fn what_differs_is_written_and_nothing_else() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(include_str!("../../../../../migrations/drift/0006_scan_memory.up.sql"))
        .unwrap();
    let rows = [row(b"", 3, None), row(b"a", 0, Some(1)), row(b"a\xff", 0, Some(2))];
    replace(&connection, rows.into_iter()).unwrap();
    let expected = [(b"".to_vec(), 3, None), (b"a".to_vec(), 0, Some(1)), (b"a\xff".to_vec(), 0, Some(2))];
    assert_eq!(stored(&connection), expected);
    let before = connection.total_changes();
    replace(&connection, rows.into_iter().rev()).unwrap();
    assert_eq!(connection.total_changes(), before);
    replace(&connection, [row(b"", 3, Some(4)), row(b"a", 0, Some(1))].into_iter()).unwrap();
    assert_eq!(connection.total_changes(), before + 2);
    assert_eq!(stored(&connection), [(b"".to_vec(), 3, Some(4)), (b"a".to_vec(), 0, Some(1))]);
}
