use std::collections::BTreeSet;

use drift_backup::{Reason, SnapshotId, Tier};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Candidate, RetentionPolicy, plan_retention};
use crate::error::GcError;

const NOW: &str = "2026-11-22T20:15:30Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn candidate(at: Timestamp, random: u64, tier: Tier) -> Candidate {
    Candidate {
        id: SnapshotId::new(at, random),
        created_at: at,
        tier,
        reason: tier.reason(),
        pinned: false,
        verified: false,
        in_use: false,
        bytes: 10,
    }
}

fn none() -> RetentionPolicy {
    let zero = SignedDuration::ZERO;
    RetentionPolicy {
        operational: 0,
        manual: 0,
        daily: 0,
        weekly: 0,
        monthly: 0,
        keep_within: None,
        max_total_size: None,
        safety_grace: zero,
    }
}

/// Each line of `given`: time, tier, and flags; the same lines come back with what happens to them.
fn check(policy: &RetentionPolicy, given: &str, want: &str) {
    let mut candidates = Vec::new();
    for (n, line) in given.trim().lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let tier = match words[1] {
            "operational" | "safety" => Tier::Operational,
            "manual" => Tier::Manual,
            "daily" => Tier::Daily,
            "weekly" => Tier::Weekly,
            "monthly" => Tier::Monthly,
            other => panic!("{other}"),
        };
        let mut candidate = candidate(words[0].parse().unwrap(), n as u64, tier);
        if words[1] == "safety" {
            candidate.reason = Reason::PreDestructive;
        }
        candidate.pinned = words.contains(&"pinned");
        candidate.verified = words.contains(&"verified");
        candidate.in_use = words.contains(&"in_use");
        candidates.push(candidate);
    }
    let retention = plan_retention(&candidates, policy, now()).unwrap();
    let lines = given.trim().lines().zip(&candidates).map(|(line, candidate)| {
        let time = line.split_whitespace().next().unwrap();
        if let Some(kept) = retention.keep.iter().find(|kept| kept.id == candidate.id) {
            let reasons: Vec<String> = kept.reasons.iter().map(ToString::to_string).collect();
            format!("{time} {}", reasons.join(" "))
        } else {
            let removed = retention.remove.iter().find(|removed| removed.id == candidate.id).unwrap();
            format!("{time} - {}", removed.reason)
        }
    });
    let want: Vec<&str> = want.trim().lines().map(str::trim).collect();
    assert_eq!(lines.collect::<Vec<_>>(), want);
}

#[test]
fn counted_tiers_keep_the_newest() {
    let policy = RetentionPolicy { operational: 1, manual: 2, ..none() };
    check(
        &policy,
        "2026-11-01T00:00:00Z manual
         2026-11-02T00:00:00Z operational
         2026-11-03T00:00:00Z manual
         2026-11-04T00:00:00Z manual
         2026-11-05T00:00:00Z operational",
        "2026-11-01T00:00:00Z - beyond_policy
         2026-11-02T00:00:00Z - beyond_policy
         2026-11-03T00:00:00Z manual
         2026-11-04T00:00:00Z manual
         2026-11-05T00:00:00Z operational",
    );
}

#[test]
fn periods_are_counted_back_from_now_and_longer_tiers_stand_for_shorter_ones() {
    let policy = RetentionPolicy { daily: 3, weekly: 2, monthly: 2, ..none() };
    // 2026-11-22 is a Sunday, the last day of ISO week 47.
    check(
        &policy,
        "2026-09-30T23:59:59Z monthly
         2026-10-01T00:00:00Z monthly
         2026-11-15T23:59:59Z weekly
         2026-11-16T00:00:00Z weekly
         2026-11-19T23:59:59Z daily
         2026-11-20T00:00:00Z daily
         2026-11-20T09:00:00Z daily
         2026-11-22T08:00:00Z daily
         2026-11-22T09:00:00Z weekly",
        "2026-09-30T23:59:59Z - beyond_policy
         2026-10-01T00:00:00Z monthly:2026-10
         2026-11-15T23:59:59Z weekly:2026-W46
         2026-11-16T00:00:00Z - beyond_policy
         2026-11-19T23:59:59Z - beyond_policy
         2026-11-20T00:00:00Z - beyond_policy
         2026-11-20T09:00:00Z daily:2026-11-20
         2026-11-22T08:00:00Z - beyond_policy
         2026-11-22T09:00:00Z daily:2026-11-22 weekly:2026-W47",
    );
}

