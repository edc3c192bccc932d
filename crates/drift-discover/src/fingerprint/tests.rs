use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Changes, Hashing, Vouched, Work, fingerprint};
use crate::files::{Files, Stat, StoredFiles};
use crate::walk::{WalkOptions, walk};

const LATER: i64 = i64::MAX;

fn files_of(root: &Path) -> Arc<Files> {
    walk(root, &WalkOptions::default(), &AtomicBool::new(false), &|_| {}).unwrap().files
}

fn hashes(root: &Path, files: &Files, places: &[u32]) -> (Vec<(String, [u8; 32])>, usize) {
    let mut out = Vec::new();
    let mut sink = |found: super::Fingerprint| {
        out.push((files.path(found.file as usize).to_string(), found.hash));
    };
    let stop = AtomicBool::new(false);
    let work = Work { root, files, places, threads: 0, cancel: &stop, on: &|_| {} };
    let problems = fingerprint(work, &mut sink).unwrap();
    (out, problems.len())
}

fn tree() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("d")).unwrap();
    for name in ["a", "b", "d/c"] {
        fs::write(dir.path().join(name), name).unwrap();
    }
    dir
}

/// Compares a tree with what was stored of it after `change`.
fn compare(last_scan: i64, change: impl FnOnce(&mut Vec<(Vec<u8>, Stat)>)) -> Changes {
    let dir = tree();
    let files = files_of(dir.path());
    let mut rows: Vec<_> = files.iter().map(|file| (file.path.as_bytes().to_vec(), file.stat)).collect();
    change(&mut rows);
    let mut stored = StoredFiles::default();
    rows.iter().for_each(|(path, stat)| stored.push(path, *stat));
    Changes::between(&files, &stored.finish(), last_scan)
}

#[test]
fn hashes_come_in_path_order_and_are_right() {
    let dir = tree();
    let big = vec![7; (super::LARGE + 5) as usize];
    fs::write(dir.path().join("big"), &big).unwrap();
    let files = files_of(dir.path());
    let (found, problems) = hashes(dir.path(), &files, &[0, 1, 2, 3]);
    let expected = [("a", &b"a"[..]), ("b", b"b"), ("big", &big), ("d/c", b"d/c")]
        .map(|(path, content)| (path.to_owned(), *blake3::hash(content).as_bytes()));
    assert_eq!(found, expected);
    assert_eq!(problems, 0);
}

#[test]
fn what_is_as_stored_is_left_alone() {
    let changes = compare(LATER, |_| {});
    assert_eq!(changes, Changes { unchanged: 3, ..Changes::default() });
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let changes = compare(LATER, |rows| rows.reverse());
    assert_eq!(changes, Changes { unchanged: 3, ..Changes::default() });
}

#[test]
fn size_time_or_inode_each_tell_a_change() {
    let each: [fn(&mut Stat); 3] = [|stat| stat.size += 1, |stat| stat.mtime_ns -= 1, |stat| stat.inode += 1];
    for alter in each {
        let changes = compare(LATER, |rows| alter(&mut rows[1].1));
        assert_eq!((changes.changed, changes.unchanged), (vec![1], 2));
    }
}

#[test]
fn a_time_close_to_the_last_scan_is_not_trusted() {
    let mut newest = 0;
    let changes = compare(LATER, |rows| newest = rows.iter().map(|row| row.1.mtime_ns).max().unwrap());
    assert_eq!(changes.unchanged, 3);
    let changes = compare(newest, |_| {});
    assert_eq!(changes.changed, [0, 1, 2]);
}

#[test]
fn how_close_is_too_close_depends_on_how_finely_the_file_system_tells_time() {
    let scan = 1_700_000_010 * 1_000_000_000;
    for (mtime, expected) in [
        (scan + 1, true),
        (scan - 99_999_999, true),
        (scan - 100_000_001, false),
        (scan - 1_000_000_000, true),
        (scan - 2_000_000_000, true),
        (scan - 3_000_000_000, false),
    ] {
        assert_eq!(super::racy(mtime, scan), expected, "{mtime}");
    }
}

#[test]
fn added_and_removed_are_told_apart() {
    let changes = compare(LATER, |rows| rows[2].0 = b"d/cc".to_vec());
    assert_eq!(changes.added, [2]);
    assert_eq!(changes.removed[0].to_string(), "d/cc");
    assert_eq!(changes.unchanged, 2);
}

#[test]
fn a_file_that_vanished_is_left_out() {
    let dir = tree();
    let files = files_of(dir.path());
    fs::remove_file(dir.path().join("a")).unwrap();
    let (found, problems) = hashes(dir.path(), &files, &[0, 1]);
    assert_eq!((found.len(), problems), (1, 0));
}

#[cfg(unix)]
#[test]
fn a_link_is_its_target_and_a_fifo_never_waits() {
    let dir = tree();
    std::os::unix::fs::symlink("nowhere", dir.path().join("link")).unwrap();
    let files = files_of(dir.path());
    fs::remove_file(dir.path().join("a")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("a")).status().unwrap();
    assert!(made.success());
    let (found, problems) = hashes(dir.path(), &files, &[0, 3]);
    assert_eq!(found, [("link".to_owned(), *blake3::hash(b"nowhere").as_bytes())]);
    assert_eq!(problems, 0);
}

#[test]
fn hashing_that_nobody_waits_for_ends() {
    let dir = tree();
    let files = files_of(dir.path());
    // More batches than are kept waiting.
    let places: Vec<u32> =
        std::iter::repeat_n([0, 1, 2], super::BATCH * (super::AHEAD + 3)).flatten().collect();
    let (root, cancel) = (dir.path(), AtomicBool::new(false));
    let work = Work { root, files: &files, places: &places, threads: 2, cancel: &cancel, on: &|_| {} };
    std::thread::scope(|scope| drop(Hashing::start(scope, work, Vouched::default)));
}

#[test]
fn a_cancelled_hashing_has_no_result() {
    let dir = tree();
    let files = files_of(dir.path());
    let cancel = AtomicBool::new(true);
    let work =
        Work { root: dir.path(), files: &files, places: &[0], threads: 1, cancel: &cancel, on: &|_| {} };
    assert!(fingerprint(work, &mut |_| panic!("nothing is handed over")).is_err());
}
