use super::*;

#[test]
fn a_tree_is_the_same_every_time() {
    let make = || {
        let folder = tempfile::tempdir().expect("a folder");
        let files = tree(folder.path(), 400, 30).expect("a tree");
        let hashes: Vec<_> = files
            .iter()
            .map(|path| blake3::hash(&std::fs::read(folder.path().join(path)).expect("a listed file exists")))
            .collect();
        (files, hashes)
    };
    let first = make();
    assert_eq!(first, make());
    assert_eq!(first.0.len(), 400 + 9, "the packages, and what lies at the root");
}

#[test]
fn dependencies_point_to_earlier_packages_of_the_same_kind() {
    let manifests: String = (0..64).map(|number| package_files(number, 10).swap_remove(0).1).collect();
    for (number, word) in [(0, "workspace:*"), (2, "path = "), (4, "workspace = true"), (7, "v1.0.0")] {
        assert!(manifests.contains(word), "no dependency like that of package {number}");
    }
}

#[test]
fn a_tree_of_one_ecosystem_is_that_part_of_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = tree(&folder.path().join("whole"), 800, 20).expect("a tree");
    for (kind, roots) in [
        (Kind::Npm, &["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "turbo.json"][..]),
        (Kind::Cargo, &["Cargo.toml"]),
        (Kind::Python, &["pyproject.toml"]),
        (Kind::Go, &["go.work"]),
    ] {
        let part = only(&folder.path().join("part"), kind, 800, 20).expect("a tree");
        let below = format!("{}/", kind.folder());
        let is_part = |path: &String| {
            path.starts_with(&below)
                || roots.contains(&&**path)
                || [".gitignore", "README.md"].contains(&&**path)
        };
        let wanted: Vec<_> = whole.iter().filter(|path| is_part(path)).cloned().collect();
        assert_eq!(part, wanted, "{kind:?}");
    }
}
