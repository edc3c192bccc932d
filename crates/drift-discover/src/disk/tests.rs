use std::fs;

use tempfile::TempDir;

use super::DiskSource;
#[cfg(unix)]
use super::read_regular;
use crate::files::Files;
use crate::path::RepoPath;
use crate::source::{EntryKind, ReadError, Source};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn tree() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("a/.hidden")).unwrap();
    fs::write(dir.path().join("a/f"), "text").unwrap();
    dir
}

/// The names and kinds that a listing of `dir` shows.
fn listed(source: &DiskSource, dir: &str) -> String {
    let entries = source.list(&path(dir));
    let show = |kind| if kind == EntryKind::Dir { "/" } else { "" };
    let shown: Vec<_> = (entries.iter())
        .map(|entry| String::from_utf8_lossy(&entry.name).into_owned() + show(entry.kind))
        .collect();
    shown.join(" ")
}

#[test]
fn lists_everything_and_reads_what_is_small() {
    let (dir, files) = (tree(), Files::default());
    let source = DiskSource::new(dir.path(), &files);
    assert_eq!(listed(&source, "a"), ".hidden/ f");
    assert_eq!(listed(&source, "none"), "");
    assert!(source.is_dir(&path("a/.hidden")));
    assert_eq!(source.read(&path("a/f"), 4), Ok(b"text".to_vec()));
    assert_eq!(source.read(&path("a/f"), 3), Err(ReadError::TooLarge(4)));
    for absent in ["a", "a/none", "a/f/below", "none/x"] {
        assert_eq!(source.read(&path(absent), 9), Err(ReadError::Absent), "{absent}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_root_only() {
    use std::os::unix::fs::symlink;
    let (dir, outside, files) = (tree(), tempfile::tempdir().unwrap(), Files::default());
    fs::write(outside.path().join("secret"), "secret").unwrap();
    symlink(outside.path(), dir.path().join("out")).unwrap();
    symlink(outside.path().join("secret"), dir.path().join("secret")).unwrap();
    symlink("a", dir.path().join("in")).unwrap();
    symlink("f", dir.path().join("a/link")).unwrap();
    symlink("..", dir.path().join("a/up")).unwrap();
    symlink("loop", dir.path().join("loop")).unwrap();
    symlink("nowhere", dir.path().join("dead")).unwrap();
    let source = DiskSource::new(dir.path(), &files);
    assert_eq!(listed(&source, "."), "a/ in/");
    assert_eq!(listed(&source, "in"), ".hidden/ f link up/");
    assert_eq!(listed(&source, "out"), "");
    assert_eq!(source.read(&path("in/link"), 9), Ok(b"text".to_vec()));
    for refused in ["out/secret", "secret", "loop", "dead"] {
        assert_eq!(source.read(&path(refused), 9), Err(ReadError::Absent), "{refused}");
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_is_absent_and_never_waited_for() {
    let dir = tree();
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("p")).status().unwrap();
    assert!(made.success());
    assert_eq!(read_regular(&dir.path().join("p"), 9), Err(ReadError::Absent));
    let files = Files::default();
    assert!(!DiskSource::new(dir.path(), &files).is_file(&path("p")));
}