#[test]
fn empty_periods_are_not_made_up_for_by_older_ones() {
    let policy = RetentionPolicy { daily: 2, ..none() };
    check(&policy, "2026-11-20T00:00:00Z daily", "2026-11-20T00:00:00Z - beyond_policy");
}

#[test]
fn what_is_protected_stays() {
    let policy = RetentionPolicy { daily: 1, safety_grace: SignedDuration::from_hours(168), ..none() };
    check(
        &policy,
        "2026-01-01T00:00:00Z manual pinned
         2026-01-02T00:00:00Z manual verified
         2026-01-03T00:00:00Z manual verified
         2026-01-04T00:00:00Z manual in_use
         2026-11-15T20:15:30Z safety
         2026-11-15T20:15:31Z safety
         2026-11-22T00:00:00Z operational
         2027-01-01T00:00:00Z manual",
        "2026-01-01T00:00:00Z pinned
         2026-01-02T00:00:00Z - beyond_policy
         2026-01-03T00:00:00Z newest_verified
         2026-01-04T00:00:00Z in_use
         2026-11-15T20:15:30Z - beyond_policy
         2026-11-15T20:15:31Z safety_grace
         2026-11-22T00:00:00Z - beyond_policy
         2027-01-01T00:00:00Z future",
    );
}

#[test]
fn keep_within_adds() {
    let policy = RetentionPolicy { keep_within: Some(SignedDuration::from_hours(1)), ..none() };
    check(
        &policy,
        "2026-11-22T19:15:29Z manual
         2026-11-22T19:15:30Z manual",
        "2026-11-22T19:15:29Z - beyond_policy
         2026-11-22T19:15:30Z keep_within",
    );
}

#[test]
fn the_total_size_removes_the_oldest_that_nothing_protects() {
    let policy = RetentionPolicy { manual: 5, max_total_size: Some(29), ..none() };
    check(
        &policy,
        "2026-11-01T00:00:00Z manual pinned
         2026-11-02T00:00:00Z manual
         2026-11-03T00:00:00Z manual
         2026-11-04T00:00:00Z manual verified",
        "2026-11-01T00:00:00Z pinned manual
         2026-11-02T00:00:00Z - max_total_size
         2026-11-03T00:00:00Z - max_total_size
         2026-11-04T00:00:00Z newest_verified manual",
    );
    let pinned = Candidate { pinned: true, ..candidate(now(), 0, Tier::Manual) };
    let policy = RetentionPolicy { max_total_size: Some(4), ..policy };
    assert_eq!(plan_retention(&[pinned], &policy, now()).unwrap().over_limit, 6);
}

#[test]
fn an_empty_policy_is_an_error() {
    let one = [candidate(now(), 0, Tier::Manual)];
    for policy in [
        none(),
        RetentionPolicy { keep_within: Some(SignedDuration::ZERO), ..none() },
        RetentionPolicy { max_total_size: Some(1), ..none() },
    ] {
        assert!(matches!(plan_retention(&one, &policy, now()), Err(GcError::EmptyPolicy)));
    }
}

