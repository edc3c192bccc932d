use super::Exclusions;
use crate::options::DiscoverOptions;
use crate::path::RepoPath;

#[test]
fn fixture_like_directories_hide_what_is_below_and_itself() {
    let excluded = Exclusions::new(&DiscoverOptions::default());
    let hides = |path: &str| excluded.hides(&RepoPath::new(path).unwrap());
    assert!(hides("fixtures"));
    assert!(hides("Tests/Fixtures/app"));
    assert!(hides("a/__tests__/b"));
    assert!(hides("a/src/it/b"));
    assert!(hides("templates/app"));
    assert!(hides("a/node_modules/b"));
    assert!(!hides("src/italic"));
    assert!(!hides("it/src"));
    assert!(!hides(""));
}

#[test]
fn a_star_stays_within_its_name() {
    let fixture_dirs = vec!["sam*/d?ta".to_owned(), "[ab]x".to_owned()];
    let excluded = Exclusions::new(&DiscoverOptions { fixture_dirs, ..DiscoverOptions::default() });
    let hides = |path: &str| excluded.hides(&RepoPath::new(path).unwrap());
    assert!(hides("samples/data"));
    assert!(hides("x/sam/dota/y"));
    assert!(hides("x/ax"));
    assert!(!hides("samples/x/data"));
    assert!(!hides("sam/data2"));
    assert!(!hides("sam"));
    assert!(!hides("abx"));
}
