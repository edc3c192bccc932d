//! Taking a snapshot.
//!
//! Order: both databases are pinned, cortex before drift, before the first page is copied → copied into a
//! staging directory → gate, checks, counts → hashes → header → everything synced → renamed into place under
//! the catalog lock → the directory synced. Killed anywhere, there is a complete snapshot or none.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use drift_db::copy::{PinnedSource, vacuum_into};
use drift_db::integrity::Level;
use drift_db::private::{Check, Meanwhile, Vetted, vet_all};
use drift_db::{
    DatabaseKind, DbError, ExclusiveLock, LockName, LockRequest, SharedLock, durable, lock_exclusive,
};
use jiff::Timestamp;

use crate::archive::{self, Compression, Digest};
use crate::error::{BackupError, IoContext, Result};
use crate::format::{self, DatabaseHeader, SnapshotHeader};
use crate::id::SnapshotId;
use crate::parallel::{both, each};
use crate::reason::{Reason, Tier};
use crate::space;
use crate::store::{STAGING_PREFIX, Snapshot, SnapshotStore};
use crate::work::Work;

/// How long publishing waits for the catalog at least: a finished copy is not thrown away for a short hold.
const PUBLISH_WAIT: Duration = Duration::from_secs(30);

/// Witness that nobody replaces the databases while they are copied.
#[derive(Clone, Copy, Debug)]
pub enum Hold<'a> {
    Shared(&'a SharedLock),
    Exclusive(&'a ExclusiveLock),
}

/// What kind of snapshot is taken.
#[derive(Clone, Debug)]
pub struct CreateOptions {
    pub reason: Reason,
    pub tier: Tier,
    pub note: Option<String>,
    pub pinned: bool,
    pub compression: Compression,
    /// How far the copy is checked; only [`Level::Full`] counts as verified.
    pub check: Level,
    /// Which databases; all but where one is too damaged to be copied.
    pub databases: Vec<DatabaseKind>,
    /// Skip it if the newest snapshot of this kind already holds exactly the same.
    pub unless_unchanged: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Created {
    Snapshot(Box<Snapshot>),
    /// Nothing changed since this one was taken.
    Unchanged(SnapshotId),
}

impl CreateOptions {
    /// A verified snapshot of everything, for `reason`.
    pub fn new(reason: Reason) -> CreateOptions {
        CreateOptions {
            reason,
            tier: reason.tier(),
            note: None,
            pinned: false,
            compression: Compression::None,
            check: Level::Full,
            databases: DatabaseKind::WORKSPACE.to_vec(),
            unless_unchanged: false,
        }
    }
}

/// Takes a snapshot of the live databases.
///
/// Without WAL a reader keeps writers out, so there the caller also holds `writer.lock`.
pub fn create(work: &Work<'_>, options: &CreateOptions, _hold: Hold<'_>) -> Result<Created> {
    let store = SnapshotStore::create(work.paths)?;
    // Somebody who holds the catalog for long is noticed before the work, not after it.
    drop(lock_exclusive(work.paths, LockName::Catalog, work.locks)?);
    let started = Instant::now();
    let mut sources = Vec::new();
    // Cortex first: what it remembers of a project must not be newer than the project.
    for kind in [DatabaseKind::Cortex, DatabaseKind::Drift] {
        if options.databases.contains(&kind) {
            let source = PinnedSource::open(&work.paths.database(kind), kind)?;
            sources.push((source, later(work.now, started.elapsed())));
        }
    }
    sources.reverse();
    let total: u64 = sources.iter().map(|(source, _)| source.bytes()).sum();
    let copies = if options.compression == Compression::None { 1 } else { 3 };
    space::require(store.dir(), total.saturating_mul(copies))?;

    let staging = Staging::new(&store, work)?;
    let mut header = SnapshotHeader::new(staging.id.clone(), work.now, options.reason, options.tier);
    work.phase("copying", total);
    for (source, _) in &sources {
        header.workspace = header.workspace.or(source.workspace_id()?);
    }
    // What is pinned keeps the WAL from being folded: nothing is, once everything is copied.
    let copied = each(sources, total, |(source, read_at)| {
        let target = staging.dir.join(source.kind().file_name());
        work.watched(|watch| source.copy_to(&target, watch))?;
        Ok((source.kind(), read_at))
    })?;
    work.phase("checking", 0);
    let copies = Copies { dir: &staging.dir, of: &copied, bytes: total };
    header.databases = match options.compression {
        Compression::None => keep_plain(work, options, copies)?,
        compression => keep_packed(work, options, copies, compression)?,
    };
    if options.unless_unchanged
        && let Some(same) = find_equal(&store, &header, options)?
    {
        return Ok(Created::Unchanged(same));
    }
    header.note = options.note.clone();
    header.pinned = options.pinned;
    header.drift_version = work.drift_version.to_owned();
    header.git_head = work.git_head.map(str::to_owned);
    header.compression = options.compression;
    header.verified_at = (options.check == Level::Full).then(|| later(work.now, started.elapsed()));
    work.check()?;
    work.phase("publishing", 0);
    publish(work, &store, staging, header)
}

/// The private copies of databases, and when each was read.
#[derive(Clone, Copy)]
struct Copies<'a> {
    dir: &'a Path,
    of: &'a [(DatabaseKind, Timestamp)],
    bytes: u64,
}

impl Copies<'_> {
    /// Their files, or what was made of them: the name of the database with `ending`.
    fn files(&self, ending: &str) -> Vec<(PathBuf, DatabaseKind)> {
        let file = |kind: DatabaseKind| self.dir.join(format!("{}{ending}", kind.file_name()));
        self.of.iter().map(|(kind, _)| (file(*kind), *kind)).collect()
    }
}

