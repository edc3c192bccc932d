use super::{DirFiles, FileKind, Files, Stat, join};
use crate::path::RepoPath;

fn files(paths: &[&str]) -> Files {
    let mut parts: Vec<DirFiles> = Vec::new();
    for path in paths {
        let (dir, name) = path.rfind('/').map_or(("", *path), |at| path.split_at(at + 1));
        let at = parts.iter().position(|part| *part.dir == *dir.as_bytes()).unwrap_or_else(|| {
            parts.push(DirFiles::new(dir.as_bytes()));
            parts.len() - 1
        });
        let stat = Stat { size: path.len() as u64, mtime_ns: 0, inode: 0 };
        parts[at].push(name.as_bytes(), stat, FileKind::Regular);
    }
    parts.iter_mut().for_each(DirFiles::seal);
    join(parts)
}

#[test]
fn rows_are_sorted_by_the_bytes_of_the_full_path() {
    let given = ["b/c/d", "a0", "a/x", "a-b", "b/c!", "b/cc", "z", "a/x.y/z", "a/x-", "deep/only/here"];
    let mut sorted = given;
    sorted.sort_unstable();
    let table = files(&given);
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
