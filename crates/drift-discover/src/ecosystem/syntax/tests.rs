use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;
use crate::{Problem, discover};

/// The problems of a repository that holds `content` in `path` beside what makes drift read it.
fn problems(path: &str, content: String) -> Vec<Problem> {
    let file = |path: &str, content: String| (RepoPath::new(path).unwrap(), content.into_bytes());
    let mut files = vec![file("nx.json", "{}".into()), file("pnpm-workspace.yaml", "packages: [a]".into())];
    files.push(file(path, content));
    discover(&MemorySource::new(files), &DiscoverOptions::default()).problems
}

#[test]
fn deep_nesting_is_a_problem_and_no_crash() {
    for depth in [201, 1_000, 300_000] {
        let json = format!("{{\"x\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        let objects = "{\"x\":".repeat(depth) + "1" + &"}".repeat(depth);
        for path in ["a/package.json", "a/package.json5", "a/project.json", "rush.json", "a/package.yaml"] {
            for content in [&json, &objects] {
                let found = problems(path, content.clone());
                assert_eq!(
                    found.iter().filter(|problem| problem.code == "manifest.syntax").count(),
                    1,
                    "{path}"
                );
            }
        }
    }
}

#[test]
fn aliases_do_not_multiply() {
    let mut yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let row = vec![format!("*a{}", level - 1); 10].join(", ");
        yaml += &format!("a{level}: &a{level} [{row}]\n");
    }
    let found = problems("pnpm-workspace.yaml", yaml + "packages: *a11\n");
    assert!(found.iter().any(|problem| problem.code == "manifest.syntax"), "{found:?}");
}

#[test]
fn odd_content_is_a_problem_with_its_line() {
    let line = |path: &str, content: &str| problems(path, content.to_owned())[0].line;
    assert_eq!(line("a/package.json", "{\n\"name\": \"a\"\n\"version\": 1}"), Some(3));
    assert_eq!(line("a/package.json", ""), Some(1));
    assert_eq!(line("a/project.json", "{\n  // fine\n  name: 1}"), Some(3));
    assert_eq!(line("rush.json", "{\n\"a\"}"), Some(2));
    assert_eq!(line("a/package.yaml", "name: a\n- b"), Some(2));
}
