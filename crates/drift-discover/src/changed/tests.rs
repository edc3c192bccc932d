use std::path::Path;

use super::{SHARE, first_changed, is_plain};
use crate::files::Stat;
use crate::path::RepoPath;
use crate::tree::input_stat;

/// `count` files, as they are now.
fn tree(count: usize) -> (tempfile::TempDir, Vec<Vec<u8>>, Vec<Option<Stat>>) {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<Vec<u8>> = (0..count).map(|at| format!("d{}/f{at}", at % 7).into_bytes()).collect();
    (0..7).for_each(|at| fs_err::create_dir(dir.path().join(format!("d{at}"))).unwrap());
    paths
        .iter()
        .for_each(|path| fs_err::write(dir.path().join(std::str::from_utf8(path).unwrap()), "x").unwrap());
    let stats = paths.iter().map(|path| input_stat(dir.path(), &RepoPath::new(path).unwrap())).collect();
    (dir, paths, stats)
}

fn changed(root: &Path, paths: &[Vec<u8>], stats: &[Option<Stat>]) -> Option<usize> {
    first_changed(root, paths.len(), &|at| &paths[at], &|at, now| now == stats[at])
}

#[test]
fn the_first_of_many_is_told_whoever_finds_it() {
    for count in [0, 1, SHARE * 5] {
        let (dir, paths, stats) = tree(count);
        assert_eq!(changed(dir.path(), &paths, &stats), None, "{count}");
        let mut wanted = None;
        // From the back, so that each is the first by then.
        for at in [count.saturating_sub(1), count / 2, count / 3].into_iter().filter(|at| *at < count) {
            fs_err::write(dir.path().join(std::str::from_utf8(&paths[at]).unwrap()), "longer").unwrap();
            wanted = Some(at);
            assert_eq!(changed(dir.path(), &paths, &stats), wanted);
        }
        if let Some(last) = wanted {
            fs_err::remove_file(dir.path().join(std::str::from_utf8(&paths[last]).unwrap())).unwrap();
            assert_eq!(changed(dir.path(), &paths, &stats), wanted);
        }
    }
}

#[test]
fn what_was_absent_may_stay_absent() {
    let (dir, mut paths, mut stats) = tree(1);
    paths.extend([b"none".to_vec(), b"d0".to_vec(), b"d0/f0/below".to_vec()]);
    stats.resize(4, None);
    assert_eq!(changed(dir.path(), &paths, &stats), None);
    fs_err::write(dir.path().join("none"), "").unwrap();
    assert_eq!(changed(dir.path(), &paths, &stats), Some(1));
    assert_eq!(changed(&dir.path().join("gone"), &paths[1..2], &stats[1..2]), None);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_as_a_manifest_is_read() {
    let (dir, paths, _) = tree(1);
    std::os::unix::fs::symlink(dir.path().join("d0/f0"), dir.path().join("link")).unwrap();
    let target = input_stat(dir.path(), &RepoPath::new(&paths[0]).unwrap());
    assert_eq!(changed(dir.path(), &[b"link".to_vec()], &[target]), None);
}

#[test]
fn only_what_lies_below_the_root_is_plain() {
    for path in ["a", "a/b.json", "..a/b..", "grün/漢字"] {
        assert!(is_plain(path.as_bytes()), "{path}");
    }
    for path in ["", "/a", "a/", "a//b", "a/../b", ".", "./a", "..", "a\0b"] {
        assert!(!is_plain(path.as_bytes()), "{path}");
    }
}
