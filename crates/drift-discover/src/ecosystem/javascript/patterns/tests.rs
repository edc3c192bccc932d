use proptest::prelude::*;

use super::{Patterns, Rule, first_beyond};
use crate::context::Context;
use crate::ecosystem::javascript::manifest::Forms;
use crate::options::DiscoverOptions;
use crate::path::RepoPath;
use crate::source::MemorySource;

const TREE: &str = "p/a p/b p/b/sub p/ab p/.hidden p/b/node_modules/x p/a/bower_components/y q/c .dot/d";

/// The directories of `tree` that `patterns` select, and the codes of the problems.
fn select(tree: &str, patterns: &[&str], rule: Rule) -> (Vec<String>, Vec<&'static str>) {
    let files = tree.split_whitespace().map(|dir| RepoPath::new(format!("{dir}/package.json")).unwrap());
    let source = MemorySource::new(files.map(|file| (file, b"{}".to_vec())));
    let options = DiscoverOptions::default();
    let context = Context::new(&source, &options, |_| true);
    let (base, file) = (RepoPath::root(), RepoPath::new("package.json").unwrap());
    let patterns = Patterns { list: patterns.to_vec(), rule, forms: Forms::Json, base: &base, file: &file };
    let dirs = patterns.members(&context).iter().map(|dir| dir.display().into_owned()).collect();
    (dirs, context.finish().1.iter().map(|problem| problem.code).collect())
}

#[track_caller]
fn check(patterns: &[&str], rule: Rule, expected: &str) {
    assert_eq!(select(TREE, patterns, rule).0.join(" "), expected, "{patterns:?} {rule:?}");
}

#[test]
fn one_pattern_means_the_same_to_all() {
    for rule in [Rule::Npm, Rule::Bun, Rule::Subtract, Rule::Prune, Rule::Each] {
        check(&["p/*"], rule, "p/a p/ab p/b");
        check(&["./p/{a,b}/"], rule, "p/a p/b");
        check(&["p/a?"], rule, "p/ab");
        check(&["p/[!a]*", "q/c"], rule, "p/b q/c");
        check(&["p/@(a|b)"], rule, "p/a p/b");
        check(&["p/.hidden", ".dot/*"], rule, ".dot/d p/.hidden");
        check(&["p/b/**"], rule, if rule == Rule::Prune { "p/b/sub" } else { "p/b p/b/sub" });
        check(
            &["p/*/**"],
            rule,
            if matches!(rule, Rule::Subtract) {
                "p/a p/ab p/b p/b/sub"
            } else {
                "p/a p/a/bower_components/y p/ab p/b p/b/sub"
            },
        );
        check(&["p/b/node_modules/*"], rule, "");
        check(&["p"], rule, "");
    }
    check(&["p/a/**"], Rule::Subtract, "p/a");
    check(&["p/a/**"], Rule::Npm, "p/a p/a/bower_components/y");
}

#[test]
fn npm_subtracts_what_no_later_pattern_takes_back() {
    check(&["p/*", "!p/b"], Rule::Npm, "p/a p/ab");
    check(&["!p/b", "p/*"], Rule::Npm, "p/a p/ab");
    check(&["p/*", "!p/*", "p/b"], Rule::Npm, "p/a p/ab p/b");
    check(&["p/*", "!p/b", "p/[b]"], Rule::Npm, "p/a p/ab");
    check(&["p/**", "!p/b/**", "p/b/sub"], Rule::Npm, "p/a p/a/bower_components/y p/ab p/b p/b/sub");
    // The pattern itself matches, so nothing of it is left.
    check(&["q/*", "p/*", "!p/?"], Rule::Npm, "q/c");
    // Two negations in a row are not both taken back.
    check(&["p/*", "!p/b", "!p/[b]", "p/b"], Rule::Npm, "p/a p/ab");
    check(&["/p/a", "p\\b", "!!q/*"], Rule::Npm, "p/a p/b q/c");
    check(&["p/**", "!p/b"], Rule::Npm, "p/a p/a/bower_components/y p/ab p/b/sub");
}

#[test]
fn bun_subtracts_from_wildcards_only() {
    check(&["p/*", "!p/b"], Rule::Bun, "p/a p/ab");
    check(&["!p/b", "p/*"], Rule::Bun, "p/a p/ab");
    check(&["p/*", "!p/*", "p/b"], Rule::Bun, "p/b");
    check(&["p/b", "!p/b"], Rule::Bun, "p/b");
    check(&["p/**", "!p/b/**", "p/b/*"], Rule::Bun, "p/a p/a/bower_components/y p/ab");
    check(&["p/*", "!/p/b"], Rule::Bun, "p/a p/ab p/b");
}

