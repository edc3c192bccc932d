use super::*;

/// Follows `log`, and compares what is wrong; all files named in it exist at the end.
#[track_caller]
fn check(log: &str, expected: &[&str]) {
    let mut trace = Trace::new(Path::new("/t"));
    for call in calls(log) {
        trace.follow(&call);
    }
    assert_eq!(trace.finish(&|_| true), expected);
}

#[test]
fn a_durable_write_is_fine() {
    check(
        "\
1 openat(AT_FDCWD</t>, \"a.tmp\", O_RDWR|O_CREAT, 0600) = 3</t/a.tmp>
1 write(3</t/a.tmp>, \"x, 4</t/b>\", 1) = 1
1 fsync(3</t/a.tmp>) = 0
1 rename(\"/t/a.tmp\", \"/t/a\") = 0
1 fsync(4</t>) = 0
",
        &[],
    );
}

#[test]
fn each_missing_sync_is_found() {
    check(
        "\
1 openat(AT_FDCWD</t>, \"a.tmp\", O_RDWR|O_CREAT, 0600) = 3</t/a.tmp>
1 fsync(3</t/a.tmp>) = 0
1 write(3</t/a.tmp>, \"x\", 1 <unfinished ...>
2 fsync(4</t>) = 0
1 <... write resumed>) = 1
1 renameat(AT_FDCWD</t>, \"a.tmp\", AT_FDCWD</t>, \"a\") = 0
1 openat(AT_FDCWD</t>, \"/t/sub/new\", O_RDWR|O_CREAT, 0600) = 5</t/sub/new>
1 pwrite64(5</t/sub/new>, \"x\", 1, 0) = 1
",
        &[
            "renameat /t/a.tmp to /t/a: not synced since its last write",
            "the folder of /t/a is not synced after the rename",
            "/t/sub/new is left with writes that were not synced",
            "the folder of the new file /t/sub/new is not synced",
        ],
    );
}

#[test]
fn what_failed_vanished_or_is_exempt_does_not_count() {
    check(
        "\
1 openat(AT_FDCWD</t>, \"/t/x\", O_RDWR|O_CREAT, 0600) = -1 ENOENT (No such file or directory)
1 openat(AT_FDCWD</t>, \"/t/a.db-wal\", O_RDWR|O_CREAT, 0600) = 5</t/a.db-wal>
1 write(5</t/a.db-wal>, \"x\", 1) = 1
1 openat(AT_FDCWD</t>, \"/t/gone\", O_RDWR|O_CREAT, 0600) = 6</t/gone>
1 write(6</t/gone>, \"x\", 1) = 1
1 unlink(\"/t/gone\") = 0
1 openat(AT_FDCWD</t>, \"/else/a\", O_RDWR|O_CREAT, 0600) = 7</else/a>
1 write(7</else/a>, \"x\", 1) = 1
",
        &[],
    );
}
