use proptest::prelude::*;

use super::{Budget, Glob, GlobError, GlobOptions};
use crate::path::RepoPath;
use crate::source::{EntryKind, MemorySource, Source};

const NPM: GlobOptions = GlobOptions {
    dot: false,
    braces: true,
    extended: true,
    picomatch: false,
    escapes: true,
    never: &["node_modules"],
};

/// Checks that `pattern` matches exactly `expected` of the directories of a tree with the files `files`.
fn check(pattern: &str, options: GlobOptions, files: &str, expected: &str) {
    let source = tree(files);
    let found = Glob::new(pattern, options).unwrap().find(
        &source,
        &RepoPath::root(),
        EntryKind::Dir,
        &Budget::default(),
    );
    let found: Vec<_> = found.unwrap().iter().map(|path| path.display().into_owned()).collect();
    assert_eq!(found.join(" "), expected, "{pattern}");
}

fn tree(files: &str) -> MemorySource {
    MemorySource::new(files.split_whitespace().map(|path| (RepoPath::new(path).unwrap(), Vec::new())))
}

const TREE: &str = "packages/a/x packages/b/x packages/b/test/c/x packages/.hidden/x packages/a/node_modules/d/x \
                    apps/web/x apps/web-2/x .dot/e/x ünï/x readme";

#[test]
fn wildcards_and_globstars() {
    check("packages/*", NPM, TREE, "packages/a packages/b");
    check("./packages/*/", NPM, TREE, "packages/a packages/b");
    check("packages//a/.", NPM, TREE, "packages/a");
    check("packages/**", NPM, TREE, "packages packages/a packages/b packages/b/test packages/b/test/c");
    check("**/test/**", NPM, TREE, "packages/b/test packages/b/test/c");
    check("**/c", NPM, TREE, "packages/b/test/c");
    check("apps/web*", NPM, TREE, "apps/web apps/web-2");
    check("?n?", NPM, TREE, "ünï");
    check("", NPM, TREE, ".");
    check("**/**/c", NPM, TREE, "packages/b/test/c");
}

#[test]
fn dots_only_where_named_or_allowed() {
    check("packages/.*", NPM, TREE, "packages/.hidden");
    check(".dot/*", NPM, TREE, ".dot/e");
    check("packages/?hidden", NPM, TREE, "");
    check("packages/[.]hidden", NPM, TREE, "");
    check("packages/@(.hidden|a)", NPM, TREE, "packages/.hidden packages/a");
    check("packages/*", GlobOptions { dot: true, ..NPM }, TREE, "packages/.hidden packages/a packages/b");
}

#[test]
fn never_wins_over_a_named_directory() {
    check("packages/a/node_modules/*", NPM, TREE, "");
    check("packages/a/node_modules/*", GlobOptions { never: &[], ..NPM }, TREE, "packages/a/node_modules/d");
    assert!(!Glob::new("**", NPM).unwrap().is_match(b"a/node_modules/b"));
}

#[test]
fn braces() {
    check("{apps,packages}/*", NPM, TREE, "apps/web apps/web-2 packages/a packages/b");
    check("{apps/web,packages/{a,b/test}}", NPM, TREE, "apps/web packages/a packages/b/test");
    check("apps/web{,-2}", NPM, TREE, "apps/web apps/web-2");
    check("apps/web-{1..3}", NPM, TREE, "apps/web-2");
    check("packages/{a..c}", NPM, TREE, "packages/a packages/b");
    check("packages/{c..b}", NPM, TREE, "packages/b");
    check("packages/{a}", NPM, "packages/{a}/x packages/a/x", "packages/{a}");
    check("packages/\\{a,b\\}", NPM, "packages/{a,b}/x packages/a/x", "packages/{a,b}");
    check("{a,b}", GlobOptions { braces: false, ..NPM }, "{a,b}/x a/x", "{a,b}");
    let many = "{0..99}{0..99}";
    assert_eq!(Glob::new(many, NPM).unwrap_err(), GlobError::TooManyAlternatives);
}

#[test]
fn classes() {
    check("packages/[ab]", NPM, TREE, "packages/a packages/b");
    check("packages/[!a]", NPM, TREE, "packages/b");
    check("packages/[^b-z]", NPM, TREE, "packages/a");
    check("x[]]", NPM, "x]/f", "x]");
    check("x[", NPM, "x[/f", "x[");
    assert!(matches!(Glob::new("[[:alpha:]]", NPM), Err(GlobError::Unsupported(_))));
}

