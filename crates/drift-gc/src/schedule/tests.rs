use drift_backup::{SnapshotId, Tier};
use jiff::Timestamp;

use super::due_tier;
use crate::retention::{Candidate, RetentionPolicy};

fn check(monthly: u32, given: &[(&str, Tier)], want: Option<Tier>) {
    check_since("2026-01-01T00:00:00Z", monthly, given, want);
}

fn check_since(created_at: &str, monthly: u32, given: &[(&str, Tier)], want: Option<Tier>) {
    let now: Timestamp = "2026-11-22T20:15:30Z".parse().unwrap();
    let candidates: Vec<Candidate> = (given.iter())
        .map(|(at, tier)| {
            let created_at = at.parse().unwrap();
            Candidate {
                id: SnapshotId::new(created_at, 0),
                created_at,
                tier: *tier,
                reason: tier.reason(),
                pinned: false,
                verified: true,
                in_use: false,
                bytes: 1,
            }
        })
        .collect();
    let policy = RetentionPolicy { monthly, ..RetentionPolicy::default() };
    assert_eq!(due_tier(&candidates, &policy, created_at.parse().unwrap(), now), want);
}

#[test]
fn the_longest_tier_that_is_due_is_taken() {
    check(0, &[], Some(Tier::Weekly));
    check(1, &[], Some(Tier::Monthly));
    check(0, &[("2026-11-22T20:00:00Z", Tier::Manual)], Some(Tier::Weekly));
    check(0, &[("2026-11-21T20:15:30Z", Tier::Weekly)], Some(Tier::Daily));
    check(0, &[("2026-11-21T20:15:31Z", Tier::Weekly)], None);
    check(
        0,
        &[("2026-11-15T20:15:30Z", Tier::Weekly), ("2026-11-22T20:00:00Z", Tier::Daily)],
        Some(Tier::Weekly),
    );
    check(1, &[("2026-10-23T20:15:31Z", Tier::Monthly), ("2026-11-22T20:00:00Z", Tier::Weekly)], None);
    check(
        1,
        &[("2026-10-23T20:15:30Z", Tier::Monthly), ("2026-11-22T20:00:00Z", Tier::Weekly)],
        Some(Tier::Monthly),
    );
}

#[test]
fn a_young_workspace_has_nothing_to_lose_yet() {
    check_since("2026-11-22T20:00:00Z", 1, &[], None);
    check_since("2026-11-21T20:00:00Z", 1, &[], Some(Tier::Daily));
    check_since("2026-11-15T20:00:00Z", 1, &[], Some(Tier::Weekly));
    check_since("2027-01-01T00:00:00Z", 1, &[], None);
}
