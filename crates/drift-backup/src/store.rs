//! [`SnapshotStore`]: the snapshots that lie beside a workspace.
//!
//! Rules: listing takes no lock, for published directories are complete; one that is incomplete, damaged or
//! vanishes while it is read is skipped and told; what drift did not create is not looked at. Everything here
//! may have come with a clone.

use std::io;
use std::path::{Path, PathBuf};

use drift_db::{DatabaseKind, WorkspacePaths, durable};

use crate::error::{BackupError, IoContext, Result};
use crate::format::{self, DatabaseHeader, HeaderFault, SnapshotHeader};
use crate::id::{SnapshotId, Wanted, wanted};

/// Before the name of a snapshot that is being written.
pub(crate) const STAGING_PREFIX: &str = ".tmp-";
/// Before the name of a snapshot that is being deleted.
pub(crate) const TRASH_PREFIX: &str = ".trash-";

/// The directory of the snapshots.
#[derive(Clone, Debug)]
pub struct SnapshotStore {
    dir: PathBuf,
}

/// A complete snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub header: SnapshotHeader,
    dir: PathBuf,
}

/// What lies in the store.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Directories that have the name of a snapshot and are none.
    pub skipped: Vec<Skipped>,
}

/// A directory that has the name of a snapshot and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub id: SnapshotId,
    pub why: String,
    /// The format of the snapshot, if that is what this drift does not understand.
    pub newer_format: Option<u64>,
}

impl SnapshotStore {
    /// The store of a workspace; there may be none yet.
    pub fn open(paths: &WorkspacePaths) -> Result<SnapshotStore> {
        let dir = paths.backups_dir();
        durable::refuse_foreign_dir(&dir)?;
        Ok(SnapshotStore { dir })
    }

    /// The store of a workspace, created if there is none.
    pub fn create(paths: &WorkspacePaths) -> Result<SnapshotStore> {
        let store = SnapshotStore { dir: paths.backups_dir() };
        durable::private_dir(&store.dir)?;
        let ignore = store.dir.join(".gitignore");
        if !ignore.exists() {
            durable::write_file(&ignore, b"*\n")?;
        }
        Ok(store)
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether there is a store at all.
    pub fn is_there(&self) -> bool {
        self.dir.is_dir()
    }

    /// Everything that is there. Fails only where the directory cannot be read.
    pub fn catalog(&self) -> Result<Catalog> {
        let entries = match fs_err::read_dir(&self.dir) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Catalog::default()),
            entries => entries.doing("list", &self.dir)?,
        };
        let mut catalog = Catalog::default();
        for entry in entries {
            let entry = entry.doing("list", &self.dir)?;
            let Some(id) = entry.file_name().to_str().and_then(SnapshotId::parse) else { continue };
            match self.load(&id)? {
                Ok(Some(snapshot)) => catalog.snapshots.push(snapshot),
                Ok(None) => {}
                Err(fault) => catalog.skipped.push(Skipped::new(id, fault)),
            }
        }
        catalog.snapshots.sort_by(|a, b| a.order().cmp(&b.order()));
        catalog.skipped.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(catalog)
    }

    /// One snapshot; `None` if it is not there (any more). What cannot be read at this moment is an error: taken
    /// for damage, it would be passed over by those who decide what is removed.
    fn load(&self, id: &SnapshotId) -> Result<Result<Option<Snapshot>, HeaderFault>> {
        let path = self.dir.join(id.as_str()).join(format::FILE_NAME);
        match self.look(id) {
            Err(Fault::Header(fault)) => Ok(Err(fault)),
            Err(Fault::Io(why)) => Err(why).doing("read", &path),
            Ok(found) => Ok(Ok(found)),
        }
    }

    fn look(&self, id: &SnapshotId) -> Result<Option<Snapshot>, Fault> {
        let damaged = |what: String| Fault::Header(HeaderFault::Damaged(what));
        let dir = self.dir.join(id.as_str());
        match dir.symlink_metadata() {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(Fault::Io(why)),
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Err(damaged("it is not a directory".into())),
        }
        let path = dir.join(format::FILE_NAME);
        match path.symlink_metadata() {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(Fault::Io(why)),
            Err(_) if !dir.exists() => return Ok(None),
            Err(_) => return Err(damaged("it has no header".into())),
            Ok(meta) if !meta.is_file() || meta.len() > format::MAX_BYTES => {
                return Err(damaged("its header is no file of a sensible size".into()));
            }
            Ok(_) => {}
        }
        let bytes = match std::fs::read(&path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
                return Err(damaged("its header may not be read".into()));
            }
            bytes => bytes.map_err(Fault::Io)?,
        };
        let header = SnapshotHeader::decode(&bytes, id).map_err(Fault::Header)?;
        let snapshot = Snapshot { header, dir };
        for database in &snapshot.header.databases {
            let file = snapshot.file(database);
            let fits =
                file.symlink_metadata().is_ok_and(|meta| meta.is_file() && meta.len() == database.bytes);
            if !fits {
                let name = snapshot.header.file_name(database.kind);
                return Err(damaged(format!("{name} is missing or has another size")));
            }
        }
        Ok(Some(snapshot))
    }

    /// The snapshot that a user means by `given`: a full id, the beginning of one, `latest` or `latest~N`.
    pub fn resolve(&self, given: &str) -> Result<Snapshot> {
        self.catalog()?.resolve(given).cloned()
    }
}