/// Checks the copies as they are, and describes them. Synced when this returns: the disk is busy with them while the
/// processors check and hash.
fn keep_plain(work: &Work<'_>, options: &CreateOptions, copies: Copies<'_>) -> Result<Vec<DatabaseHeader>> {
    let files = copies.files("");
    let digests: Vec<OnceLock<Result<Digest>>> = files.iter().map(|_| OnceLock::new()).collect();
    let check = || {
        let hash = |((path, _), slot): (&(PathBuf, DatabaseKind), &OnceLock<Result<Digest>>)| {
            // Nobody else sets it.
            let _ = slot.set(archive::digest(path, work));
        };
        let hashes = files.iter().zip(&digests);
        let meanwhile = hashes.map(|one| Box::new(move || hash(one)) as Meanwhile<'_>).collect();
        vet_all(&files, Check::Level(options.check), meanwhile, work.interrupt)
    };
    let sync = || files.iter().try_for_each(|(path, _)| durable::sync_file(path));
    let (vetted, synced) = both(copies.bytes, check, sync);
    let mut headers = Vec::new();
    for ((copied, vetted), digest) in copies.of.iter().zip(vetted).zip(digests) {
        let vetted = sound(copied.0, vetted)?;
        let digest = digest.into_inner().unwrap_or_else(|| unreachable!("BUG: every copy is hashed"))?;
        headers.push(describe(*copied, vetted, digest.clone(), digest));
    }
    synced?;
    Ok(headers)
}

/// Checks the copies, packs them, and describes what is stored.
fn keep_packed(
    work: &Work<'_>,
    options: &CreateOptions,
    copies: Copies<'_>,
    compression: Compression,
) -> Result<Vec<DatabaseHeader>> {
    let (plain, compact) = (copies.files(""), copies.files(".compact"));
    let vet = |files, level| -> Result<Vec<Vetted>> {
        let vetted = vet_all(files, Check::Level(level), Vec::new(), work.interrupt);
        copies.of.iter().zip(vetted).map(|((kind, _), vetted)| sound(*kind, vetted)).collect()
    };
    let vetted = vet(&plain, options.check)?;
    each(plain.iter().zip(&compact).collect(), copies.bytes, |((from, _), (to, _))| {
        Ok(vacuum_into(from, to, work.interrupt)?)
    })?;
    // The rewritten files are others than those that were checked.
    let again = vet(&compact, Level::Quick)?;
    if let Some(at) = vetted.iter().zip(&again).position(|(before, after)| before.rows != after.rows) {
        let detail = "compacting it changed the number of its rows".into();
        return Err(BackupError::FailedCheck { database: compact[at].1.name(), detail });
    }
    let targets = copies.files(compression.suffix());
    let files: Vec<_> =
        plain.into_iter().zip(compact).zip(targets).zip(copies.of.iter().zip(vetted)).collect();
    each(files, copies.bytes, |((((plain, _), (compact, _)), (target, _)), (copied, vetted))| {
        let content = archive::digest(&compact, work)?;
        let stored = archive::pack(&compact, &target, compression, work)?;
        for file in [plain, compact] {
            durable::remove_set(&file)?;
        }
        Ok(describe(*copied, vetted, content, stored))
    })
}

fn describe(
    (kind, read_at): (DatabaseKind, Timestamp),
    vetted: Vetted,
    content: Digest,
    stored: Digest,
) -> DatabaseHeader {
    DatabaseHeader {
        kind,
        bytes: stored.bytes,
        blake3: stored.blake3,
        content_bytes: content.bytes,
        content_blake3: content.blake3,
        schema_version: vetted.schema_version,
        read_at,
        rows: vetted.rows,
    }
}

/// Turns what the checks of a copy found into an error.
fn sound(kind: DatabaseKind, vetted: drift_db::Result<Vetted>) -> Result<Vetted> {
    let vetted = match vetted {
        Err(DbError::Corrupt { detail, .. }) => {
            return Err(BackupError::FailedCheck { database: kind.name(), detail });
        }
        vetted => vetted?,
    };
    match vetted.findings.first() {
        None => Ok(vetted),
        Some(finding) => {
            Err(BackupError::FailedCheck { database: kind.name(), detail: finding.message.clone() })
        }
    }
}

/// The newest snapshot of the same tier or a longer one, if it holds exactly these databases.
fn find_equal(
    store: &SnapshotStore,
    header: &SnapshotHeader,
    options: &CreateOptions,
) -> Result<Option<SnapshotId>> {
    let catalog = store.catalog()?;
    let newest = catalog.snapshots.iter().rfind(|snapshot| snapshot.header.tier >= options.tier);
    let contents = |header: &SnapshotHeader| -> Vec<_> {
        header.databases.iter().map(|database| (database.kind, database.content_blake3.clone())).collect()
    };
    Ok(newest
        .filter(|snapshot| contents(&snapshot.header) == contents(header))
        .map(|snapshot| snapshot.id().clone()))
}

/// Writes the header, syncs, and gives the directory its name.
fn publish(
    work: &Work<'_>,
    store: &SnapshotStore,
    mut staging: Staging,
    mut header: SnapshotHeader,
) -> Result<Created> {
    let request = LockRequest { wait: work.locks.wait.max(PUBLISH_WAIT), ..work.locks.clone() };
    let _catalog = lock_exclusive(work.paths, LockName::Catalog, &request)?;
    header.id = next_id(work, store)?;
    durable::write_file(&staging.dir.join(format::FILE_NAME), &header.encode())?;
    let target = store.dir().join(header.id.as_str());
    durable::rename(&staging.dir, &target)?;
    staging.published = true;
    Ok(Created::Snapshot(Box::new(Snapshot::new(header, target))))
}

/// An id that is not taken, and later in the order of ids than those of the same second: where a clock tells
/// seconds only, the order of ids is the order of time. The caller holds the catalog lock.
fn next_id(work: &Work<'_>, store: &SnapshotStore) -> Result<SnapshotId> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(store.dir()).doing("list", store.dir())? {
        let name = entry.doing("list", store.dir())?.file_name();
        names.extend(name.to_str().and_then(SnapshotId::parse));
    }
    let first = SnapshotId::new(work.now, 0);
    let last = SnapshotId::new(work.now, 0xffff);
    let floor = match names.iter().filter(|id| (&first..=&last).contains(id)).max() {
        None => 0,
        Some(newest) => u64::from(newest.digits()) + 1,
    };
    match 0x1_0000 - floor {
        0 => Err(no_id(store.dir())),
        // Room is left above, whatever is drawn.
        room => {
            let share = if floor == 0 { 2 } else { 16 };
            Ok(SnapshotId::new(work.now, floor + work.random % room.div_ceil(share)))
        }
    }
}

/// A directory that vanishes unless it is published.
struct Staging {
    id: SnapshotId,
    dir: PathBuf,
    published: bool,
}

impl Staging {
    fn new(store: &SnapshotStore, work: &Work<'_>) -> Result<Staging> {
        for more in 0..=0xffff {
            let id = SnapshotId::new(work.now, work.random.wrapping_add(more));
            let dir = store.dir().join(format!("{STAGING_PREFIX}{id}"));
            if durable::private_dir(&dir)? {
                return Ok(Staging { id, dir, published: false });
            }
        }
        Err(no_id(store.dir()))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed now is swept by gc.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

fn no_id(dir: &Path) -> BackupError {
    let why = std::io::Error::other("every id of this second is taken");
    BackupError::Db(DbError::io("create a snapshot in", dir, why))
}

fn later(now: Timestamp, elapsed: Duration) -> Timestamp {
    now.checked_add(elapsed).unwrap_or(now)
}

#[cfg(test)]
mod tests;
