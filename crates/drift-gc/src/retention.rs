//! Retention: snapshots, policy and now in; what is kept and what is removed out, each with its reasons.
//!
//! Rules: a snapshot is removed only if no rule keeps it, or if the total size is over the limit and nothing
//! protects it, oldest first. Snapshots from the future (a clock was set back) are kept and count for nothing,
//! so that they push out no other. An empty policy is an error, never "remove all".

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use drift_backup::{Reason, Snapshot, SnapshotId, Tier};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::{GcError, Result};

/// How many snapshots of each tier are kept, and what limits them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionPolicy {
    /// The newest so many.
    pub operational: u32,
    /// The newest so many.
    pub manual: u32,
    /// UTC days counted back from today.
    pub daily: u32,
    /// ISO weeks counted back from this one.
    pub weekly: u32,
    /// Months counted back from this one.
    pub monthly: u32,
    /// Everything younger is kept as well.
    pub keep_within: Option<SignedDuration>,
    /// Bytes above which the oldest are removed, unless something protects them.
    pub max_total_size: Option<u64>,
    /// How long a safety snapshot is never removed.
    pub safety_grace: SignedDuration,
}

impl Default for RetentionPolicy {
    fn default() -> RetentionPolicy {
        RetentionPolicy {
            operational: 5,
            manual: 10,
            daily: 7,
            weekly: 4,
            monthly: 0,
            keep_within: None,
            max_total_size: None,
            safety_grace: SignedDuration::from_hours(7 * 24),
        }
    }
}

impl RetentionPolicy {
    fn keeps_nothing(&self) -> bool {
        let counts = [self.operational, self.manual, self.daily, self.weekly, self.monthly];
        counts == [0; 5] && self.keep_within.is_none_or(|within| !within.is_positive())
    }
}

/// What retention looks at of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: SnapshotId,
    pub created_at: Timestamp,
    pub tier: Tier,
    pub reason: Reason,
    pub pinned: bool,
    /// All checks passed when it was taken, and it holds every database.
    pub verified: bool,
    pub in_use: bool,
    pub bytes: u64,
}

impl From<&Snapshot> for Candidate {
    fn from(snapshot: &Snapshot) -> Candidate {
        let header = &snapshot.header;
        Candidate {
            id: header.id.clone(),
            created_at: header.created_at,
            tier: header.tier,
            reason: header.reason,
            pinned: header.pinned,
            verified: header.verified_at.is_some() && snapshot.is_whole(),
            in_use: false,
            bytes: snapshot.bytes(),
        }
    }
}

/// Why a snapshot is kept. The order is that in which reasons are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeepReason {
    Pinned,
    NewestVerified,
    InUse,
    /// A safety snapshot younger than its grace.
    SafetyGrace,
    /// Its time has not come yet.
    Future,
    /// Among the newest of its tier.
    Count(Tier),
    /// The newest of a period: `2026-11-22`, `2026-W47`, `2026-11`.
    Period(Tier, String),
    /// Younger than `keep_within`.
    Within,
}

impl KeepReason {
    /// Whether the limit on the total size does not apply.
    fn protects(&self) -> bool {
        use KeepReason::{Future, InUse, NewestVerified, Pinned, SafetyGrace};
        matches!(self, Pinned | NewestVerified | InUse | SafetyGrace | Future)
    }
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeepReason::Pinned => f.write_str("pinned"),
            KeepReason::NewestVerified => f.write_str("newest_verified"),
            KeepReason::InUse => f.write_str("in_use"),
            KeepReason::SafetyGrace => f.write_str("safety_grace"),
            KeepReason::Future => f.write_str("future"),
            KeepReason::Count(tier) => write!(f, "{tier}"),
            KeepReason::Period(tier, period) => write!(f, "{tier}:{period}"),
            KeepReason::Within => f.write_str("keep_within"),
        }
    }
}

/// Why a snapshot is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveReason {
    /// No rule keeps it.
    BeyondPolicy,
    /// The oldest that nothing protects, while the total is over the limit.
    TotalSize,
}

impl fmt::Display for RemoveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RemoveReason::BeyondPolicy => "beyond_policy",
            RemoveReason::TotalSize => "max_total_size",
        })
    }
}

/// A snapshot that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: SnapshotId,
    /// At least one.
    pub reasons: Vec<KeepReason>,
}

/// A snapshot that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    pub id: SnapshotId,
    pub reason: RemoveReason,
    pub bytes: u64,
}

/// Every snapshot, once, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    pub keep: Vec<Kept>,
    pub remove: Vec<Removed>,
    /// By how many bytes the protected snapshots alone exceed `max_total_size`.
    pub over_limit: u64,
}