#[test]
fn a_slash_at_the_start_of_a_negation_is_another_path_except_to_npm() {
    for rule in [Rule::Bun, Rule::Subtract, Rule::Prune] {
        check(&["p/*", "!/p/b"], rule, "p/a p/ab p/b");
    }
    check(&["p/*", "!/p/b"], Rule::Npm, "p/a p/ab");
}

#[test]
fn pnpm_and_modern_yarn_subtract_every_negation() {
    for rule in [Rule::Subtract, Rule::Prune] {
        check(&["!p/b", "p/*"], rule, "p/a p/ab");
        check(&["p/*", "!p/b", "p/b"], rule, "p/a p/ab");
        check(
            &["**", "!**/b/**", "!q/*"],
            rule,
            if rule == Rule::Prune { "p/a p/a/bower_components/y p/ab" } else { "p/a p/ab" },
        );
        check(&["p/.hidden", "p/a", "!p/*"], rule, "");
    }
    check(&["p/**", "!p/b"], Rule::Subtract, "p/a p/ab p/b/sub");
    check(&["p/**", "!p/b"], Rule::Prune, "p/a p/a/bower_components/y p/ab");
    check(&["p/**", "!p/b*"], Rule::Prune, "p/a p/a/bower_components/y p/ab p/b/sub");
}

#[test]
fn yarn_1_knows_no_negation() {
    check(&["p/*", "!p/b"], Rule::Each, "p/a p/ab p/b");
}

#[test]
fn what_matches_nothing_is_a_problem() {
    let codes = |patterns: &[&str]| select(TREE, patterns, Rule::Subtract).1;
    assert_eq!(codes(&["p/*", "!nothing", "."]), Vec::<&str>::new());
    assert_eq!(codes(&["nothing/*"]), ["pattern.unmatched"]);
    assert_eq!(codes(&["p/gone"]), ["member.missing"]);
    assert_eq!(codes(&["../outside/*"]), ["pattern.unsupported"]);
    assert_eq!(codes(&["[[:alpha:]]/*"]), ["pattern.unsupported"]);
}

#[test]
fn lists_are_bounded() {
    let wild = vec!["a/*"; 1001];
    assert_eq!(first_beyond(&wild), Some(1000));
    assert_eq!(first_beyond(&vec!["!a"; 1001]), Some(1000));
    assert_eq!(first_beyond(&wild[..1000]), None);
    assert_eq!(first_beyond(&vec!["a"; 20_000]), None);
    assert_eq!(first_beyond(&vec!["a"; 20_001]), Some(20_000));
}

/// Whether `pattern`, with a `*` for a part at most, matches `dir` of two parts.
fn plain_match(pattern: &str, dir: &str) -> bool {
    pattern.split('/').zip(dir.split('/')).all(|(pattern, part)| pattern == "*" || pattern == part)
}

fn list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("!?[ab*]/[ab*]", 1..6)
}

proptest! {
    #[test]
    fn npm_and_bun_subtract_too(patterns in list()) {
        let list: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let of = |rule| select("a/a a/b b/a b/b", &list, rule).0;
        let (npm, bun) = (of(Rule::Npm), of(Rule::Bun));
        for dir in ["a/a", "a/b", "b/a", "b/b"] {
            let is = |negated: bool| list.iter().any(|pattern| {
                pattern.starts_with('!') == negated && plain_match(pattern.trim_start_matches('!'), dir)
            });
            let (in_npm, in_bun) = (npm.contains(&dir.to_owned()), bun.contains(&dir.to_owned()));
            prop_assert_eq!(in_bun, list.contains(&dir) || (is(false) && !is(true)));
            // npm agrees but for negations that are taken back, and patterns that go as a whole.
            prop_assert!(!in_npm || is(false));
            prop_assert!(list.iter().any(|pattern| pattern.starts_with('!')) || in_npm == is(false));
        }
    }

    #[test]
    fn negations_subtract_in_pnpm_and_yarn(patterns in list()) {
        let list: Vec<&str> = patterns.iter().map(String::as_str).collect();
        for rule in [Rule::Subtract, Rule::Prune] {
            let got = select("a/a a/b b/a b/b", &list, rule).0;
            for dir in ["a/a", "a/b", "b/a", "b/b"] {
                let is = |negated: bool| list.iter().any(|pattern| {
                    pattern.starts_with('!') == negated && plain_match(pattern.trim_start_matches('!'), dir)
                });
                prop_assert_eq!(got.contains(&dir.to_owned()), is(false) && !is(true));
            }
        }
    }

    #[test]
    fn yarn_1_takes_the_union(patterns in list()) {
        let list: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let got = select("a/a a/b b/a b/b", &list, Rule::Each).0;
        for dir in ["a/a", "a/b", "b/a", "b/b"] {
            prop_assert_eq!(got.contains(&dir.to_owned()), list.iter().any(|pattern| plain_match(pattern, dir)));
        }
    }
}
