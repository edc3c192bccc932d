//! Values as people write them: what is accepted, what is printed, what is refused and in which words.

use super::*;

/// `text → printed`, or `text → error: …`, one line per case.
fn check<T: Scalar>(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let shown = match T::parse(text) {
            Ok(value) => {
                let printed = value.render();
                let again = T::parse(&printed).map(|value| value.render());
                assert_eq!(again.as_deref(), Ok(printed.as_str()), "{text:?} does not round-trip");
                printed
            }
            Err(message) => format!("error: {message}"),
        };
        assert_eq!(shown, *expected, "for {text:?}");
    }
}

#[test]
fn durations() {
    check::<HumanDuration>(&[
        ("7d", "7d"),
        ("2w", "14d"),
        ("90s", "1m30s"),
        ("1h30m", "1h30m"),
        (" 1 hour 30 min ", "1h30m"),
        ("36h", "1d12h"),
        ("250ms", "250ms"),
        ("0", "0s"),
        ("0d", "0s"),
        ("", "error: expected a duration such as \"7d\" or \"1h30m\", found nothing"),
        ("7", "error: 7 has no unit (ms, s, m, h, d or w)"),
        ("lots", "error: expected a number with a unit, found \"lots\""),
        ("-1d", "error: expected a number with a unit, found \"-1d\""),
        ("1.5h", "error: 1 is followed by a fraction; use a smaller unit"),
        ("3 months", "error: unknown unit \"months\" (use ms, s, m, h, d or w)"),
        ("1d2", "error: 2 has no unit (ms, s, m, h, d or w) in \"1d2\""),
        ("200000d", "error: the duration \"200000d\" is longer than a hundred years"),
        ("99999999999999999w", "error: the duration \"99999999999999999w\" is too long"),
        ("99999999999999999999s", "error: the number 99999999999999999999 is too large"),
    ]);
    let message = HumanDuration::from_integer(7).unwrap_err();
    assert_eq!(message, "the duration 7 has no unit; write \"7s\", \"7h\" or \"7d\"");
}

#[test]
fn sizes() {
    assert_eq!(ByteSize::parse("500MB"), Ok(ByteSize(500_000_000)));
    assert_eq!(ByteSize::parse("500MiB"), Ok(ByteSize(500 << 20)));
    check::<ByteSize>(&[
        ("500MB", "500MB"),
        ("500 mib", "500MiB"),
        ("1.5GiB", "1536MiB"),
        ("0.5kB", "500B"),
        ("2000MB", "2GB"),
        ("1234", "1234B"),
        ("0", "0B"),
        ("5M", "error: unknown unit \"M\" in \"5M\" (use B, kB, MB, GB, TB, KiB, MiB, GiB or TiB)"),
        ("MB", "error: expected a size such as \"500MB\" or \"2GiB\", found \"MB\""),
        ("", "error: expected a size such as \"500MB\" or \"2GiB\", found \"\""),
        ("-1MB", "error: expected a size such as \"500MB\" or \"2GiB\", found \"-1MB\""),
        ("0.1B", "error: 0.1 is no whole number of bytes in \"0.1B\""),
        ("1..2MB", "error: \"1..2\" is not a number in \"1..2MB\""),
        (".MB", "error: \".\" is not a number in \".MB\""),
        ("9999999TiB", "error: the size is too large in \"9999999TiB\""),
        (
            &format!("1.{}MB", "0".repeat(60)),
            &format!("error: \"1.{0}\" is not a number in \"1.{0}MB\"", "0".repeat(60)),
        ),
    ]);
    assert_eq!(ByteSize::from_integer(-1).unwrap_err(), "a size cannot be negative, found -1");
}

#[test]
fn limits_percentages_and_words() {
    check::<Limit<u32>>(&[
        ("unlimited", "unlimited"),
        ("Unlimited", "unlimited"),
        ("5", "5"),
        ("-1", "error: expected a whole number from 0 to 4294967295, found \"-1\", or \"unlimited\""),
    ]);
    check::<Limit<ByteSize>>(&[("unlimited", "unlimited"), ("2GB", "2GB")]);
    check::<Percent>(&[
        ("20", "20"),
        ("20%", "20"),
        ("0", "0"),
        ("100 %", "100"),
        ("101", "error: expected a whole number from 0 to 100, found 101"),
        ("some", "error: expected a whole number from 0 to 100, found \"some\""),
    ]);
    check::<StartupCheck>(&[
        ("quick", "quick"),
        ("AUTO", "auto"),
        (
            "quik",
            "error: expected one of \"auto\", \"quick\", \"header\", \"off\", found \"quik\"; did you mean \"quick\"?",
        ),
        ("zzz", "error: expected one of \"auto\", \"quick\", \"header\", \"off\", found \"zzz\""),
    ]);
}

/// They reach globset, the walk and git's command line, and may come with a clone.
#[test]
fn patterns_and_branches() {
    check::<Glob>(&[
        ("config/**", "config/**"),
        ("*.{js,ts}", "*.{js,ts}"),
        ("", "error: an empty glob matches nothing"),
        ("../x", "error: the glob \"../x\" leaves the workspace; globs are relative to its root"),
        ("/etc/*", "error: the glob \"/etc/*\" leaves the workspace; globs are relative to its root"),
        ("a[", "error: the glob \"a[\" is malformed: unclosed character class; missing ']'"),
    ]);
    check::<DirPattern>(&[
        ("src/test", "src/test"),
        ("template*", "template*"),
        ("", "error: expected a directory name such as \"fixtures\" or \"src/test\", found \"\""),
        ("a/../b", "error: expected a directory name such as \"fixtures\" or \"src/test\", found \"a/../b\""),
    ]);
    check::<BranchName>(&[
        ("main", "main"),
        ("", ""),
        ("release/1.x", "release/1.x"),
        ("--output=/tmp/x", "error: expected the name of a branch, found \"--output=/tmp/x\""),
        ("a..b", "error: expected the name of a branch, found \"a..b\""),
        ("a b", "error: expected the name of a branch, found \"a b\""),
        ("a\nb", "error: expected the name of a branch, found \"a\\nb\""),
    ]);
}
