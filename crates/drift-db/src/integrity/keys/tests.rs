use super::*;

fn table(sql: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE t (k INTEGER PRIMARY KEY, other)").unwrap();
    connection.execute_batch(sql).unwrap();
    connection
}

#[test]
fn a_key_is_there_or_it_is_not() {
    let connection =
        table("INSERT INTO t (k) VALUES (-9223372036854775808), (-1), (0), (1), (5), (9223372036854775807)");
    let keys = Keys::read(&connection, "t", "k").unwrap().unwrap();
    assert_eq!(keys.runs, [(i64::MIN, i64::MIN), (-1, 1), (5, 5), (i64::MAX, i64::MAX)]);
    assert_eq!(keys.count(), 6);
    let there = [i64::MIN, -1, 0, 1, 5, i64::MAX];
    let gone = [i64::MIN + 1, -2, 2, 4, 6, i64::MAX - 1];
    assert!(there.iter().all(|&key| keys.contains(key)) && !gone.iter().any(|&key| keys.contains(key)));
    let none = Keys::read(&table(""), "t", "k").unwrap().unwrap();
    assert!(none.count() == 0 && !none.contains(0));
}

#[test]
fn what_cannot_be_kept_is_not() {
    for (what, sql, column) in [
        ("a text", "INSERT INTO t (other) VALUES (1), ('2')", "other"),
        ("nothing", "INSERT INTO t (other) VALUES (1), (NULL)", "other"),
        ("no order", "INSERT INTO t (other) VALUES (2), (1)", "other"),
        ("one twice", "INSERT INTO t (other) VALUES (2), (2)", "other"),
    ] {
        assert_eq!(Keys::read(&table(sql), "t", column).unwrap(), None, "{what}");
    }
    let scattered = |many: usize| {
        let sql = format!(
            "WITH RECURSIVE n (k) AS (SELECT 2 UNION ALL SELECT k + 2 FROM n LIMIT {many}) INSERT INTO t (k) SELECT k FROM n"
        );
        Keys::read(&table(&sql), "t", "k").unwrap().map(|keys| keys.count())
    };
    assert_eq!((scattered(MOST_RUNS), scattered(MOST_RUNS + 1)), (Some(MOST_RUNS as u64), None));
}

#[test]
fn they_are_read_once() {
    let (connection, keyring) = (table("INSERT INTO t (k) VALUES (1), (2)"), Keyring::default());
    assert_eq!(keyring.count("t"), None);
    let keys = keyring.of(&connection, "t", "k").unwrap().unwrap();
    connection.execute("DELETE FROM t", []).unwrap();
    assert!(Arc::ptr_eq(&keys, &keyring.of(&connection, "t", "k").unwrap().unwrap()));
    assert_eq!(keyring.count("t"), Some(2));
}
