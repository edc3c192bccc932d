//! Bringing a snapshot back: [`plan()`], [`stage()`], [`swap()`].
//!
//! Staging copies the snapshot to a private place under the catalog lock and verifies the copy. The swap, under
//! the exclusive workspace lock, stores what is live, writes the intent, and puts the copies in place. Killed
//! after that, [`recover()`] finishes or undoes it. Import and reset go live by the same swap.

mod keep;
mod plan;
mod quarantine;
mod recover;
mod stage;
mod swap;

pub use keep::{Keep, Kept, keep_live};
pub use plan::{LiveState, PlannedDatabase, RestorePlan, live_state, plan};
pub use recover::{Recovery, recover};
pub use stage::{Staged, extract, stage};
pub use swap::{Swap, Swapped, swap};

#[cfg(test)]
mod tests;
