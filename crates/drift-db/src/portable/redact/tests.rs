use super::{Places, json, text};

fn places() -> Places {
    Places::new(Some("/home/joe/work/shop"), Some("/home/joe"))
}

fn check(given: &str, expected: &str) {
    let places = places();
    assert_eq!(text(given, &places), expected);
    assert_eq!(text(expected, &places), expected, "a second time");
}

#[test]
fn places_become_relative() {
    check("see /home/joe/work/shop/src/a.rs:3", "see ./src/a.rs:3");
    check("file:/home/joe/work/shop", "file:.");
    check("in /home/joe/.cache and '/home/ann/x'", "in ~/.cache and '~/x'");
    check("/Users/ann/x C:\\Users\\ann\\x", "~/x ~\\x");
    check("/home/joe/work/shopping", "~/work/shopping");
    check("/srv/home/joe, /home, ./home/joe", "/srv/home/joe, /home, ./home/joe");
}

#[test]
fn credentials_go() {
    check("git+https://joe:pw@example.com/a.git", "git+https://example.com/a.git");
    check("https://example.com/@scope/a and a@b.c", "https://example.com/@scope/a and a@b.c");
    check("key ghp_0123456789abcdefghijABCDEFGHIJ012345.", "key [redacted].");
    check("AKIAIOSFODNN7EXAMPLE", "[redacted]");
    check("a task-force, sk-learn, npm_config_registry", "a task-force, sk-learn, npm_config_registry");
    check("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- x", "[redacted] x");
    check("-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----");
}

#[test]
fn other_text_stays_as_it_is() {
    for same in ["", "é", "//", "a://b", "C:", "/", "\\", "naïve — ~/x", "-----BEGIN "] {
        check(same, same);
    }
}

#[test]
fn a_provenance_loses_who_and_where() {
    let given = r#"{"tool":"agent","Host":"joes-laptop","at":{"user":"joe","file":"/home/joe/x"},"n":[1]}"#;
    assert_eq!(json(given, &places()), r#"{"tool":"agent","at":{"file":"~/x"},"n":[1]}"#);
    assert_eq!(json("joe's laptop", &places()), "{}");
}

#[test]
fn the_top_of_a_file_system_is_no_place() {
    assert_eq!(text("/a /b", &Places::new(Some("/"), None)), "/a /b");
}