#[test]
fn extended_groups() {
    let files = "a/x ab/x abab/x b/x c/x";
    check("@(a|b)", NPM, files, "a b");
    check("?(a)b", NPM, files, "ab b");
    check("+(ab)", NPM, files, "ab abab");
    check("*(a|b)", NPM, files, "a ab abab b");
    check("!(a|b)", NPM, files, "ab abab c");
    check("!(a)*", NPM, files, "a ab abab b c");
    check("*", NPM, "(group)/x", "(group)");
    assert!(matches!(Glob::new("@(a/b)", NPM), Err(GlobError::Unsupported(_))));
}

#[test]
fn negated_groups_of_picomatch() {
    let picomatch = GlobOptions { picomatch: true, ..NPM };
    let files = "p/a/x p/ab/x p/b/x p/.c/x";
    check("p/!(a)", NPM, files, "p/ab p/b");
    check("p/!(a)", picomatch, files, "p/.c p/ab p/b");
    check("p/!(a)/", picomatch, files, "p/.c p/b");
    check("p/!(a)b", picomatch, files, "p/b");
}

#[test]
fn groups_and_classes_of_picomatch() {
    let picomatch = GlobOptions { picomatch: true, ..NPM };
    let files = "a/x b/x (a|b)/x (/x [ab]/x [a-b]/x";
    check("(a|b)", NPM, files, "(a|b)");
    check("(a|b)", picomatch, files, "a b");
    check("(", picomatch, files, "(");
    check("[ab]", NPM, files, "a b");
    check("[ab]", picomatch, files, "[ab] a b");
    check("[a-b]", picomatch, files, "a b");
}

#[test]
fn up_and_out() {
    let source = tree("base/x lib/a/x");
    let base = RepoPath::new("base").unwrap();
    let find = |pattern: &str| {
        Glob::new(pattern, NPM).unwrap().find(&source, &base, EntryKind::Dir, &Budget::default())
    };
    assert_eq!(find("../lib/*").unwrap().into_iter().next(), RepoPath::new("lib/a"));
    assert_eq!(find("x/../../lib").unwrap().into_iter().next(), RepoPath::new("lib"));
    assert_eq!(find("../../other").unwrap_err(), GlobError::Outside);
    assert!(!Glob::new("../lib", NPM).unwrap().is_match(b"lib"));
}

#[test]
fn names_that_are_not_utf8() {
    let source = MemorySource::new([(RepoPath::new(b"p/\xff\xfe/x").unwrap(), Vec::new())]);
    let found = |pattern: &str| {
        Glob::new(pattern, NPM)
            .unwrap()
            .find(&source, &RepoPath::root(), EntryKind::Dir, &Budget::default())
            .unwrap()
            .len()
    };
    assert_eq!(found("p/*"), 1);
    assert_eq!(found("p/??"), 1);
    assert_eq!(found("p/[!a][!a]"), 1);
    assert_eq!(found("p/?"), 0);
}

#[cfg(unix)]
#[test]
fn symlinks_are_entered_where_named_and_loops_end() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("real/sub")).unwrap();
    for name in ["loop", "again"] {
        std::os::unix::fs::symlink("..", dir.path().join("real").join(name)).unwrap();
    }
    let files = crate::files::Files::default();
    let source = crate::disk::DiskSource::new(dir.path(), &files);
    let find = |pattern: &str| {
        let found = Glob::new(pattern, NPM)
            .unwrap()
            .find(&source, &RepoPath::root(), EntryKind::Dir, &Budget::default())
            .unwrap();
        found.iter().map(|path| path.display().into_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(find("**"), ". real real/again real/loop real/sub");
    assert_eq!(find("real/*/real/sub"), "real/again/real/sub real/loop/real/sub");
    assert_eq!(find("real/loop/**/sub"), "real/loop/real/sub");
    assert_eq!(find("**/sub"), "real/sub");
}

#[test]
fn hostile_patterns_end() {
    let stars = "*a".repeat(500);
    assert!(!Glob::new(&stars, NPM).unwrap().is_match("a".repeat(255).as_bytes()));
    let nested = format!("{}a{}", "*(".repeat(8), ")".repeat(8));
    assert!(Glob::new(&nested, NPM).unwrap().is_match("a".repeat(255).as_bytes()));
    assert!(Glob::new(&"@(".repeat(2000), NPM).is_err());
    assert_eq!(Glob::new(&"a".repeat(5000), NPM).unwrap_err(), GlobError::TooLong);
    let deep = "a/".repeat(1000) + "x";
    assert!(
        Glob::new("**/x", NPM)
            .unwrap()
            .find(&tree(&deep), &RepoPath::root(), EntryKind::Dir, &Budget::default())
            .is_ok()
    );
    let _ = Glob::new(&"{a,".repeat(1000), NPM);
    assert!(Glob::new(&("{a,".repeat(1000) + &"}".repeat(1000)), NPM).is_err());
    let name = "ab".repeat(127);
    for kind in ["!", "*", "+", "?", "@"] {
        let nested = format!("{kind}(a").repeat(8) + "*b" + &")".repeat(8);
        let _ = Glob::new(&nested, NPM).unwrap().is_match(name.as_bytes());
    }
}

/// The textbook definition, by recursion over characters; exponential, for short inputs only. `**/` must be
/// written at the start of a part.
fn oracle(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', b'*', b'/', rest @ ..], _) => {
            oracle(rest, name) || skip_part(name).is_some_and(|name| oracle(pattern, name))
        }
        ([b'*', rest @ ..], _) => {
            oracle(rest, name) || (!name.is_empty() && name[0] != b'/' && oracle(pattern, &name[1..]))
        }
        ([b'?', rest @ ..], [c, tail @ ..]) => *c != b'/' && oracle(rest, tail),
        ([p, rest @ ..], [c, tail @ ..]) => p == c && oracle(rest, tail),
        _ => false,
    }
}

