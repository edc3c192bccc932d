use super::RepoPath;

#[test]
fn joins_by_name_and_never_leaves_the_root() {
    let base = RepoPath::new("packages/core").unwrap();
    let shown = |rel: &str| base.join(rel).map(|p| p.to_string());
    assert_eq!(shown("../ui/./src/"), Some("packages/ui/src".into()));
    assert_eq!(shown("../.."), Some(".".into()));
    assert_eq!(shown("../../.."), None);
    assert_eq!(shown("/etc"), None);
}

#[test]
fn strips_whole_parts_only() {
    let path = RepoPath::new("packages/core").unwrap();
    assert_eq!(path.strip_prefix(&RepoPath::root()), Some(&b"packages/core"[..]));
    assert_eq!(path.strip_prefix(&RepoPath::new("packages").unwrap()), Some(&b"core"[..]));
    assert_eq!(path.strip_prefix(&path), Some(&b""[..]));
    assert!(!path.starts_with(&RepoPath::new("pack").unwrap()));
}

#[test]
fn shows_bytes_that_are_not_text() {
    let path = RepoPath::new(b"a\xff/b").unwrap();
    assert_eq!(path.display(), "a\\xFF/b");
    assert_eq!(path.as_str(), None);
}

#[test]
fn lists_ancestors_up_to_the_root() {
    let shown: Vec<_> = RepoPath::new("a/b").unwrap().ancestors().map(|p| p.to_string()).collect();
    assert_eq!(shown, ["a/b", "a", "."]);
}
