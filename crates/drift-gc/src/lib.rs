//! What can go: old rows, leftovers, free pages, snapshots beyond the retention policy; and what there is.
//!
//! Invariants: deciding is apart from doing, and pure: the same facts, policy and time give the same plan, so
//! that a dry run shows what the run does; every decision carries its reason; the newest verified snapshot,
//! pinned ones, young safety snapshots and the staging of a change under way are never in a plan.
//! Knows nothing about projects, configuration files, the terminal, the environment or the clock.

mod apply;
mod error;
mod facts;
mod leftover;
mod plan;
mod retention;
mod schedule;
mod size;

pub use apply::{Done, GcWork, apply, compact};
pub use error::{GcError, Result};
pub use facts::{DatabaseFacts, Facts, FileFacts, Live, Pile};
pub use leftover::{Removal, aside, finish_deletes, remove_ours, set_aside};
pub use plan::{Action, FullVacuum, GcPlan, GcPolicy, Quarantine, Target, plan};
pub use retention::{
    Candidate, KeepReason, Kept, RemoveReason, Removed, Retention, RetentionPolicy, plan_retention,
};
pub use schedule::due_tier;
pub use size::{DatabaseUsage, Heap, Usage};
