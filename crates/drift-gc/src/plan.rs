//! [`plan`]: facts, policy and now in, the actions of a gc in their order out. Pure, so that a dry run shows
//! what the run does.
//!
//! Rules: nothing younger than its grace, nothing of a change under way; bytes of files are exact, those of rows
//! and pages are estimates.

use drift_backup::SnapshotId;
use drift_db::DatabaseKind;
use jiff::{SignedDuration, Timestamp};

use crate::error::Result;
use crate::facts::{DatabaseFacts, Facts, Live, Pile};
use crate::retention::{RetentionPolicy, plan_retention};

/// What a gc may remove, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcPolicy {
    /// How long events, scans and recorded checks are kept.
    pub history: SignedDuration,
    /// How long projects that vanished are remembered.
    pub removed_projects: SignedDuration,
    /// How long a baseline is kept that nobody compares with.
    pub baselines: SignedDuration,
    /// How old staging must be.
    pub staging_grace: SignedDuration,
    /// The share of free pages, per cent, above which a database is rewritten.
    pub vacuum_free_percent: u64,
    pub retention: RetentionPolicy,
    pub full: FullVacuum,
    /// How many pages of each database the incremental vacuum frees at most.
    pub max_pages: Option<u64>,
    pub quarantine: Quarantine,
}

/// When databases are rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullVacuum {
    /// Where too many pages stay free that cannot be given back one by one.
    Automatic,
    Asked,
}

/// Whether the quarantine is emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quarantine {
    Keep,
    Remove,
}

/// What is done, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GcPlan {
    pub actions: Vec<Action>,
    /// By how many bytes the protected snapshots exceed the limit on their total size.
    pub over_limit: u64,
}

/// One thing that a gc does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub target: Target,
    /// What it frees.
    pub bytes: u64,
    pub reason: String,
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Old rows of a table.
    Rows(DatabaseKind, &'static str),
    /// What an interrupted command left, relative to the root.
    Staging(String),
    /// What an interrupted delete left, relative to the root.
    Delete(String),
    Snapshot(SnapshotId),
    /// Relative to the root.
    Quarantine(String),
    /// Free pages, given back one by one.
    Pages(DatabaseKind),
    /// What the query planner knows.
    Statistics(DatabaseKind),
    /// The file, rewritten.
    Whole(DatabaseKind),
}

impl Target {
    /// As in documents.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::Rows(..) => "history",
            Target::Staging(_) => "staging",
            Target::Delete(_) => "interrupted_delete",
            Target::Snapshot(_) => "snapshot",
            Target::Quarantine(_) => "quarantine",
            Target::Pages(_) => "incremental_vacuum",
            Target::Statistics(_) => "optimize",
            Target::Whole(_) => "vacuum",
        }
    }

    /// As in documents: a path, an id, a database, or a table of one.
    pub fn subject(&self) -> String {
        match self {
            Target::Rows(kind, table) => format!("{}:{table}", kind.file_name()),
            Target::Staging(path) | Target::Delete(path) | Target::Quarantine(path) => path.clone(),
            Target::Snapshot(id) => id.to_string(),
            Target::Pages(kind) | Target::Statistics(kind) | Target::Whole(kind) => {
                kind.file_name().to_owned()
            }
        }
    }

    /// Whether the bytes are a guess until it is done.
    pub fn is_estimated(&self) -> bool {
        !matches!(self, Target::Staging(_) | Target::Delete(_) | Target::Snapshot(_) | Target::Quarantine(_))
    }
}

impl GcPlan {
    /// What all of it frees, as far as can be told.
    pub fn bytes(&self) -> u64 {
        self.actions.iter().map(|action| action.bytes).sum()
    }

    /// Whether there is anything beside the upkeep that is always done.
    pub fn is_worth_it(&self) -> bool {
        self.actions.iter().any(|action| action.bytes > 0)
    }
}

