use super::*;

fn check(changelog: &str, expected: &str) {
    let told = match told_of("1.2.0", changelog) {
        Ok(Verdict::Passed) => "passed".to_owned(),
        Ok(Verdict::Todo(what)) => format!("to do: {what}"),
        Ok(Verdict::Skipped(why)) => format!("skipped: {why}"),
        Err(error) => error.to_string(),
    };
    assert!(told.starts_with(expected), "{told} for {changelog:?}");
}

#[test]
fn a_changelog_tells_of_the_version() {
    check("# C\n\n## [1.2.0] - 2026-11-23\n\n- a\n", "passed");
    check(
        "# C\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-23\n\n### Added\n\n- a\n\n## [1.1.0] - x\n",
        "passed",
    );
    check("# C\n\n## [1.2.0]\n\n- a\n", "CHANGELOG.md has no date");
    check("# C\n\n## [1.2.0] - 2026-11-23\n\n## [1.1.0] - 2026-01-01\n\n- a\n", "CHANGELOG.md says nothing");
    check("# C\n\n## [Unreleased]\n\n- a\n", "to do: call [Unreleased]");
    check("# C\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-01\n\n- a\n", "CHANGELOG.md has neither");
    check("", "CHANGELOG.md has neither");
}

#[test]
fn a_tag_is_a_version() {
    for (tag, expected) in [("1.2.0", true), ("1", true), ("1.2.0-rc.1", true), ("alpha", false), ("", false)]
    {
        assert_eq!(is_version(tag), expected, "{tag}");
    }
}
