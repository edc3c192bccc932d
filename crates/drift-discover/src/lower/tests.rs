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
