use std::collections::HashMap;

use super::{ByDir, DirFiles, FileKind, Files, Gathered, Stat, StoredFiles};
use crate::path::RepoPath;

fn files(paths: &[&str]) -> Files {
    let mut parts: HashMap<&str, DirFiles> = HashMap::new();
    for path in paths {
        let (dir, name) = path.rfind('/').map_or(("", *path), |at| path.split_at(at + 1));
        let part = parts.entry(dir).or_insert_with(|| DirFiles::new(dir.as_bytes()));
        part.push(name.as_bytes(), stat(path), FileKind::Regular);
    }
    let mut gathered = Gathered::default();
    for mut part in parts.into_values() {
        part.sort();
        gathered.add(&part);
    }
    gathered.join()
}

fn stored(paths: &[&str]) -> Files {
    let mut stored = StoredFiles::default();
    paths.iter().for_each(|path| stored.push(path.as_bytes(), stat(path)));
    stored.finish()
}

fn stat(path: &str) -> Stat {
    Stat { size: path.len() as u64, mtime_ns: 0, inode: 0 }
}

fn shown(files: &Files) -> Vec<String> {
    files.iter().map(|file| format!("{} {}", file.path, file.stat.size)).collect()
}

const GIVEN: [&str; 10] =
    ["b/c/d", "a0", "a/x", "a-b", "b/c!", "b/cc", "z", "a/x.y/z", "a/x-", "deep/only/here"];

#[test]
fn rows_are_sorted_by_the_bytes_of_the_full_path() {
    let mut sorted = GIVEN;
    sorted.sort_unstable();
    let table = files(&GIVEN);
    let shown: Vec<String> = table.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(shown, sorted);
    for (at, path) in sorted.iter().enumerate() {
        assert_eq!(table.find(path.as_bytes()), Some(at));
        assert_eq!(table.stat(at).size, path.len() as u64);
    }
    for absent in ["", "a", "a/", "b/c", "zz", "a/x.y/", "b/c/d/e"] {
        assert_eq!(table.find(absent.as_bytes()), None, "{absent}");
    }
}

#[test]
fn a_file_named_twice_counts_once() {
    let table = files(&["a/b", "a/b"]);
    assert_eq!(table.len(), 1);
    assert_eq!(table.path(0), RepoPath::new("a/b").unwrap());
}

#[test]
fn a_row_stays_small() {
    assert!(size_of::<super::Row>() <= 40);
}

#[test]
fn stored_rows_make_the_same_table_in_any_order() {
    let mut sorted = GIVEN;
    sorted.sort_unstable();
    let expected = shown(&files(&GIVEN));
    for rows in [&GIVEN[..], &sorted, &[&sorted[..], &GIVEN].concat()] {
        assert_eq!(shown(&stored(rows)), expected, "{rows:?}");
    }
    // What a database holds need not be what a walk can see.
    let odd = ["", "a/", "a//b", "/"];
    assert_eq!(stored(&odd).find(b"a//b"), Some(3));
    assert_eq!(stored(&odd).len(), odd.len());
}

#[test]
fn each_directory_has_its_rows_and_they_join_to_the_whole() {
    let table = stored(&GIVEN);
    let by_dir = ByDir::new(&table);
    let mut gathered = Gathered::default();
    for (number, dir) in (0..).zip(table.dirs()) {
        let rows = by_dir.rows(number);
        assert!(rows.is_sorted() && rows.iter().all(|&row| table.split(row as usize).0 == dir), "{rows:?}");
        gathered.add_stored(&table, rows.iter().copied());
    }
    assert_eq!(shown(&gathered.join()), shown(&table));
}

#[test]
fn files_are_added_to_a_table_wherever_they_belong() {
    let mut sorted = GIVEN;
    sorted.sort_unstable();
    for rest in 0..sorted.len() {
        for count in 0..=sorted.len() - rest {
            let (more, mut some) = (&sorted[rest..rest + count], sorted.to_vec());
            some.drain(rest..rest + count);
            assert_eq!(shown(&files(&some).with(&files(more))), shown(&files(&GIVEN)), "{more:?}");
        }
        let every_other: Vec<&str> = sorted.iter().copied().skip(rest % 2).step_by(2).collect();
        let others: Vec<&str> = sorted.iter().copied().skip(1 - rest % 2).step_by(2).collect();
        assert_eq!(shown(&files(&others).with(&files(&every_other))), shown(&files(&GIVEN)));
    }
}
