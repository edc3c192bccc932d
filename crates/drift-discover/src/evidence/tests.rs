#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::time::Duration;

use super::{Look, evidence};
use crate::path::RepoPath;

/// Long after anything that a test writes.
const LATER: i64 = i64::MAX;

fn looks() -> Vec<Look> {
    let path = |text: &str| RepoPath::new(text).unwrap();
    vec![
        Look::Content(path("a/manifest")),
        Look::Content(path("a/none")),
        Look::Content(path("way/manifest")),
        Look::Entries(path("a")),
        Look::Entries(path("way")),
        Look::Target(path("way")),
    ]
}

/// Checks that the evidence differs, or not, once `change` was made to a small tree.
#[track_caller]
fn check(differs: bool, change: impl FnOnce(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for name in ["a", "b", "other"] {
        fs::create_dir(root.join(name)).unwrap();
        fs::write(root.join(name).join("manifest"), name).unwrap();
    }
    symlink("b", root.join("way")).unwrap();
    let before = evidence(root, &looks(), LATER).unwrap();
    // Time stamps of the kernel are a few milliseconds coarse.
    std::thread::sleep(Duration::from_millis(20));
    change(root);
    let after = evidence(root, &looks(), LATER).unwrap();
    assert_eq!(before != after, differs);
}

fn set_back(file: &Path, change: impl FnOnce()) {
    let modified = file.metadata().unwrap().modified().unwrap();
    change();
    File::open(file).unwrap().set_modified(modified).unwrap();
}

#[test]
fn it_differs_once_an_outcome_may_differ() {
    check(false, |_| {});
    check(false, |root| fs::write(root.join("other/new"), "").unwrap());
    check(true, |root| fs::write(root.join("a/manifest"), "longer").unwrap());
    check(true, |root| {
        let file = root.join("a/manifest");
        set_back(&file, || fs::write(&file, "z").unwrap());
    });
    check(true, |root| set_back(&root.join("a"), || fs::write(root.join("a/new"), "").unwrap()));
    check(true, |root| fs::remove_file(root.join("a/manifest")).unwrap());
    check(true, |root| fs::write(root.join("a/none"), "").unwrap());
    check(true, |root| fs::rename(root.join("a/manifest"), root.join("a/Manifest")).unwrap());
    check(true, |root| {
        fs::remove_file(root.join("a/manifest")).unwrap();
        fs::create_dir(root.join("a/manifest")).unwrap();
    });
    check(true, |root| {
        fs::rename(root.join("a"), root.join("gone")).unwrap();
        fs::rename(root.join("other"), root.join("a")).unwrap();
    });
    check(true, |root| {
        fs::rename(root.join("a"), root.join("c")).unwrap();
        symlink("c", root.join("a")).unwrap();
    });
}

#[test]
fn links_count_with_where_they_lead() {
    check(true, |root| {
        fs::remove_file(root.join("way")).unwrap();
        symlink("other", root.join("way")).unwrap();
    });
    check(true, |root| fs::write(root.join("b/manifest"), "longer").unwrap());
    check(true, |root| fs::rename(root.join("b"), root.join("gone")).unwrap());
}

#[test]
fn what_changed_just_now_or_lies_elsewhere_is_no_evidence() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("f"), "").unwrap();
    let look = [Look::Content(RepoPath::new("f").unwrap())];
    let written = dir.path().join("f").metadata().unwrap();
    let now = written.ctime() * 1_000_000_000 + written.ctime_nsec();
    assert_eq!(evidence(dir.path(), &look, now), None);
    assert!(evidence(dir.path(), &look, now + 3_000_000_000).is_some());
    if cfg!(target_os = "linux") {
        symlink("/proc/self/status", dir.path().join("elsewhere")).unwrap();
        let look = [Look::Content(RepoPath::new("elsewhere").unwrap())];
        assert_eq!(evidence(dir.path(), &look, LATER), None);
    }
}
