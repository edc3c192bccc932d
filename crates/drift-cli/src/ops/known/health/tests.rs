use jiff::{SignedDuration, Timestamp};

use super::{Facts, Health, Trouble, judge};

fn days_ago(days: i64) -> Option<Timestamp> {
    Some(now() - SignedDuration::from_hours(24 * days))
}

fn now() -> Timestamp {
    "2026-11-22T20:15:30Z".parse().unwrap()
}

fn sound() -> Facts {
    Facts { created: days_ago(100), scanned: days_ago(1), backed_up: days_ago(1), ..Facts::default() }
}

fn check(facts: Facts, health: Health, codes: &[&str]) {
    let (found, reasons) = judge(&facts, now());
    assert_eq!(
        (found, reasons.iter().map(|reason| reason.code).collect::<Vec<_>>()),
        (health, codes.to_vec())
    );
}

#[test]
fn what_was_just_made_is_healthy() {
    check(sound(), Health::Healthy, &[]);
    check(Facts { created: days_ago(1), backed_up: None, ..sound() }, Health::Healthy, &[]);
}

#[test]
fn what_should_be_done_is_a_warning() {
    let codes = ["workspace.other", "schema.pending", "check.failed", "scan.old", "backup.old"];
    let facts = Facts {
        other: true,
        old_schema: true,
        gate_failed: true,
        scanned: days_ago(31),
        backed_up: days_ago(31),
        ..sound()
    };
    check(facts, Health::Warning, &codes);
    check(
        Facts { scanned: None, backed_up: None, ..sound() },
        Health::Warning,
        &["scan.none", "backup.none"],
    );
}

#[test]
fn what_is_broken_is_critical_whatever_else() {
    let damaged = Some(Trouble::Damaged("drift.db is missing or empty".into()));
    check(Facts { trouble: damaged, old_schema: true, ..sound() }, Health::Critical, &["db.damaged"]);
    let facts = Facts { interrupted: Some("restore"), gate_failed: true, ..sound() };
    check(facts, Health::Critical, &["intent.pending", "check.failed"]);
}

#[test]
fn what_cannot_be_looked_at_is_unknown() {
    for (trouble, code) in [
        (Trouble::Gone, "workspace.gone"),
        (Trouble::Busy, "workspace.busy"),
        (Trouble::Newer, "schema.newer"),
        (Trouble::Unreadable("no".into()), "workspace.unreadable"),
    ] {
        check(Facts { trouble: Some(trouble), ..Facts::default() }, Health::Unknown, &[code]);
    }
}