/// Decides what is kept and what is removed.
pub fn plan_retention(
    candidates: &[Candidate],
    policy: &RetentionPolicy,
    now: Timestamp,
) -> Result<Retention> {
    if policy.keeps_nothing() {
        return Err(GcError::EmptyPolicy);
    }
    let mut oldest_first: Vec<&Candidate> = candidates.iter().collect();
    oldest_first.sort_by_key(|candidate| (candidate.created_at, &candidate.id));
    let mut reasons = keep_reasons(&oldest_first, policy, now);

    let kept_bytes = |candidate: &&Candidate| reasons.contains_key(&candidate.id);
    let mut total: u64 = oldest_first
        .iter()
        .filter(|candidate| kept_bytes(candidate) && candidate.created_at <= now)
        .map(|candidate| candidate.bytes)
        .sum();
    let limit = policy.max_total_size.unwrap_or(u64::MAX);
    let mut over = BTreeSet::new();
    for candidate in &oldest_first {
        let spare =
            reasons.get(&candidate.id).is_some_and(|reasons| !reasons.iter().any(KeepReason::protects));
        if total > limit && spare {
            total -= candidate.bytes;
            reasons.remove(&candidate.id);
            over.insert(&candidate.id);
        }
    }

    let mut retention = Retention { over_limit: total.saturating_sub(limit), ..Retention::default() };
    for candidate in oldest_first {
        let id = candidate.id.clone();
        match reasons.remove(&candidate.id) {
            Some(reasons) => retention.keep.push(Kept { id, reasons: reasons.into_iter().collect() }),
            None => {
                let reason =
                    if over.contains(&id) { RemoveReason::TotalSize } else { RemoveReason::BeyondPolicy };
                retention.remove.push(Removed { id, reason, bytes: candidate.bytes });
            }
        }
    }
    Ok(retention)
}

/// The reasons to keep each snapshot that has one, the limit on the total size left aside.
fn keep_reasons(
    oldest_first: &[&Candidate],
    policy: &RetentionPolicy,
    now: Timestamp,
) -> BTreeMap<SnapshotId, BTreeSet<KeepReason>> {
    let mut reasons: BTreeMap<SnapshotId, BTreeSet<KeepReason>> = BTreeMap::new();
    let mut keep = |candidate: &Candidate, reason| {
        reasons.entry(candidate.id.clone()).or_default().insert(reason);
    };
    let past = || oldest_first.iter().rev().copied().filter(|candidate| candidate.created_at <= now);
    for candidate in oldest_first {
        let age = now.duration_since(candidate.created_at);
        let rules = [
            (candidate.pinned, KeepReason::Pinned),
            (candidate.in_use, KeepReason::InUse),
            (candidate.reason.is_safety() && age < policy.safety_grace, KeepReason::SafetyGrace),
            (candidate.created_at > now, KeepReason::Future),
            (policy.keep_within.is_some_and(|within| age <= within), KeepReason::Within),
        ];
        for (_, reason) in rules.into_iter().filter(|(holds, _)| *holds) {
            keep(candidate, reason);
        }
    }
    if let Some(newest) = past().find(|candidate| candidate.verified) {
        keep(newest, KeepReason::NewestVerified);
    }
    for (tier, count) in [(Tier::Operational, policy.operational), (Tier::Manual, policy.manual)] {
        for candidate in past().filter(|candidate| candidate.tier == tier).take(count as usize) {
            keep(candidate, KeepReason::Count(tier));
        }
    }
    for (tier, count) in
        [(Tier::Daily, policy.daily), (Tier::Weekly, policy.weekly), (Tier::Monthly, policy.monthly)]
    {
        let this = period(tier, now);
        let mut last = None;
        for candidate in past().filter(|candidate| candidate.tier >= tier) {
            let period = period(tier, candidate.created_at);
            if this - period >= i64::from(count) {
                break;
            }
            // Newest first: the first of a period is its newest.
            if last.replace(period) != Some(period) {
                keep(candidate, KeepReason::Period(tier, period_name(tier, candidate.created_at)));
            }
        }
    }
    reasons
}

/// The number of the UTC day, ISO week or month in which `at` lies.
fn period(tier: Tier, at: Timestamp) -> i64 {
    let date = date(at);
    let days = at.as_second().div_euclid(86_400);
    match tier {
        // Weeks begin on Monday; the first day of the epoch was a Thursday.
        Tier::Weekly => (days + 3).div_euclid(7),
        Tier::Monthly => i64::from(date.year()) * 12 + i64::from(date.month()),
        _ => days,
    }
}

fn period_name(tier: Tier, at: Timestamp) -> String {
    let date = date(at);
    match tier {
        Tier::Weekly => {
            let week = date.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        Tier::Monthly => format!("{:04}-{:02}", date.year(), date.month()),
        _ => date.to_string(),
    }
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests;
