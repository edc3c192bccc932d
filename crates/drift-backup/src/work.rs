//! [`Work`]: what every operation gets from its caller, and what it says while it works.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use drift_db::copy::Watch;
use drift_db::{Author, JournalMode, LockRequest, WorkspacePaths};
use jiff::Timestamp;

/// Something worth showing while an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupEvent {
    /// A phase begins; the one before it is over.
    Phase { name: &'static str, bytes: u64 },
    /// So many bytes further.
    Advance(u64),
}

/// Where, when, on whose behalf; libraries have neither a clock nor randomness of their own.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    pub paths: &'a WorkspacePaths,
    /// How the catalog lock is taken; the workspace lock is the caller's.
    pub locks: &'a LockRequest<'a>,
    pub now: Timestamp,
    /// For ids; another value for every operation.
    pub random: u64,
    pub drift_version: &'static str,
    /// The commit that is checked out, for the headers of snapshots.
    pub git_head: Option<&'a str>,
    /// How what goes live journals where nothing live tells; `None` lets the file system decide.
    pub journal: Option<JournalMode>,
    pub interrupt: &'a Arc<AtomicBool>,
    /// Called from worker threads too.
    pub events: &'a (dyn Fn(BackupEvent) + Sync),
}

impl<'a> Work<'a> {
    pub(crate) fn phase(&self, name: &'static str, bytes: u64) {
        (self.events)(BackupEvent::Phase { name, bytes });
    }

    pub(crate) fn advance(&self, bytes: u64) {
        (self.events)(BackupEvent::Advance(bytes));
    }

    /// Runs `copy` with a watch that feeds the events.
    pub(crate) fn watched<T>(&self, copy: impl FnOnce(Watch<'_>) -> T) -> T {
        let advance = |bytes| self.advance(bytes);
        copy(Watch { advance: &advance, interrupt: self.interrupt })
    }

    pub(crate) fn check(&self) -> drift_db::Result<()> {
        self.watched(|watch| watch.check())
    }

    pub(crate) fn author(&self) -> Author {
        Author { now: self.now.to_string(), drift_version: self.drift_version }
    }
}