/// Decides what is done.
pub fn plan(facts: &Facts, policy: &GcPolicy, now: Timestamp) -> Result<GcPlan> {
    let mut plan = GcPlan::default();
    let mut act = |target, bytes, reason| plan.actions.push(Action { target, bytes, reason });
    for database in &facts.databases {
        for expired in &database.expired {
            let (what, age, old) = match expired.table {
                "project" => ("projects", policy.removed_projects, "gone"),
                "baseline" => ("baselines", policy.baselines, "unused"),
                "check_run" => ("recorded checks", policy.history, "old"),
                "scan" => ("scans", policy.history, "old"),
                _ => ("events", policy.history, "old"),
            };
            let reason = format!("{what} more than {} {old}: {}", days(age), expired.rows);
            act(Target::Rows(database.kind, expired.table), expired.bytes, reason);
        }
    }
    for pile in orphans(&facts.files.staging, policy.staging_grace, now) {
        let reason = format!("unfinished for more than {}", days(policy.staging_grace));
        act(Target::Staging(pile.path.clone()), pile.bytes, reason);
    }
    for pile in facts.files.deletes.iter().filter(|pile| pile.live == Live::No) {
        act(Target::Delete(pile.path.clone()), pile.bytes, "left by an interrupted delete".into());
    }
    let retention = plan_retention(&facts.files.snapshots, &policy.retention, now)?;
    for gone in &retention.remove {
        let bytes = facts.files.snapshot_bytes.get(&gone.id).copied().unwrap_or(gone.bytes);
        act(Target::Snapshot(gone.id.clone()), bytes, gone.reason.to_string());
    }
    if policy.quarantine == Quarantine::Remove {
        for pile in facts.files.quarantine.iter().filter(|pile| pile.live == Live::No) {
            act(Target::Quarantine(pile.path.clone()), pile.bytes, "asked for".into());
        }
    }
    for database in &facts.databases {
        let has_free = database.pages.freelist_count > 0 || !database.expired.is_empty();
        if has_free && database.pages.is_incremental {
            let pages = database.pages.freelist_count.min(policy.max_pages.unwrap_or(u64::MAX));
            let reason = match database.pages.freelist_count {
                0 => "pages of the rows that go".into(),
                free => format!("{pages} of {free} free pages"),
            };
            act(Target::Pages(database.kind), pages * database.pages.page_size, reason);
        }
    }
    // Who limits the pages wants a short run, and analysing reads whole indexes.
    for database in facts.databases.iter().filter(|_| policy.max_pages.is_none()) {
        act(Target::Statistics(database.kind), 0, "statistics of the query planner".into());
    }
    for database in &facts.databases {
        if let Some((bytes, reason)) = rewrite(database, policy) {
            act(Target::Whole(database.kind), bytes, reason);
        }
    }
    plan.over_limit = retention.over_limit;
    Ok(plan)
}

/// What nobody can be working on any more. What changed in the future, by a clock that was set back, is young.
fn orphans(piles: &[Pile], grace: SignedDuration, now: Timestamp) -> impl Iterator<Item = &Pile> {
    piles.iter().filter(move |pile| {
        let old = |changed: Timestamp| now.duration_since(changed) > grace;
        pile.live == Live::No && pile.changed.is_some_and(old)
    })
}

/// Whether and why a database is rewritten. Where the incremental vacuum gives every free page back there is
/// nothing left to gain; who limits its pages wants a short run.
fn rewrite(database: &DatabaseFacts, policy: &GcPolicy) -> Option<(u64, String)> {
    let pages = database.pages;
    let freed =
        if pages.is_incremental { pages.freelist_count.min(policy.max_pages.unwrap_or(u64::MAX)) } else { 0 };
    let left = (pages.freelist_count - freed) * pages.page_size;
    let percent = policy.vacuum_free_percent;
    match policy.full {
        FullVacuum::Asked => Some((left, "asked for".into())),
        FullVacuum::Automatic if !pages.is_incremental && pages.exceeds(percent) => {
            Some((left, format!("more than {percent} % of its pages are free")))
        }
        FullVacuum::Automatic => None,
    }
}

/// `90 days`, `12 hours`, `30 seconds`.
fn days(time: SignedDuration) -> String {
    let (number, unit) = match time.as_secs() {
        seconds if seconds >= 86_400 && seconds % 86_400 == 0 => (seconds / 86_400, "day"),
        seconds if seconds >= 3600 && seconds % 3600 == 0 => (seconds / 3600, "hour"),
        seconds => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
