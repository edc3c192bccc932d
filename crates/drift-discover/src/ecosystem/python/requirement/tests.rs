use super::{Requirement, contradicts, normalise};

#[track_caller]
fn check(text: &str, expected: Option<(&str, &str, Option<&str>)>) {
    let got = Requirement::parse(text);
    let got = got.as_ref().map(|r| (r.name.as_str(), r.versions.as_str(), r.url.as_deref()));
    assert_eq!(got, expected, "{text}");
}

#[test]
fn reads_the_name_the_versions_and_the_url() {
    check("requests", Some(("requests", "", None)));
    check(" Foo_Bar [a, b] (>=1,<2) ; python_version < '3.11'", Some(("Foo_Bar", ">=1,<2", None)));
    check("a.b>=1; extra == 'x'", Some(("a.b", ">=1", None)));
    check("lib @ file:///x;y ; os_name == 'nt'", Some(("lib", "", Some("file:///x;y"))));
    check("mcp-types=={{ version }}", Some(("mcp-types", "=={{ version }}", None)));
    check("", None);
    check("{{ name }}", None);
    check("-e .", None);
    check("a[b", None);
}

#[test]
fn names_compare_normalised() {
    assert_eq!(normalise("Foo.-_Bar"), "foo-bar");
    assert_eq!(normalise("zope.interface"), "zope-interface");
}

#[test]
fn a_version_contradicts_only_what_can_be_compared() {
    assert!(contradicts(Some("1.0"), ">=2"));
    assert!(!contradicts(Some("2.1"), ">=2,<3"));
    assert!(!contradicts(Some("1.0"), "^2"));
    assert!(!contradicts(Some("odd version"), ">=2"));
    assert!(!contradicts(None, ">=2"));
    assert!(!contradicts(Some("1.0"), ""));
}
