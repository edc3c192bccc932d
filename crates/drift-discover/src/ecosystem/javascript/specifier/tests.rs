use proptest::prelude::*;

use super::Specifier::{self, Catalog, Elsewhere, Path, Registry, Workspace};

#[test]
fn every_form() {
    let path = |text: &str| Path(text.to_owned());
    for (text, expected) in [
        ("workspace:*", Workspace { name: None, rest: "*" }),
        ("workspace:", Workspace { name: None, rest: "" }),
        ("workspace:a@^1", Workspace { name: Some("a"), rest: "^1" }),
        ("workspace:@s/a@*", Workspace { name: Some("@s/a"), rest: "*" }),
        ("workspace:./a", path("./a")),
        ("link:../a", path("../a")),
        ("file:a", path("a")),
        ("file:///../a", path("../a")),
        ("portal:..\\a b", path("../a b")),
        ("file:a.tar.gz", Elsewhere),
        ("file:C:\\a", Elsewhere),
        ("catalog:", Catalog("default")),
        ("catalog:ui ", Catalog("ui")),
        ("npm:a@1", Registry { name: Some("a"), range: "1" }),
        ("npm:@s/a@^1", Registry { name: Some("@s/a"), range: "^1" }),
        ("npm:a", Registry { name: Some("a"), range: "latest" }),
        ("npm:^1.0.0", Registry { name: None, range: "^1.0.0" }),
        (" ^1.0.0 ", Registry { name: None, range: "^1.0.0" }),
        ("next", Registry { name: None, range: "next" }),
        ("jsr:@s/a@1", Elsewhere),
        ("user/repo#main", Elsewhere),
        ("-", Elsewhere),
    ] {
        assert_eq!(Specifier::parse(text), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(workspace:|npm:|file:)?.{0,12}") {
        Specifier::parse(&text);
    }
}
