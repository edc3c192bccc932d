use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Tracks, Unusual, each_tracked};

fn git(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    let out = command.args(args).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

const NAMES: [&str; 7] =
    ["a", "a b/c", "a-b", "a/b/a-name-of-30-characters-or-so", "a/b/c", "é", "z/aaaaaaaa"];

fn repository(init: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &[&["init", "-q"], init].concat());
    for name in NAMES {
        // `a` cannot be a file and a directory.
        let path = dir.path().join(if name == "a" { "a.file" } else { name });
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    git(dir.path(), &["add", "."]);
    dir
}

fn listed(top: &Path) -> Result<Vec<String>, Unusual> {
    let mut paths = Vec::new();
    let mut sink = |path: &[u8], tracks| {
        let mark = if tracks == Tracks::Submodule { "@" } else { "" };
        paths.push(String::from_utf8_lossy(path).into_owned() + mark);
    };
    each_tracked(top, &mut sink).map(|()| paths)
}

/// What git itself lists.
fn expected(top: &Path) -> Vec<String> {
    let out = Command::new("git").args(["ls-files", "-z"]).current_dir(top).output().unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    out.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_version_lists_what_git_lists() {
    for version in ["2", "3", "4"] {
        let dir = repository(&[]);
        git(dir.path(), &["update-index", "--index-version", version]);
        assert_eq!(listed(dir.path()).unwrap(), expected(dir.path()), "version {version}");
        assert_eq!(expected(dir.path()).len(), NAMES.len());
        // Flags of the extended kind, and an entry without content.
        fs::write(dir.path().join("later"), "").unwrap();
        git(dir.path(), &["add", "-N", "later"]);
        git(dir.path(), &["update-index", "--skip-worktree", "a-b"]);
        git(dir.path(), &["commit", "-qm", "one"]);
        assert_eq!(listed(dir.path()).unwrap(), expected(dir.path()), "version {version}, extended");
    }
}

#[test]
fn a_linked_work_tree_has_its_own() {
    let dir = repository(&[]);
    git(dir.path(), &["commit", "-qm", "one"]);
    let other = tempfile::tempdir().unwrap();
    let linked = other.path().join("tree");
    git(dir.path(), &["worktree", "add", "-q", linked.to_str().unwrap()]);
    git(&linked, &["rm", "-q", "--cached", "a-b"]);
    assert_eq!(listed(&linked).unwrap().len(), NAMES.len() - 1);
    assert_eq!(listed(&linked).unwrap(), expected(&linked));
}

#[test]
fn submodules_are_marked() {
    let dir = repository(&[]);
    git(
        dir.path(),
        &["update-index", "--add", "--cacheinfo", "160000,8badf00d8badf00d8badf00d8badf00d8badf00d,m"],
    );
    assert!(listed(dir.path()).unwrap().contains(&"m@".to_owned()));
}

#[test]
fn nothing_is_tracked_before_anything_was_added() {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    assert_eq!(listed(dir.path()).unwrap(), [""; 0]);
}

#[test]
fn what_is_unusual_is_left_to_git() {
    let split = repository(&[]);
    git(split.path(), &["update-index", "--split-index"]);
    assert_eq!(listed(split.path()), Err(Unusual));
    let sha256 = repository(&["--object-format=sha256"]);
    assert_eq!(listed(sha256.path()), Err(Unusual));
    assert_eq!(listed(tempfile::tempdir().unwrap().path()), Err(Unusual));
}

#[test]
fn damage_is_an_error_and_no_path_leaves_the_tree() {
    let dir = repository(&[]);
    let index = dir.path().join(".git/index");
    let good = fs::read(&index).unwrap();
    for cut in [0, 3, 12, 40, 80, good.len() - 21] {
        fs::write(&index, &good[..cut]).unwrap();
        assert_eq!(listed(dir.path()), Err(Unusual), "cut at {cut}");
    }
    let mut many = good.clone();
    many[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
    fs::write(&index, &many).unwrap();
    assert_eq!(listed(dir.path()), Err(Unusual));
    let mut outside = good.clone();
    let at = good.windows(3).position(|name| name == b"a-b").unwrap();
    outside[at..at + 3].copy_from_slice(b"../");
    fs::write(&index, &outside).unwrap();
    assert_eq!(listed(dir.path()).unwrap().len(), NAMES.len() - 1);
}
