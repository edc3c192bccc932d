use proptest::prelude::*;

use super::super::version::{Prereleases, intersect, is_range, major, satisfies};

/// Checks which of `versions` satisfy `range`; those that must not are marked with `!`.
#[track_caller]
fn check(range: &str, versions: &str) {
    for version in versions.split_whitespace() {
        let (version, expected) =
            version.strip_prefix('!').map_or((version, true), |version| (version, false));
        assert_eq!(satisfies(version, range, Prereleases::OnlyNamed), expected, "{version} in `{range}`");
    }
}

#[test]
fn carets_and_tildes() {
    check("^1.2.3", "1.2.3 1.9.0 !1.2.2 !2.0.0 !1.3.0-beta !2.0.0-0");
    check("^0.2.3", "0.2.3 0.2.9 !0.3.0");
    check("^0.0.3", "0.0.3 !0.0.4");
    check("^0.0", "0.0.9 !0.1.0");
    check("^0", "0.9.0 !1.0.0");
    check("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 !1.2.3-beta.1 !1.2.4-beta.3");
    check("~1.2.3", "1.2.9 !1.3.0");
    check("~1", "1.9.9 !2.0.0");
    check("~> 1.2", "1.2.0 !1.3.0");
    check("^x", "0.0.0 9.9.9 !1.0.0-a");
}

#[test]
fn comparators_and_sets() {
    check(">=1.2.3 <2", "1.2.3 1.9.9 !2.0.0 !2.0.0-alpha");
    check("> 1", "2.0.0 !1.9.9");
    check(">1.2", "1.3.0 !1.2.9");
    check("<=1.2", "1.2.9 !1.3.0");
    check("<1.x", "0.9.9 !1.0.0");
    check("1.2.3", "1.2.3 v1.2.3 1.2.3+build !1.2.4");
    check("=1.x || >=3 <4 || 5.0.0", "1.0.0 3.9.9 5.0.0 !2.0.0 !5.0.1");
    check("1 - 2", "1.0.0 2.9.9 !3.0.0");
    check("1.2 - 2.3.4", "1.2.0 2.3.4 !2.3.5");
    check("1.2.3-a - 2", "1.2.3-b !1.2.4-b");
    // Contradictions hold for nothing.
    check("=2 =1", "!1.0.0 !2.0.0");
    check("2 - 1", "!1.0.0 !2.0.0");
    check("<*", "!0.0.0");
}

#[test]
fn everything_and_nothing() {
    check("", "1.0.0 !1.0.0-a");
    check("*", "1.0.0");
    check("||", "1.0.0");
    assert!(satisfies("1.0.0-a", "*", Prereleases::Included));
    for tag in ["latest", "next", "v", "1.2.3.4", "a b", "git", "99999999999999999999.0.0"] {
        assert!(!is_range(tag), "{tag}");
        check(tag, "!1.0.0");
    }
    // Loose, as npm is.
    check("1.2.3beta", "1.2.3-beta !1.2.3");
    check(">=1.0.0, <2", "1.5.0 !2.0.0");
    check("*", "!latest !1.0 !1");
}

#[test]
fn intersections_and_majors() {
    assert!(intersect("^1.2.0", ">=1.5"));
    assert!(!intersect("^1.2.0", "^2"));
    assert!(intersect("^9", "9.1.0"));
    assert!(!intersect("<1", ">=1"));
    assert!(intersect("*", "^3"));
    assert!(!intersect("latest", "^3"));
    assert_eq!(major("^8.1.0 || ^9"), Some(8));
    assert_eq!(major(">=10"), Some(10));
    assert_eq!(major("1.22.22"), Some(1));
    assert_eq!(major("stable"), None);
}

proptest! {
    #[test]
    fn no_text_panics(version in "[0-9.vx+a-]{0,12}", range in "[0-9.x*^~<>=| +a-]{0,16}") {
        satisfies(&version, &range, Prereleases::OnlyNamed);
        intersect(&version, &range);
    }
}