fn skip_part(name: &[u8]) -> Option<&[u8]> {
    let end = name.iter().position(|&b| b == b'/')?;
    Some(&name[end + 1..])
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![Just("**".to_owned()), "[ab?]{1,3}", "[ab]{0,2}\\*[ab]{0,2}"]
}

proptest! {
    #[test]
    fn matching_is_the_textbook_definition(
        parts in prop::collection::vec(part(), 0..4),
        last in "[ab?]{1,3}",
        name in "[ab]{1,3}(/[ab]{1,3}){0,3}",
    ) {
        let pattern = parts.iter().map(|part| format!("{part}/")).collect::<String>() + &last;
        let glob = Glob::new(&pattern, NPM).unwrap();
        prop_assert_eq!(glob.is_match(name.as_bytes()), oracle(pattern.as_bytes(), name.as_bytes()));
    }

    #[test]
    fn descending_finds_what_matching_accepts(
        files in prop::collection::vec("(\\.?[ab]{1,2}/){1,4}x", 1..12),
        parts in prop::collection::vec(part(), 1..4),
    ) {
        let source = tree(&files.join(" "));
        let pattern = parts.join("/");
        let glob = Glob::new(&pattern, NPM).unwrap();
        let found = glob.find(&source, &RepoPath::root(), EntryKind::Dir, &Budget::default()).unwrap();
        let all: std::collections::BTreeSet<_> = source.visible(&|_| true).iter().flat_map(|file| file.ancestors().skip(1)).collect();
        let expected: std::collections::BTreeSet<_> = all.into_iter().filter(|dir| glob.is_match(dir.as_bytes())).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn braces_are_the_union_of_their_choices(a in "[ab*]{1,3}", b in "[ab?]{1,3}", tail in "[ab]{0,2}", name in "[ab]{1,4}") {
        let is = |pattern: String| Glob::new(&pattern, NPM).unwrap().is_match(name.as_bytes());
        prop_assert_eq!(is(format!("{{{a},{b}}}{tail}")), is(format!("{a}{tail}")) || is(format!("{b}{tail}")));
    }

    #[test]
    fn no_pattern_panics(pattern in "[ab*?\\[\\]{},.!@+()|/\\\\-]{0,24}", name in ".{0,12}") {
        if let Ok(glob) = Glob::new(&pattern, NPM) {
            glob.is_match(name.as_bytes());
        }
    }
}

#[test]
fn the_patterns_of_one_manifest_share_a_budget() {
    let files =
        (0..400).map(|at| (RepoPath::new(format!("d{at}/{}/x", "a".repeat(200))).unwrap(), Vec::new()));
    let source = MemorySource::new(files);
    let budget = Budget { left: std::cell::Cell::new(3_000_000) };
    let slow = |at: usize| {
        let glob = Glob::new(&format!("**/{}b{at}", "*a".repeat(100)), NPM).unwrap();
        glob.find(&source, &RepoPath::root(), EntryKind::Dir, &budget)
    };
    let refused = (0..1000).find_map(|at| slow(at).err().map(|why| (at, why)));
    let (at, why) = refused.unwrap();
    assert_eq!(why, GlobError::TooMuchWork);
    assert!((2..20).contains(&at), "{at}");
    // Whoever comes later gets nothing either, and at once.
    assert_eq!(slow(0), Err(GlobError::TooMuchWork));
}
