use super::*;

fn workspace(files: &[&str]) -> (tempfile::TempDir, WorkspacePaths) {
    let temp = tempfile::tempdir().unwrap();
    let paths = WorkspacePaths::new(drift_db::canonical(temp.path()).unwrap());
    for file in files {
        let file = paths.root().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "x").unwrap();
    }
    (temp, paths)
}

const ASIDE: &str = ".drift.deleted-20261122T201530Z-7f3a";

fn check(files: &[&str], removed: &[&str], kept: &[&str]) {
    let files: Vec<String> = files.iter().map(|file| format!("{ASIDE}/{file}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (_temp, paths) = workspace(&files);
    let done = finish_deletes(&paths).unwrap();
    assert_eq!(done.removed, removed);
    assert_eq!(done.kept, kept.iter().map(|name| format!("{ASIDE}/{name}")).collect::<Vec<_>>());
    assert_eq!(paths.root().join(ASIDE).exists(), !kept.is_empty());
    assert_eq!(finish_deletes(&paths).unwrap(), Removal::default());
}

#[test]
fn what_drift_makes_goes_and_the_rest_stays() {
    check(&["drift.db", ".gitignore"], &[".drift/drift.db"], &[]);
    check(
        &[
            ".gitignore",
            ".tmp-ab12",
            "cortex.db",
            "cortex.db-wal",
            "drift.db",
            "drift.db-journal",
            "intent.json",
            "tmp/20261122T201530Z-7f3a/drift.db",
            "workspace.lock",
            "workspace.lock.json",
            "writer.lock",
        ],
        &[
            ".drift/.tmp-ab12",
            ".drift/cortex.db",
            ".drift/cortex.db-wal",
            ".drift/drift.db",
            ".drift/drift.db-journal",
            ".drift/intent.json",
            ".drift/tmp",
            ".drift/workspace.lock",
            ".drift/workspace.lock.json",
            ".drift/writer.lock",
        ],
        &[],
    );
    check(
        &[".gitignore", "drift.db", "drift.db.old", "notes/a.txt", "workspace.lock.txt"],
        &[".drift/drift.db"],
        &["drift.db.old", "notes", "workspace.lock.txt"],
    );
}

#[test]
fn other_names_are_not_looked_at() {
    for dir in [".drift.deleted-mine", ".drift.deleted-", "drift.deleted-20261122T201530Z-7f3a", ".drift"] {
        let (_temp, paths) = workspace(&[&format!("{dir}/drift.db")]);
        assert_eq!(finish_deletes(&paths).unwrap(), Removal::default());
        assert!(paths.root().join(dir).join("drift.db").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_removed_and_not_followed() {
    let (_temp, paths) = workspace(&[&format!("{ASIDE}/drift.db"), "precious/a.txt"]);
    std::os::unix::fs::symlink(paths.root().join("precious"), paths.root().join(ASIDE).join("tmp")).unwrap();
    finish_deletes(&paths).unwrap();
    assert!(paths.root().join("precious/a.txt").exists());
    assert!(!paths.root().join(ASIDE).exists());
}
