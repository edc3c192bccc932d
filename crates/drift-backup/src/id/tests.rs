use super::{SnapshotId, Wanted, wanted};

#[test]
fn an_id_is_time_and_random_digits() {
    let id = SnapshotId::new("2026-11-22T20:15:30.9Z".parse().unwrap(), 0x1_7f3a);
    assert_eq!(id.as_str(), "20261122T201530Z-7f3a");
    assert_eq!(SnapshotId::parse(id.as_str()), Some(id));
}

#[test]
fn only_the_exact_form_parses() {
    for text in [
        "",
        "x",
        "20261122T201530Z-7f3",
        "20261122T201530Z-7F3A",
        "20261122T201530Z-7f3a/",
        "../20261122T201530Z-7f",
    ] {
        assert_eq!(SnapshotId::parse(text), None, "{text}");
    }
}

#[test]
fn what_a_user_writes_is_told_apart() {
    assert_eq!(wanted("latest"), Some(Wanted::Latest(0)));
    assert_eq!(wanted("latest~3"), Some(Wanted::Latest(3)));
    assert_eq!(wanted("20261"), Some(Wanted::Prefix("20261")));
    for text in
        ["", "../x", "/etc", "a\\b", "latest~", "latest~-1", "latest~x", ".", "C:", "20261122T201530Z-7f3a\0"]
    {
        assert_eq!(wanted(text), None, "{text:?}");
    }
}
