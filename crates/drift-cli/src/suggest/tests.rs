use super::nearest;

fn check(given: &str, candidates: &[&str], expected: Option<&str>) {
    assert_eq!(nearest(given, candidates.iter().copied()), expected, "{given}");
}

#[test]
fn the_nearest_wins_and_strangers_are_not_suggested() {
    let keys = ["backup.auto", "backup.retention", "db.startup_check", "scan.exclude"];
    check("backup.atuo", &keys, Some("backup.auto"));
    check("Backup.Retention", &keys, Some("backup.retention"));
    check("db.startupcheck", &keys, Some("db.startup_check"));
    check("zzz", &keys, None);
    check("", &keys, None);
    check("x", &[], None);
}

#[test]
fn the_last_part_of_a_name_stands_for_it() {
    let names = ["@shop/web", "org.shop:catalog", "web-admin"];
    check("web", &names, Some("@shop/web"));
    check("catlog", &names, Some("org.shop:catalog"));
    check("web-admn", &names, Some("web-admin"));
}
