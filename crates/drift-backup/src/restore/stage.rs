//! Private copies on their way to going live, in `.drift/tmp/<id>/`.
//!
//! Rule: only the copy is trusted, never the snapshot it came from: the snapshot can change between the look and
//! the use, the copy cannot.

use std::path::{Path, PathBuf};

use drift_db::integrity::Level;
use drift_db::private::{Check, Vetted, vet_all};
use drift_db::{DatabaseKind, DbError, LockName, durable, lock_shared};

use crate::archive::{self, Compression};
use crate::error::{BackupError, IoContext, Result};
use crate::format::DatabaseHeader;
use crate::id::SnapshotId;
use crate::parallel::each;
use crate::space;
use crate::store::Snapshot;
use crate::work::Work;

/// Copies that wait to go live; they vanish with this value unless an intent took them over.
#[derive(Debug)]
pub struct Staged {
    pub(super) id: SnapshotId,
    pub(super) dir: PathBuf,
    pub(super) kinds: Vec<DatabaseKind>,
    pub(super) kept: bool,
}

impl Staged {
    /// An empty place for private copies; `.drift` must be there.
    pub fn new(work: &Work<'_>) -> Result<Staged> {
        let parent = work.paths.staging();
        durable::private_dir(&parent)?;
        for more in 0..=0xffff {
            let id = SnapshotId::new(work.now, work.random.wrapping_add(more));
            let dir = parent.join(id.as_str());
            if durable::private_dir(&dir)? {
                return Ok(Staged { id, dir, kinds: Vec::new(), kept: false });
            }
        }
        let why = std::io::Error::other("every id of this second is taken");
        Err(DbError::io("create a directory in", &parent, why).into())
    }

    /// Where the copy of `kind` goes; from now on it belongs to the swap.
    pub fn add(&mut self, kind: DatabaseKind) -> PathBuf {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
            self.kinds.sort();
        }
        self.dir.join(kind.file_name())
    }
}

impl Staged {
    /// Names the directory.
    pub(crate) fn id(&self) -> &SnapshotId {
        &self.id
    }

    /// Private to this operation.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The databases whose copies lie here.
    pub fn kinds(&self) -> &[DatabaseKind] {
        &self.kinds
    }

    /// Whether every copy is still there: between the shared lock under which it was made and the exclusive one
    /// under which it goes live, somebody else may hold the exclusive one and sweep staging.
    pub fn is_complete(&self) -> bool {
        self.kinds.iter().all(|kind| self.dir.join(kind.file_name()).is_file())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept by gc.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// Copies `kinds` out of a snapshot and verifies the copies.
pub fn stage(work: &Work<'_>, snapshot: &Snapshot, kinds: &[DatabaseKind]) -> Result<Staged> {
    let bytes: u64 = wanted(snapshot, kinds).map(|database| database.content_bytes).sum();
    let live: u64 = kinds
        .iter()
        .filter_map(|kind| work.paths.database(*kind).metadata().ok())
        .map(|meta| meta.len())
        .sum();
    // The copy, what is live now, and the journal through which the copy goes live.
    space::require(&work.paths.drift_dir(), bytes.saturating_mul(2).saturating_add(live))?;
    let mut staged = Staged::new(work)?;
    let catalog = lock_shared(work.paths, LockName::Catalog, work.locks)?;
    work.phase("copying", bytes);
    let targets: Vec<_> =
        wanted(snapshot, kinds).map(|database| (database, staged.add(database.kind))).collect();
    each(targets.clone(), bytes, |(database, target)| copy_out(work, snapshot, database, &target))?;
    drop(catalog);
    work.phase("checking", 0);
    check_copies(work, snapshot, &targets)?;
    durable::sync_dir(&staged.dir)?;
    Ok(staged)
}

/// Writes the databases of a snapshot as plain files into `dir`, which must be absent or empty. No migration.
pub fn extract(work: &Work<'_>, snapshot: &Snapshot, kinds: &[DatabaseKind], dir: &Path) -> Result<()> {
    match fs_err::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(BackupError::NotEmpty { dir: dir.to_path_buf() });
            }
        }
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            durable::private_dir(dir)?;
        }
        Err(why) => return Err(why).doing("list", dir),
    }
    let bytes = wanted(snapshot, kinds).map(|database| database.content_bytes).sum();
    space::require(dir, bytes)?;
    work.phase("copying", bytes);
    let mut written = Vec::new();
    let mut all = || -> Result<()> {
        let mut targets = Vec::new();
        for database in wanted(snapshot, kinds) {
            let target = dir.join(database.kind.file_name());
            written.push(target.clone());
            copy_out(work, snapshot, database, &target)?;
            targets.push((database, target));
        }
        check_copies(work, snapshot, &targets)?;
        Ok(durable::sync_dir(dir)?)
    };
    let done = all();
    if done.is_err() {
        for file in &written {
            let _ = std::fs::remove_file(file);
        }
    }
    done
}

fn wanted<'a>(snapshot: &'a Snapshot, kinds: &[DatabaseKind]) -> impl Iterator<Item = &'a DatabaseHeader> {
    snapshot.header.databases.iter().filter(move |database| kinds.contains(&database.kind))
}

/// Copies one database out and compares it with its hashes.
fn copy_out(work: &Work<'_>, snapshot: &Snapshot, database: &DatabaseHeader, target: &Path) -> Result<()> {
    let source = snapshot.file(database);
    let (compression, limit) = (snapshot.header.compression, database.content_bytes);
    let unpacked = archive::unpack(&source, Some(target), compression, limit, work)?;
    let content = unpacked.content.map(|content| content.blake3);
    if unpacked.stored.blake3 == database.blake3 && content.as_ref() == Some(&database.content_blake3) {
        return Ok(());
    }
    Err(damaged(snapshot, database, "its content is not what was stored"))
}

/// The gate for every copy; all of SQLite's checks where no recorded pass covers these bytes.
fn check_copies(work: &Work<'_>, snapshot: &Snapshot, copies: &[(&DatabaseHeader, PathBuf)]) -> Result<()> {
    let header = &snapshot.header;
    let passed = header.verified_at.is_some() && header.compression == Compression::None;
    let check = if passed { Check::Trusted } else { Check::Level(Level::Full) };
    let files: Vec<_> = copies.iter().map(|(database, path)| (path.clone(), database.kind)).collect();
    let vetted = vet_all(&files, check, Vec::new(), work.interrupt);
    for ((database, _), vetted) in copies.iter().zip(vetted) {
        let Vetted { rows, findings, .. } = match vetted {
            Err(DbError::Corrupt { detail, .. }) => return Err(damaged(snapshot, database, &detail)),
            vetted => vetted?,
        };
        if let Some(finding) = findings.first() {
            return Err(damaged(snapshot, database, &finding.message));
        }
        if !passed && rows != database.rows {
            return Err(damaged(snapshot, database, "it does not hold the rows its header tells of"));
        }
    }
    Ok(())
}

fn damaged(snapshot: &Snapshot, database: &DatabaseHeader, what: &str) -> BackupError {
    let name = snapshot.header.file_name(database.kind);
    BackupError::Damaged { id: snapshot.id().to_string(), detail: format!("{name}: {what}") }
}
