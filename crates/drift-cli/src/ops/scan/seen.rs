//! [`Seen`]: the tree as it is now, beside what the last scan stored of it. Nothing is read but directories.

use drift_db::WorkspacePaths;
use drift_discover::{Changes, Event, Git, Head, Walk, WalkMemory, find_top, walk_again};

use super::{Known, ScanOptions};
use crate::error::CommandError;
use crate::ops::workspace::warn_if_tracked;
use crate::ops::{Session, tree};

/// The tree as it is, and how it differs from what is stored.
pub(super) struct Seen {
    pub(super) walked: Walk,
    pub(super) head: Head,
    pub(super) changes: Changes,
    /// The key of the last scan.
    pub(super) last_id: Option<i64>,
}

impl Seen {
    /// Walks and compares.
    pub(super) fn now(
        session: &Session<'_>,
        paths: &WorkspacePaths,
        mut known: Known,
        options: &ScanOptions,
    ) -> Result<Seen, CommandError> {
        let memory = known.take_memory();
        let (walked, head) = walk_tree(session, paths, memory, options)?;
        let changes = known.compare(&walked.files, options.rehash);
        Ok(Seen { walked, head, changes, last_id: known.last_id() })
    }
}

/// Walks the tree, and meanwhile asks git what is checked out.
fn walk_tree(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    memory: Option<WalkMemory>,
    options: &ScanOptions,
) -> Result<(Walk, Head), CommandError> {
    let phase = tree::phase(session);
    let on = |event: Event| tree::reach(&phase, event);
    std::thread::scope(|threads| {
        let head = find_top(paths.root()).map(|_| threads.spawn(|| Git::new(paths.root()).head()));
        let walk = &options.tree.walk;
        let walked = walk_again(paths.root(), walk, memory, session.interrupt.flag(), &on)?;
        warn_if_tracked(session, &walked.tracked_own);
        // Without git a scan is as good; it then says nothing of a commit.
        let head = head.and_then(|thread| thread.join().ok()?.ok()).unwrap_or_default();
        Ok((walked, head))
    })
}
