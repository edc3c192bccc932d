//! Every way in which a tree can change, once: a walk with a memory sees what a walk without one sees.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::WalkMemory;
use crate::files::{Files, StoredFiles};
use crate::walk::{Walk, WalkOptions, walk, walk_again};

const TREE: &[&str] = &[
    "a/one",
    "a/two",
    "a/deep/er/three",
    "b/four",
    "b/x.log",
    "c/d/five",
    ".hidden/six",
    "top",
    "empty.log",
];

/// So late that nothing is too young.
const LATER: i64 = i64::MAX;

fn lay_out() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for path in TREE {
        write(dir.path(), path);
    }
    fs::write(dir.path().join(".gitignore"), "*.log\n").unwrap();
    dir
}

fn write(root: &Path, path: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

fn git(root: &Path, args: &[&str]) {
    let out = Command::new("git").args(args).current_dir(root).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn again(root: &Path, options: &WalkOptions, memory: WalkMemory) -> Walk {
    walk_again(root, options, Some(memory), &AtomicBool::new(false), &|_| {}).unwrap()
}

/// What a walk leaves for the next one.
fn memory_of(walk: &Walk, now_ns: i64) -> WalkMemory {
    memory_with(walk, now_ns, stored(walk, &[]))
}

fn memory_with(walk: &Walk, now_ns: i64, files: Arc<Files>) -> WalkMemory {
    let mut memory = WalkMemory::new("drift", now_ns);
    let mut dirs = walk.dirs.clone();
    dirs.sort_by(|a, b| a.path.cmp(&b.path));
    dirs.iter().for_each(|dir| memory.directory(&dir.path, dir.rules, dir.evidence));
    memory.files(files);
    memory
}

/// The files of a walk, and others beside them.
fn stored(walk: &Walk, others: &[&str]) -> Arc<Files> {
    let mut stored = StoredFiles::default();
    walk.files.iter().for_each(|file| stored.push(file.path.as_bytes(), file.stat));
    others.iter().for_each(|path| stored.push(path.as_bytes(), walk.files.stat(0)));
    Arc::new(stored.finish())
}

fn shown(walk: &Walk) -> Vec<String> {
    walk.files.iter().map(|file| format!("{} {:?} {:?}", file.path, file.kind, file.stat)).collect()
}

/// How many directories are believed.
fn trusted(walk: &Walk) -> usize {
    walk.dirs.iter().filter(|dir| dir.evidence.is_some()).count()
}

/// Checks a walk after `change`, with the options of the second walk.
#[track_caller]
fn check_with(later: &WalkOptions, change: impl FnOnce(&Path)) {
    let dir = lay_out();
    let root = dir.path();
    check_at(root, later, change);
}

#[track_caller]
fn check_at(root: &Path, later: &WalkOptions, change: impl FnOnce(&Path)) {
    let options = WalkOptions::default();
    let first = again(root, &options, WalkMemory::new("drift", LATER));
    assert!(trusted(&first) >= 3, "{:?}", first.dirs);
    // Time stamps of the kernel are a few milliseconds coarse.
    std::thread::sleep(Duration::from_millis(20));
    change(root);
    let second = told(again(root, later, memory_of(&first, LATER)), &first);
    let plain = walk(root, later, &AtomicBool::new(false), &|_| {}).unwrap();
    assert_eq!(shown(&second), shown(&plain));
    assert_eq!(second.problems, plain.problems);
    let third = told(again(root, later, memory_of(&second, LATER)), &second);
    assert_eq!(shown(&third), shown(&plain));
    let sorted = |walk: &Walk| {
        let mut dirs = walk.dirs.clone();
        dirs.sort_by(|a, b| a.path.cmp(&b.path));
        dirs
    };
    assert_eq!(sorted(&third), sorted(&second));
}

/// A walk with its directories, which are those `before` where it says so.
fn told(walk: Walk, before: &Walk) -> Walk {
    match walk.is_as_remembered {
        true => Walk { dirs: before.dirs.clone(), ..walk },
        false => walk,
    }
}

#[test]
fn a_walk_says_whether_all_is_as_remembered() {
    let dir = lay_out();
    let options = WalkOptions::default();
    let first = again(dir.path(), &options, WalkMemory::new("drift", LATER));
    assert!(!first.is_as_remembered);
    assert!(again(dir.path(), &options, memory_of(&first, LATER)).is_as_remembered);
    // A directory that nobody knows the way to was not looked at.
    let mut memory = memory_of(&first, LATER);
    memory.directory(b"gone/below", 0, Some([0; 16]));
    assert!(!again(dir.path(), &options, memory).is_as_remembered);
    std::thread::sleep(Duration::from_millis(20));
    fs::remove_dir_all(dir.path().join("b")).unwrap();
    assert!(!again(dir.path(), &options, memory_of(&first, LATER)).is_as_remembered);
}

#[track_caller]
fn check(change: impl FnOnce(&Path)) {
    check_with(&WalkOptions::default(), change);
}

fn set_back(path: &Path, change: impl FnOnce()) {
    let modified = path.metadata().unwrap().modified().unwrap();
    change();
    fs::File::open(path).unwrap().set_modified(modified).unwrap();
}

#[test]
fn files_that_come_go_or_change() {
    check(|_| {});
    check(|root| write(root, "a/new"));
    check(|root| write(root, "a/deep/er/new/and/newer"));
    check(|root| fs::remove_file(root.join("a/one")).unwrap());
    check(|root| fs::write(root.join("a/one"), "longer").unwrap());
    check(|root| fs::rename(root.join("a/one"), root.join("a/uno")).unwrap());
    check(|root| fs::rename(root.join("a/one"), root.join("c/d/one")).unwrap());
    check(|root| fs::rename(root.join("a/one"), root.join("a/ONE")).unwrap());
    check(|root| fs::remove_dir_all(root.join("a")).unwrap());
    check(|root| fs::create_dir(root.join("a/nothing")).unwrap());
}

#[test]
fn a_time_that_is_set_back_hides_nothing() {
    check(|root| set_back(&root.join("a"), || write(root, "a/new")));
    check(|root| set_back(&root.join("a"), || fs::remove_file(root.join("a/two")).unwrap()));
    check(|root| set_back(&root.join("a/one"), || fs::write(root.join("a/one"), "y").unwrap()));
}

#[test]
fn what_takes_the_place_of_something_else() {
    check(|root| {
        fs::remove_file(root.join("a/one")).unwrap();
        write(root, "a/one/inside");
    });
    check(|root| {
        fs::remove_dir_all(root.join("a/deep")).unwrap();
        write(root, "a/deep");
    });
    check(|root| {
        fs::rename(root.join("a/deep"), root.join("a/moved")).unwrap();
        symlink("moved", root.join("a/deep")).unwrap();
    });
    check(|root| {
        fs::remove_file(root.join("a/one")).unwrap();
        symlink("two", root.join("a/one")).unwrap();
    });
    check(|root| {
        // Another directory, of the same names and times, under the old name.
        let copied = Command::new("cp").arg("-a").args([root.join("a"), root.join("copy")]).status().unwrap();
        assert!(copied.success());
        fs::write(root.join("copy/one"), "longer").unwrap();
        fs::rename(root.join("a"), root.join("old")).unwrap();
        fs::rename(root.join("copy"), root.join("a")).unwrap();
    });
    check(|root| {
        fs::rename(root.join("a"), root.join("t")).unwrap();
        fs::rename(root.join("b"), root.join("a")).unwrap();
        fs::rename(root.join("t"), root.join("b")).unwrap();
    });
}

#[test]
fn another_workspace_that_appears_or_goes() {
    check(|root| fs::create_dir(root.join("a/.drift")).unwrap());
    check(|root| fs::create_dir(root.join("a/deep/.drift")).unwrap());
    let dir = lay_out();
    fs::create_dir(dir.path().join("a/.drift")).unwrap();
    check_at(dir.path(), &WalkOptions::default(), |root| fs::remove_dir(root.join("a/.drift")).unwrap());
}

#[test]
fn rules_that_change_at_any_level() {
    check(|root| fs::write(root.join(".gitignore"), "").unwrap());
    check(|root| fs::write(root.join(".gitignore"), "one\n!x.log\n").unwrap());
    check(|root| fs::remove_file(root.join(".gitignore")).unwrap());
    check(|root| fs::write(root.join("b/.gitignore"), "!x.log\nfour\n").unwrap());
    check(|root| fs::write(root.join("a/deep/.gitignore"), "er\n").unwrap());
    check(|root| fs::write(root.join(".driftignore"), "a/*\n!a/one\n").unwrap());
    check(|root| fs::create_dir(root.join("b/.git")).unwrap());
    let dir = lay_out();
    fs::write(dir.path().join("b/.gitignore"), "!x.log\n").unwrap();
    check_at(dir.path(), &WalkOptions::default(), |root| {
        let file = root.join("b/.gitignore");
        set_back(&file, || fs::write(&file, "!y.log\n").unwrap());
    });
}

#[test]
fn rules_of_the_caller_and_of_git_that_change() {
    check_with(&WalkOptions { ignore: vec!["a/one".into()], ..WalkOptions::default() }, |_| {});
    let excludes = tempfile::NamedTempFile::new().unwrap();
    fs::write(excludes.path(), "two\n").unwrap();
    let default_excludes = Some(excludes.path().to_path_buf());
    check_with(&WalkOptions { default_excludes, ..WalkOptions::default() }, |_| {});
    let dir = lay_out();
    git(dir.path(), &["init", "-q"]);
    check_at(dir.path(), &WalkOptions::default(), |root| {
        fs::write(root.join(".git/info/exclude"), "four\n").unwrap();
    });
}

#[test]
fn what_git_tracks_though_it_is_hidden() {
    let dir = lay_out();
    git(dir.path(), &["init", "-q"]);
    check_at(dir.path(), &WalkOptions::default(), |root| {
        git(root, &["add", "-f", "b/x.log", ".hidden", ".gitignore"]);
    });
    check_at(dir.path(), &WalkOptions::default(), |root| git(root, &["rm", "-q", "--cached", "b/x.log"]));
    check_at(dir.path(), &WalkOptions::default(), |root| write(root, ".hidden/untracked"));
}

#[test]
fn names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let odd = |root: &Path| root.join(std::ffi::OsStr::from_bytes(b"a/\xff"));
    check(|root| fs::create_dir(odd(root)).unwrap());
    let dir = lay_out();
    fs::create_dir(odd(dir.path())).unwrap();
    fs::write(odd(dir.path()).join("f"), "").unwrap();
    check_at(dir.path(), &WalkOptions::default(), |root| fs::remove_file(odd(root).join("f")).unwrap());
}

#[test]
fn what_is_remembered_counts_for_the_same_drift_and_not_too_soon() {
    let dir = lay_out();
    let options = WalkOptions::default();
    let first = again(dir.path(), &options, WalkMemory::new("drift", LATER));
    let other = again(dir.path(), &options, WalkMemory::new("another", LATER));
    assert_ne!(first.dirs[0].evidence, None);
    for dir in &first.dirs {
        let same = other.dirs.iter().find(|other| other.path == dir.path).unwrap();
        assert_ne!(same.evidence, dir.evidence);
    }
    // Everything was written at most a tenth of a second before the root.
    let root = dir.path().metadata().unwrap();
    let young = again(dir.path(), &options, WalkMemory::new("drift", root.ctime() * 1_000_000_000));
    assert_eq!(trusted(&young), 0);
    let plain = walk(dir.path(), &options, &AtomicBool::new(false), &|_| {}).unwrap();
    assert_eq!(plain.dirs, []);
}

#[test]
fn names_that_nobody_saw_are_not_believed() {
    let dir = lay_out();
    let options = WalkOptions::default();
    let first = again(dir.path(), &options, WalkMemory::new("drift", LATER));
    let memory = memory_with(&first, LATER, stored(&first, &["b/x.log", "nowhere/at/all"]));
    assert_eq!(shown(&again(dir.path(), &options, memory)), shown(&first));
}

/// What a walk over `root` sees that remembers all of an earlier one, and whether it made another table of it.
#[track_caller]
fn check_table(root: &Path, is_same: bool, change: impl FnOnce()) {
    let options = WalkOptions::default();
    let first = again(root, &options, WalkMemory::new("drift", LATER));
    std::thread::sleep(Duration::from_millis(20));
    change();
    let files = stored(&first, &[]);
    let second = again(root, &options, memory_with(&first, LATER, Arc::clone(&files)));
    assert_eq!(shown(&second), shown(&walk(root, &options, &AtomicBool::new(false), &|_| {}).unwrap()));
    assert_eq!(Arc::ptr_eq(&second.files, &files), is_same, "{:?}", shown(&second));
}

#[test]
fn a_tree_that_is_the_same_has_the_table_that_was_stored() {
    check_table(lay_out().path(), true, || {});
    let tracking = || {
        let dir = lay_out();
        git(dir.path(), &["init", "-q"]);
        git(dir.path(), &["add", "-f", "b/x.log", ".hidden", ".gitignore", "top"]);
        dir
    };
    let dir = tracking();
    let at = |path: &str| dir.path().join(path);
    check_table(dir.path(), true, || {});
    check_table(dir.path(), true, || fs::write(at("empty.log"), "longer").unwrap());
    check_table(dir.path(), true, || write(dir.path(), ".hidden/untracked"));
    for path in ["a/one", ".gitignore", "b/x.log", ".hidden/six"] {
        check_table(dir.path(), false, || fs::write(at(path), "*.log\nlonger").unwrap());
    }
    check_table(dir.path(), false, || git(dir.path(), &["add", "-f", "empty.log"]));
    check_table(dir.path(), false, || git(dir.path(), &["rm", "-qf", "--cached", "b/x.log"]));
    check_table(dir.path(), false, || fs::remove_file(at(".hidden/six")).unwrap());
    check_table(dir.path(), false, || fs::remove_file(at(".git/index")).unwrap());
    let dir = tracking();
    check_table(dir.path(), false, || fs::write(dir.path().join(".driftignore"), ".hidden\n").unwrap());
    let dir = tracking();
    symlink("top", dir.path().join("link")).unwrap();
    check_table(dir.path(), false, || {});
}

#[test]
fn what_is_tracked_of_drifts_own_is_told_by_every_walk() {
    let dir = lay_out();
    for path in [".drift/x", "a/.drift-backups/y"] {
        write(dir.path(), path);
    }
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "-f", "."]);
    let options = WalkOptions::default();
    let first = again(dir.path(), &options, WalkMemory::new("drift", LATER));
    let second = again(dir.path(), &options, memory_of(&first, LATER));
    for walk in [&first, &second] {
        let own: Vec<String> = walk.tracked_own.iter().map(ToString::to_string).collect();
        assert_eq!(own, [".drift/x", "a/.drift-backups/y"]);
    }
    assert!(second.is_as_remembered);
}
