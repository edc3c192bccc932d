use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::{Examined, Tree, TreeOptions, input_stat, read_tree};
use crate::files::Stat;

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn read(root: &Path) -> Tree {
    read_examining(root, Examined::Files)
}

fn read_examining(root: &Path, examined: Examined) -> Tree {
    read_tree(root, &TreeOptions::default(), examined, &AtomicBool::new(false), &|_| {}).unwrap()
}

#[test]
fn one_call_gives_files_projects_languages_and_inputs() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "Cargo.toml", "[workspace]\nmembers = ['a', '.hidden/b']\n");
    write(
        dir.path(),
        "a/Cargo.toml",
        "[package]\nname = 'a'\n[dependencies]\nb = { path = '../.hidden/b' }\n",
    );
    write(dir.path(), "a/src/lib.rs", "");
    write(dir.path(), "a/build.py", "");
    write(dir.path(), ".hidden/b/Cargo.toml", "[package]\nname = 'b'\n");
    let tree = read(dir.path());
    let paths: Vec<String> = tree.files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(paths, ["Cargo.toml", "a/Cargo.toml", "a/build.py", "a/src/lib.rs"]);
    let shown: Vec<String> =
        tree.graph.projects.iter().map(|p| format!("{} {}", p.id, p.languages.join("+"))).collect();
    assert_eq!(shown, ["cargo:.hidden/b ", "cargo:a Python+Rust"]);
    assert_eq!(tree.graph.edges.len(), 1);
    assert_eq!(tree.owners.of(b"a/src/lib.rs"), [1]);
    assert_eq!(tree.problems, []);
    for name in ["Cargo.toml", "a/Cargo.toml", ".hidden/b/Cargo.toml"] {
        let input = tree.inputs.iter().find(|input| input.path.as_bytes() == name.as_bytes()).unwrap();
        assert_eq!(input.stat, Some(Stat::of(&fs::metadata(dir.path().join(name)).unwrap())), "{name}");
        assert_eq!(input.stat, input_stat(dir.path(), &input.path));
    }
}

#[test]
fn problems_of_the_walk_and_of_manifests_come_together() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), ".gitignore", "a[z-a]\n");
    write(dir.path(), "x/Cargo.toml", "[package\n");
    let found: Vec<_> = read(dir.path()).problems.iter().map(|p| (p.file.to_string(), p.code)).collect();
    assert_eq!(
        found,
        [(".gitignore".to_owned(), "walk.unreadable"), ("x/Cargo.toml".to_owned(), "manifest.syntax")]
    );
}

#[test]
fn a_cancelled_reading_has_no_result() {
    let dir = tempfile::tempdir().unwrap();
    let (options, stop) = (TreeOptions::default(), AtomicBool::new(true));
    assert!(read_tree(dir.path(), &options, Examined::Files, &stop, &|_| {}).is_err());
}

#[test]
fn manifests_alone_are_examined_for_whoever_wants_the_projects() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "package.json", r#"{ "workspaces": ["a", "b"] }"#);
    write(dir.path(), "a/package.json", r#"{ "name": "a", "dependencies": { "b": "*" } }"#);
    write(dir.path(), "a/src/index.ts", "");
    write(dir.path(), "b/package.json", r#"{ "name": "b" }"#);
    write(dir.path(), "package-lock.json", "{}");
    #[cfg(unix)]
    std::os::unix::fs::symlink("index.ts", dir.path().join("a/src/link.ts")).unwrap();
    let (all, few) = (read(dir.path()), read_examining(dir.path(), Examined::Manifests));
    assert_eq!(few.graph, all.graph);
    assert_eq!(few.inputs, all.inputs);
    let files = |tree: &Tree| tree.files.iter().map(|file| (file.path, file.kind)).collect::<Vec<_>>();
    assert_eq!(files(&few), files(&all));
    let stat = |tree: &Tree, path: &str| tree.files.stat(tree.files.find(path.as_bytes()).unwrap());
    assert_eq!(stat(&few, "a/package.json"), stat(&all, "a/package.json"));
    assert_eq!(stat(&few, "a/src/index.ts"), Stat::UNSEEN);
}
