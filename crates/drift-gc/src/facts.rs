//! [`Facts`]: everything a plan is made of, gathered without changing anything.
//!
//! Rules: links are never followed; only what drift makes is looked at, by its name; what belongs to a change
//! that is under way is marked, so that no plan names it.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::Path;

use drift_backup::{SnapshotId, SnapshotStore};
use drift_db::intent::Intent;
use drift_db::store::history::{Cutoffs, Expired, expired};
use drift_db::vacuum::{PageFacts, page_facts};
use drift_db::{Database, DatabaseKind, DbError, WorkspacePaths, durable};
use jiff::Timestamp;

use crate::error::Result;
use crate::leftover;
use crate::retention::Candidate;

/// Before the names of snapshots, and of files, that are being written.
const STAGING_PREFIX: &str = ".tmp-";
/// Before the names of snapshots that are being deleted.
const TRASH_PREFIX: &str = ".trash-";

/// What lies in and beside a workspace.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub databases: Vec<DatabaseFacts>,
    pub files: FileFacts,
}

/// What is known of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseFacts {
    pub kind: DatabaseKind,
    pub pages: PageFacts,
    pub expired: Vec<Expired>,
}

/// Everything but the databases.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Copies on their way to somewhere.
    pub staging: Vec<Pile>,
    /// What an interrupted delete of the workspace or of a snapshot left.
    pub deletes: Vec<Pile>,
    pub snapshots: Vec<Candidate>,
    /// Bytes of the directory of each snapshot.
    pub snapshot_bytes: BTreeMap<SnapshotId, u64>,
    pub quarantine: Vec<Pile>,
}

/// A file or a directory with everything in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pile {
    /// Relative to the root, with `/`.
    pub path: String,
    pub bytes: u64,
    /// When something in it last changed.
    pub changed: Option<Timestamp>,
    /// It belongs to a change of several files that is under way.
    pub live: Live,
}

/// Whether somebody still needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    No,
    Yes,
}

impl DatabaseFacts {
    /// Asks an open database.
    pub fn gather(database: &Database, cutoffs: &Cutoffs) -> Result<DatabaseFacts> {
        let kind = database.kind();
        let (pages, expired) = database.read(|c| Ok((page_facts(c)?, expired(c, kind, cutoffs)?)))?;
        Ok(DatabaseFacts { kind, pages, expired })
    }
}

impl FileFacts {
    /// Looks around; `intent` is the change that is under way, if any.
    pub fn gather(paths: &WorkspacePaths, intent: Option<&Intent>) -> Result<FileFacts> {
        let mut facts = FileFacts::default();
        let look = Look { root: paths.root(), intent };
        for entry in entries(&paths.staging())? {
            facts.staging.push(look.at(&paths.staging(), &entry)?);
        }
        for entry in entries(&paths.drift_dir())?.into_iter().filter(|name| name.starts_with(STAGING_PREFIX))
        {
            facts.staging.push(look.at(&paths.drift_dir(), &entry)?);
        }
        let backups = paths.backups_dir();
        for entry in entries(&backups)? {
            if entry.starts_with(STAGING_PREFIX) {
                facts.staging.push(look.at(&backups, &entry)?);
            } else if entry.starts_with(TRASH_PREFIX) {
                facts.deletes.push(look.at(&backups, &entry)?);
            }
        }
        for entry in entries(&paths.quarantine())? {
            if SnapshotId::parse(&entry).is_some() {
                facts.quarantine.push(look.at(&paths.quarantine(), &entry)?);
            }
        }
        for entry in leftover::deleted_dirs(paths)? {
            if leftover::holds_ours(&paths.root().join(&entry))? {
                facts.deletes.push(look.at(paths.root(), &entry)?);
            }
        }
        for snapshot in SnapshotStore::open(paths)?.catalog()?.snapshots {
            let mut candidate = Candidate::from(&snapshot);
            let safety = intent.and_then(|intent| intent.safety.as_deref());
            candidate.in_use = safety == Some(candidate.id.as_str());
            facts.snapshot_bytes.insert(candidate.id.clone(), weigh(snapshot.dir())?.0);
            facts.snapshots.push(candidate);
        }
        Ok(facts)
    }
}

struct Look<'a> {
    root: &'a Path,
    intent: Option<&'a Intent>,
}

impl Look<'_> {
    fn at(&self, dir: &Path, name: &str) -> Result<Pile> {
        let path = dir.join(name);
        let (bytes, changed) = weigh(&path)?;
        let live = match self.intent {
            Some(intent) if intent.id == name => Live::Yes,
            _ => Live::No,
        };
        Ok(Pile { path: relative(self.root, &path), bytes, changed, live })
    }
}

/// As documents tell it: relative to the root, with `/`.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The names in a directory, sorted; none if it is not there. What is not UTF-8 is not drift's.
pub(crate) fn entries(dir: &Path) -> Result<Vec<String>> {
    durable::refuse_foreign_dir(dir)?;
    let found = match fs_err::read_dir(dir) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        found => found.map_err(|why| DbError::io("list", dir, why))?,
    };
    let mut names = Vec::new();
    for entry in found {
        let entry = entry.map_err(|why| DbError::io("list", dir, why))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Bytes and the newest change of a file or of everything in a directory. What vanishes meanwhile weighs nothing.
pub(crate) fn weigh(path: &Path) -> Result<(u64, Option<Timestamp>)> {
    let failed = |why| DbError::io("look at", path, why);
    let meta = match path.symlink_metadata() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((0, None)),
        meta => meta.map_err(failed)?,
    };
    let mut newest = modified(&meta);
    if !meta.is_dir() {
        return Ok((meta.len(), newest));
    }
    let mut bytes = 0;
    let found = match fs_err::read_dir(path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((0, None)),
        found => found.map_err(failed)?,
    };
    for entry in found {
        let (more, changed) = weigh(&entry.map_err(failed)?.path())?;
        bytes += more;
        newest = newest.max(changed);
    }
    Ok((bytes, newest))
}

fn modified(meta: &Metadata) -> Option<Timestamp> {
    meta.modified().ok()?.try_into().ok()
}
