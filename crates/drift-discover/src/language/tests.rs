use std::fs;
use std::sync::atomic::AtomicBool;

use super::{BY_EXTENSION, BY_NAME, fill, language_of};
use crate::graph::{Ecosystem, Project, ProjectGraph, ProjectId};
use crate::owner::Owners;
use crate::path::RepoPath;
use crate::walk::{WalkOptions, walk};

#[test]
fn names_tell_the_language() {
    for (name, expected) in [
        ("a.rs", Some("Rust")),
        ("A.TSX", Some("TypeScript")),
        ("x.d.ts", Some("TypeScript")),
        ("Dockerfile", Some("Dockerfile")),
        ("CMakeLists.txt", Some("CMake")),
        ("notes.txt", Some("Text")),
        (".rs", None),
        ("rs", None),
        ("a.", None),
        ("a.unknown", None),
    ] {
        assert_eq!(language_of(name.as_bytes()), expected, "{name}");
    }
}

#[test]
fn the_tables_are_sorted() {
    assert!(BY_EXTENSION.is_sorted_by(|a, b| a.0 < b.0));
    assert!(BY_NAME.is_sorted_by(|a, b| a.0 < b.0));
    assert!(BY_EXTENSION.iter().all(|row| row.0.len() <= super::MAX_EXTENSION));
}

/// The languages of the root project and of `sub`, for the given files.
#[track_caller]
fn check(files: &[&str], root: &[&str], sub: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("sub")).unwrap();
    for file in files {
        fs::write(dir.path().join(file), "").unwrap();
    }
    let project = |path: &str| Project {
        id: ProjectId(format!("npm:{path}")),
        name: None,
        version: None,
        ecosystem: Ecosystem::of("npm"),
        path: RepoPath::new(path).unwrap(),
        manifest: RepoPath::new(path).unwrap(),
        workspace: None,
        private: false,
        languages: Vec::new(),
        frameworks: Vec::new(),
        external: Vec::new(),
    };
    let mut graph = ProjectGraph { projects: vec![project("."), project("sub")], ..ProjectGraph::default() };
    let walked = walk(dir.path(), &WalkOptions::default(), &AtomicBool::new(false), &|_| {}).unwrap();
    let owners = Owners::new(&graph);
    fill(&mut graph, &walked.files, &owners);
    assert_eq!(graph.projects[0].languages, root);
    assert_eq!(graph.projects[1].languages, sub);
}

#[test]
fn a_project_has_the_languages_of_its_own_files() {
    let files = ["package.json", "README.md", "index.ts", "style.css", "sub/main.go", "sub/go.mod"];
    check(&files, &["CSS", "TypeScript"], &["Go"]);
}

#[test]
fn headers_are_c_unless_a_language_shares_them() {
    check(&["a.h", "b.cpp", "sub/a.h"], &["C++"], &["C"]);
    check(&["a.h", "b.cpp", "c.c"], &["C", "C++"], &[]);
}
