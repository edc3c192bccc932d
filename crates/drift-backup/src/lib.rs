//! Snapshots of a workspace: taking, listing, verifying and restoring them. And bundles, which carry a workspace
//! to another machine.
//!
//! Invariants: a snapshot exists only once its header does, and the header is written last; a published snapshot
//! never changes but for being pinned; nothing live is overwritten that was not stored first; both databases of
//! a restore end old, or both end new.
//! Knows nothing about what the rows mean, configuration files, the terminal, the environment or the clock.

mod archive;
mod bundle;
mod create;
mod edit;
mod error;
#[cfg(test)]
mod fixture;
mod format;
mod id;
mod parallel;
mod reason;
mod restore;
mod space;
mod store;
mod verify;
mod work;

pub use archive::Compression;
pub use bundle::{
    Arrived, BundleDatabase, BundleHeader, BundleReader, ExportOptions, Exported, Output, arrive, complete,
    export,
};
pub use create::{CreateOptions, Created, Hold, create};
pub use edit::{Pin, delete, discard, pin};
pub use error::{BackupError, Result};
pub use format::{DatabaseHeader, SnapshotHeader};
pub use id::SnapshotId;
pub use reason::{Reason, Tier};
pub use restore::{
    Keep, Kept, LiveState, PlannedDatabase, Recovery, RestorePlan, Staged, Swap, Swapped, extract, keep_live,
    live_state, plan, recover, stage, swap,
};
pub use store::{Catalog, Skipped, Snapshot, SnapshotStore};
pub use verify::{SnapshotFinding, verify};
pub use work::{BackupEvent, Work};
