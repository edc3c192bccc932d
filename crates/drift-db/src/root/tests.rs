use std::path::Path;

use super::{canonical, choose_root, find_workspace};

fn tree(dirs: &[&str]) -> (tempfile::TempDir, std::path::PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    for dir in dirs {
        fs_err::create_dir_all(temp.path().join(dir)).unwrap();
    }
    let root = canonical(temp.path()).unwrap();
    (temp, root)
}

fn found(root: &Path, start: &str, home: Option<&str>) -> Option<String> {
    let home = home.map(|home| root.join(home));
    let found = find_workspace(&root.join(start), home.as_deref()).unwrap()?;
    Some(found.strip_prefix(root).unwrap().display().to_string())
}

#[test]
fn the_nearest_workspace_wins_and_backups_alone_are_one() {
    let (_temp, root) = tree(&["a/.drift", "a/b/.drift-backups", "a/b/c", "a/d"]);
    assert_eq!(found(&root, "a/b/c", None), Some("a/b".into()));
    assert_eq!(found(&root, "a/d", None), Some("a".into()));
}

#[test]
fn the_home_directory_ends_the_search() {
    let (_temp, root) = tree(&[".drift", "home/.drift", "home/repo"]);
    assert_eq!(found(&root, "home/repo", Some("home")), None);
    assert_eq!(found(&root, "home", Some("home")), None);
}

#[test]
fn a_file_in_place_of_the_directory_is_no_marker() {
    let (_temp, root) = tree(&["a/.drift", "a/b"]);
    fs_err::write(root.join("a/b/.drift"), "").unwrap();
    assert_eq!(found(&root, "a/b", None), Some("a".into()));
}

#[test]
fn init_stays_in_the_git_work_tree() {
    let (_temp, root) =
        tree(&["outer/.drift", "outer/repo/.git", "outer/repo/pkg", "outer/plain/dir", "x/y"]);
    let chosen = |start: &str| {
        choose_root(&root.join(start), None).unwrap().strip_prefix(&root).unwrap().display().to_string()
    };
    assert_eq!(chosen("outer/repo/pkg"), "outer/repo");
    assert_eq!(chosen("outer/plain/dir"), "outer");
    assert_eq!(chosen("x/y"), "x/y");
}
