use drift_backup::{Reason, Tier};
use drift_db::store::history::Expired;
use drift_db::vacuum::PageFacts;

use super::*;
use crate::facts::FileFacts;
use crate::retention::Candidate;

const NOW: &str = "2026-11-22T20:15:30Z";

fn policy() -> GcPolicy {
    GcPolicy {
        history: SignedDuration::from_hours(90 * 24),
        removed_projects: SignedDuration::from_hours(90 * 24),
        baselines: SignedDuration::from_hours(7 * 24),
        staging_grace: SignedDuration::from_hours(24),
        vacuum_free_percent: 20,
        retention: RetentionPolicy { operational: 1, ..RetentionPolicy::default() },
        full: FullVacuum::Automatic,
        max_pages: None,
        quarantine: Quarantine::Keep,
    }
}

fn pile(path: &str, changed: Option<&str>, live: Live) -> Pile {
    Pile { path: path.into(), bytes: 100, changed: changed.map(|at| at.parse().unwrap()), live }
}

fn database(kind: DatabaseKind, free: u64, rows: u64) -> DatabaseFacts {
    let pages = PageFacts { page_size: 8192, page_count: 100, freelist_count: free, is_incremental: true };
    let expired = (rows > 0).then_some(Expired { table: "event", rows, bytes: 10 * rows });
    DatabaseFacts { kind, pages, expired: expired.into_iter().collect() }
}

fn snapshot(id: &str) -> Candidate {
    let id = SnapshotId::parse(id).unwrap();
    Candidate {
        created_at: NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(24),
        id,
        tier: Tier::Operational,
        reason: Reason::AutoSave,
        pinned: false,
        verified: true,
        in_use: false,
        bytes: 7,
    }
}

/// `kind subject bytes (reason)` for each action.
fn check(facts: &Facts, policy: &GcPolicy, expected: &[&str]) {
    let plan = plan(facts, policy, NOW.parse().unwrap()).unwrap();
    let line = |action: &Action| {
        let target = &action.target;
        let about = if target.is_estimated() { "~" } else { "" };
        format!("{} {} {about}{} ({})", target.kind(), target.subject(), action.bytes, action.reason)
    };
    assert_eq!(plan.actions.iter().map(line).collect::<Vec<_>>(), expected);
}

#[test]
fn the_steps_come_in_their_order() {
    let old = Some("2026-11-20T00:00:00Z");
    let facts = Facts {
        databases: vec![database(DatabaseKind::Drift, 50, 3), database(DatabaseKind::Cortex, 0, 0)],
        files: FileFacts {
            staging: vec![
                pile(".drift/tmp/old", old, Live::No),
                pile(".drift/tmp/live", old, Live::Yes),
                pile(".drift/tmp/young", Some("2026-11-22T20:00:00Z"), Live::No),
                pile(".drift/tmp/future", Some("2027-01-01T00:00:00Z"), Live::No),
                pile(".drift/tmp/unknown", None, Live::No),
            ],
            deletes: vec![pile(".drift.deleted-x", None, Live::No)],
            snapshots: vec![snapshot("20261121T201530Z-0001"), snapshot("20261121T201530Z-0002")],
            snapshot_bytes: [(SnapshotId::parse("20261121T201530Z-0001").unwrap(), 70)].into(),
            quarantine: vec![pile("q", old, Live::No)],
        },
    };
    let all = [
        "history drift.db:event ~30 (events more than 90 days old: 3)",
        "staging .drift/tmp/old 100 (unfinished for more than 1 day)",
        "interrupted_delete .drift.deleted-x 100 (left by an interrupted delete)",
        "snapshot 20261121T201530Z-0001 70 (beyond_policy)",
        "incremental_vacuum drift.db ~409600 (50 of 50 free pages)",
        "optimize drift.db ~0 (statistics of the query planner)",
        "optimize cortex.db ~0 (statistics of the query planner)",
    ];
    check(&facts, &policy(), &all);
    let mut with_quarantine = all.to_vec();
    with_quarantine.insert(4, "quarantine q 100 (asked for)");
    check(&facts, &GcPolicy { quarantine: Quarantine::Remove, ..policy() }, &with_quarantine);
}

#[test]
fn a_database_is_rewritten_where_asked_or_where_nothing_else_helps() {
    let check = |policy: GcPolicy, incremental: bool, expected: &[&str]| {
        let mut database = database(DatabaseKind::Drift, 40, 0);
        database.pages.is_incremental = incremental;
        let facts = Facts { databases: vec![database], ..Facts::default() };
        self::check(&facts, &policy, expected);
    };
    let limited = GcPolicy { max_pages: Some(10), ..policy() };
    let asked = GcPolicy { full: FullVacuum::Asked, ..policy() };
    let lenient = GcPolicy { vacuum_free_percent: 40, ..policy() };
    let optimize = "optimize drift.db ~0 (statistics of the query planner)";
    let all = "incremental_vacuum drift.db ~327680 (40 of 40 free pages)";
    check(policy(), true, &[all, optimize]);
    check(limited, true, &["incremental_vacuum drift.db ~81920 (10 of 40 free pages)"]);
    check(asked.clone(), true, &[all, optimize, "vacuum drift.db ~0 (asked for)"]);
    check(policy(), false, &[optimize, "vacuum drift.db ~327680 (more than 20 % of its pages are free)"]);
    check(lenient, false, &[optimize]);
    check(asked, false, &[optimize, "vacuum drift.db ~327680 (asked for)"]);
}

#[test]
fn an_empty_policy_is_an_error() {
    let empty = RetentionPolicy {
        operational: 0,
        manual: 0,
        daily: 0,
        weekly: 0,
        monthly: 0,
        ..RetentionPolicy::default()
    };
    let policy = GcPolicy { retention: empty, ..policy() };
    assert!(plan(&Facts::default(), &policy, NOW.parse().unwrap()).is_err());
}

#[test]
fn each_kind_of_row_has_its_own_time() {
    let mut database = database(DatabaseKind::Drift, 0, 0);
    database.expired =
        ["baseline", "check_run", "project"].map(|table| Expired { table, rows: 2, bytes: 20 }).into();
    let facts = Facts { databases: vec![database], ..Facts::default() };
    let policy = GcPolicy { removed_projects: SignedDuration::from_hours(24), ..policy() };
    check(
        &facts,
        &policy,
        &[
            "history drift.db:baseline ~20 (baselines more than 7 days unused: 2)",
            "history drift.db:check_run ~20 (recorded checks more than 90 days old: 2)",
            "history drift.db:project ~20 (projects more than 1 day gone: 2)",
            "incremental_vacuum drift.db ~0 (pages of the rows that go)",
            "optimize drift.db ~0 (statistics of the query planner)",
        ],
    );
}
