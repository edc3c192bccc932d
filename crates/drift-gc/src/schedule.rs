//! Which scheduled snapshot is due. There is no daemon: commands that have just written ask.

use drift_backup::Tier;
use jiff::{SignedDuration, Timestamp};

use crate::retention::{Candidate, RetentionPolicy};

/// The longest tier of which the newest snapshot, or the newest of a longer tier, is older than its period; where
/// there is none yet, the workspace, `created_at` then, counts in its place. A tier that the policy does not keep
/// is never due.
pub fn due_tier(
    candidates: &[Candidate],
    policy: &RetentionPolicy,
    created_at: Timestamp,
    now: Timestamp,
) -> Option<Tier> {
    let tiers = [
        (Tier::Monthly, policy.monthly, 30),
        (Tier::Weekly, policy.weekly, 7),
        (Tier::Daily, policy.daily, 1),
    ];
    let is_due = |tier: Tier, days: i64| {
        let newest = (candidates.iter())
            .filter(|candidate| candidate.tier >= tier && candidate.created_at <= now)
            .map(|candidate| candidate.created_at)
            .max();
        now.duration_since(newest.unwrap_or(created_at)) >= SignedDuration::from_hours(24 * days)
    };
    tiers.into_iter().find(|(tier, kept, days)| *kept > 0 && is_due(*tier, *days)).map(|(tier, _, _)| tier)
}

#[cfg(test)]
mod tests;