/// Why there is no snapshot where one seems to be.
enum Fault {
    Header(HeaderFault),
    Io(io::Error),
}

impl Catalog {
    /// The newest snapshot that `latest` means: complete and no safety snapshot.
    pub fn latest(&self) -> Option<&Snapshot> {
        self.latest_but(0)
    }

    fn latest_but(&self, back: usize) -> Option<&Snapshot> {
        self.snapshots.iter().rev().filter(|snapshot| !snapshot.header.reason.is_safety()).nth(back)
    }

    /// See [`SnapshotStore::resolve`].
    pub fn resolve(&self, given: &str) -> Result<&Snapshot> {
        let not_found = |ids| {
            let any = !self.snapshots.is_empty();
            BackupError::NotFound { given: given.to_owned(), any, ids }
        };
        let prefix = match wanted(given) {
            None => return Err(BackupError::BadId { given: given.to_owned() }),
            Some(Wanted::Latest(back)) => return self.latest_but(back).ok_or_else(|| not_found(Vec::new())),
            Some(Wanted::Prefix(prefix)) => prefix,
        };
        let found: Vec<_> =
            self.snapshots.iter().filter(|snapshot| snapshot.id().as_str().starts_with(prefix)).collect();
        match found[..] {
            [one] => Ok(one),
            [] => match self.skipped.iter().find(|skipped| skipped.id.as_str() == prefix) {
                Some(skipped) => Err(skipped.error()),
                None => Err(not_found(self.snapshots.iter().map(|one| one.id().to_string()).collect())),
            },
            _ => Err(BackupError::Ambiguous {
                given: given.to_owned(),
                candidates: found.iter().map(|snapshot| snapshot.id().to_string()).collect(),
            }),
        }
    }
}

impl Skipped {
    fn new(id: SnapshotId, fault: HeaderFault) -> Skipped {
        match fault {
            HeaderFault::Damaged(why) => Skipped { id, why, newer_format: None },
            HeaderFault::Newer(format) => Skipped {
                id,
                why: format!("its format {format} is newer than this drift knows"),
                newer_format: Some(format),
            },
        }
    }

    /// What using it nevertheless ends with.
    pub fn error(&self) -> BackupError {
        let id = self.id.to_string();
        match self.newer_format {
            Some(format) => BackupError::NewerFormat { id, format },
            None => BackupError::Damaged { id, detail: self.why.clone() },
        }
    }
}

impl Snapshot {
    pub(crate) fn new(header: SnapshotHeader, dir: PathBuf) -> Snapshot {
        Snapshot { header, dir }
    }

    /// Its id.
    pub fn id(&self) -> &SnapshotId {
        &self.header.id
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Bytes of its databases as stored.
    pub fn bytes(&self) -> u64 {
        self.header.databases.iter().map(|database| database.bytes).sum()
    }

    /// Whether it holds every database of a workspace.
    pub fn is_whole(&self) -> bool {
        self.header.databases.len() == DatabaseKind::WORKSPACE.len()
    }

    pub(crate) fn file(&self, database: &DatabaseHeader) -> PathBuf {
        self.dir.join(self.header.file_name(database.kind))
    }

    /// Snapshots are ordered by time, then by id.
    fn order(&self) -> (jiff::Timestamp, &SnapshotId) {
        (self.header.created_at, &self.header.id)
    }
}

#[cfg(test)]
mod tests;
