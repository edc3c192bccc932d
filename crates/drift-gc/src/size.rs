//! What a workspace takes on disk.
//!
//! Rules: sizes are those of the files, as `ls` shows them; only names that drift gives are counted; nothing is
//! opened, so the time depends on how many files there are and not on how large they are.

use drift_backup::SnapshotId;
use drift_db::vacuum::file_bytes;
use drift_db::{DatabaseKind, WorkspacePaths};

use crate::error::Result;
use crate::facts::{FileFacts, Pile, entries, weigh};

/// Everything drift keeps for one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub databases: Vec<DatabaseUsage>,
    pub backups: Heap,
    /// Copies on their way to somewhere, and what interrupted deletes left.
    pub staging: Heap,
    pub quarantine: Heap,
}

/// The files of one database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseUsage {
    pub kind: DatabaseKind,
    pub bytes: u64,
    /// Changes that are not in the database yet.
    pub wal_bytes: u64,
}

/// So many things of one sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heap {
    pub count: u64,
    pub bytes: u64,
}

impl Usage {
    /// Measures what is there.
    pub fn measure(paths: &WorkspacePaths) -> Result<Usage> {
        let facts = FileFacts::gather(paths, None)?;
        let mut usage = Usage::default();
        for kind in DatabaseKind::WORKSPACE {
            let (bytes, wal_bytes) = file_bytes(&paths.database(kind));
            usage.databases.push(DatabaseUsage { kind, bytes, wal_bytes });
        }
        // Also those whose header cannot be read: they take space all the same.
        for name in entries(&paths.backups_dir())? {
            if SnapshotId::parse(&name).is_some() {
                let bytes = weigh(&paths.backups_dir().join(&name))?.0;
                usage.backups.add(bytes);
            }
        }
        usage.staging = heap(facts.staging.iter().chain(&facts.deletes));
        usage.quarantine = heap(&facts.quarantine);
        Ok(usage)
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        let databases: u64 = self.databases.iter().map(|one| one.bytes + one.wal_bytes).sum();
        databases + self.backups.bytes + self.staging.bytes + self.quarantine.bytes
    }
}

impl Heap {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

fn heap<'a>(piles: impl IntoIterator<Item = &'a Pile>) -> Heap {
    let mut heap = Heap::default();
    piles.into_iter().for_each(|pile| heap.add(pile.bytes));
    heap
}
