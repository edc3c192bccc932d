//! What can go: snapshots beyond the retention policy, and when the next scheduled one is due.
//!
//! Invariants: deciding is apart from doing, and pure: the same snapshots, policy and time give the same plan,
//! so that a dry run shows what the run does; every decision carries its reason; the newest verified snapshot,
//! pinned ones and young safety snapshots are never in a plan to remove.
//! Knows nothing about projects, configuration files, the terminal, the environment or the clock.

mod error;
mod retention;
mod schedule;

pub use error::{GcError, Result};
pub use retention::{
    Candidate, KeepReason, Kept, RemoveReason, Removed, Retention, RetentionPolicy, plan_retention,
};
pub use schedule::due_tier;