prop_compose! {
    fn any_candidate()(
        minutes in -200_000i64..20_000,
        tier in prop::sample::select(vec![Tier::Operational, Tier::Manual, Tier::Daily, Tier::Weekly, Tier::Monthly]),
        safety in any::<bool>(),
        pinned in prop::bool::weighted(0.1),
        verified in prop::bool::weighted(0.3),
        bytes in 0u64..100,
    ) -> Candidate {
        let at = now() + SignedDuration::from_mins(minutes);
        let reason = if safety && tier == Tier::Operational { Reason::PreDestructive } else { tier.reason() };
        Candidate { reason, pinned, verified, bytes, ..candidate(at, 0, tier) }
    }
}

prop_compose! {
    fn any_candidates()(mut given in prop::collection::vec(any_candidate(), 0..40)) -> Vec<Candidate> {
        for (n, candidate) in given.iter_mut().enumerate() {
            candidate.id = SnapshotId::new(candidate.created_at, n as u64);
        }
        given
    }
}

prop_compose! {
    fn any_policy(limits: bool)(
        operational in 0u32..4,
        manual in 1u32..4,
        daily in 0u32..9,
        weekly in 0u32..5,
        monthly in 0u32..4,
        within in prop::option::of(0i64..10_000),
        limit in prop::option::of(0u64..1000),
        grace in 0i64..20_000,
    ) -> RetentionPolicy {
        RetentionPolicy {
            operational,
            manual,
            daily,
            weekly,
            monthly,
            keep_within: within.map(SignedDuration::from_mins),
            max_total_size: limit.filter(|_| limits),
            safety_grace: SignedDuration::from_mins(grace),
        }
    }
}

proptest! {
    #[test]
    fn kept_and_removed_partition_the_snapshots(given in any_candidates(), policy in any_policy(true)) {
        let retention = plan_retention(&given, &policy, now()).unwrap();
        let mut ids: Vec<_> = retention.keep.iter().map(|kept| &kept.id).collect();
        ids.extend(retention.remove.iter().map(|removed| &removed.id));
        ids.sort();
        let mut want: Vec<_> = given.iter().map(|candidate| &candidate.id).collect();
        want.sort();
        prop_assert_eq!(ids, want);
        prop_assert!(retention.keep.iter().all(|kept| !kept.reasons.is_empty()));
    }

    #[test]
    fn the_newest_verified_pinned_and_young_safety_snapshots_are_never_removed(
        given in any_candidates(),
        policy in any_policy(true),
    ) {
        let retention = plan_retention(&given, &policy, now()).unwrap();
        let newest = given.iter().filter(|c| c.verified && c.created_at <= now()).max_by_key(|c| (c.created_at, &c.id));
        for removed in &retention.remove {
            let candidate = given.iter().find(|candidate| candidate.id == removed.id).unwrap();
            prop_assert!(!candidate.pinned);
            prop_assert!(newest.is_none_or(|newest| newest.id != candidate.id));
            let age = now().duration_since(candidate.created_at);
            prop_assert!(!candidate.reason.is_safety() || age >= policy.safety_grace);
        }
    }

    /// Without the limit on the total size, which drops an old snapshot to make room for a younger one that a
    /// later `now` no longer keeps.
    #[test]
    fn a_later_now_never_keeps_more(given in any_candidates(), policy in any_policy(false), minutes in 0i64..300_000) {
        let keeps = |at| -> BTreeSet<SnapshotId> {
            plan_retention(&given, &policy, at).unwrap().keep.into_iter().map(|kept| kept.id).collect()
        };
        let (early, late) = (keeps(now()), keeps(now() + SignedDuration::from_mins(minutes)));
        prop_assert!(late.is_subset(&early), "{:?}", late.difference(&early));
    }

    #[test]
    fn removing_what_was_planned_leaves_nothing_to_remove(given in any_candidates(), policy in any_policy(true)) {
        let first = plan_retention(&given, &policy, now()).unwrap();
        let left: Vec<_> =
            given.into_iter().filter(|candidate| first.keep.iter().any(|kept| kept.id == candidate.id)).collect();
        prop_assert_eq!(plan_retention(&left, &policy, now()).unwrap().remove, vec![]);
    }
}
