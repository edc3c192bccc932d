use super::Owners;
use crate::graph::{Ecosystem, Project, ProjectGraph, ProjectId};
use crate::path::RepoPath;

fn graph(ids: &[(&'static str, &str)]) -> ProjectGraph {
    let project = |(ecosystem, path): &(&'static str, &str)| Project {
        id: ProjectId(format!("{ecosystem}:{path}")),
        name: None,
        version: None,
        ecosystem: Ecosystem::of(ecosystem),
        path: RepoPath::new(path).unwrap(),
        manifest: RepoPath::new(path).unwrap(),
        workspace: None,
        private: false,
        languages: Vec::new(),
        frameworks: Vec::new(),
        external: Vec::new(),
    };
    ProjectGraph { projects: ids.iter().map(project).collect(), ..ProjectGraph::default() }
}

#[track_caller]
fn check(ids: &[(&'static str, &str)], path: &str, expected: &[usize]) {
    assert_eq!(Owners::new(&graph(ids)).of(path.as_bytes()), expected, "{path}");
}

#[test]
fn the_deepest_directory_with_projects_owns_a_file() {
    let ids = [("cargo", "a/b"), ("npm", "."), ("npm", "a"), ("npm", "a/b")];
    check(&ids, "x", &[1]);
    check(&ids, "ab/x", &[1]);
    check(&ids, "a/x", &[2]);
    check(&ids, "a/b/c/d/x", &[0, 3]);
    check(&ids[..1], "a/x", &[]);
    check(&ids[..1], "x", &[]);
}
