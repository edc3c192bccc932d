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
