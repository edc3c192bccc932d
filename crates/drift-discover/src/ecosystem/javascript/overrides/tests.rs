use super::{name_and_range, split_parent, yarn_parts};

#[test]
fn selectors_of_pnpm() {
    assert_eq!(split_parent("a>b"), Some(("a", "b")));
    assert_eq!(split_parent("@s/a@1>@s/b@^2"), Some(("@s/a@1", "@s/b@^2")));
    assert_eq!(split_parent("a@>1"), None);
    assert_eq!(split_parent("a@^1 || >3"), None);
    assert_eq!(split_parent("a@>1>b"), Some(("a@>1", "b")));
    assert_eq!(split_parent("é>b"), Some(("é", "b")));
}

#[test]
fn names_keep_their_scope() {
    let split = |text: &str| {
        let (name, range) = name_and_range(text);
        format!("{name} {}", range.unwrap_or_default())
    };
    assert_eq!(split("a"), "a ");
    assert_eq!(split("a@^1"), "a ^1");
    assert_eq!(split("@s/a"), "@s/a ");
    assert_eq!(split("@s/a@npm:1"), "@s/a npm:1");
    assert_eq!(split("é@1"), "é 1");
    assert_eq!(split(""), " ");
}

#[test]
fn patterns_of_yarn() {
    assert_eq!(yarn_parts("a"), ["a"]);
    assert_eq!(yarn_parts("@s/a/b"), ["@s/a", "b"]);
    assert_eq!(yarn_parts("a/@s/b@npm:^1"), ["a", "@s/b@npm:^1"]);
    assert_eq!(yarn_parts("**/a/**/b"), ["**", "a", "**", "b"]);
    assert_eq!(yarn_parts("@s"), ["@s"]);
    assert_eq!(yarn_parts("@s/"), ["@s/"]);
    assert_eq!(yarn_parts("a@patch:a@npm%3A1#./x/y"), ["a@patch:a@npm%3A1#./x/y"]);
}
