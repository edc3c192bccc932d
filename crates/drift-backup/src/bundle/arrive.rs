//! Bringing a bundle in: into private copies that wait to go live, as those of a restore do.
//!
//! Order: space → each database out of the archive, into staging → vetted, and its rows into a new database
//! ([`drift_db::portable::admit`]) → its hash. Then, under the exclusive lock, [`complete`] adds what the workspace
//! keeps of its own, and the swap puts the copies in place.

use drift_db::copy::PinnedSource;
use drift_db::portable::{self, Form};
use drift_db::private::create_empty;
use drift_db::store::workspace::WorkspaceRow;
use drift_db::{DatabaseKind, DbError, ExclusiveLock, durable};

use super::header::{BundleHeader, refused};
use super::read::BundleReader;
use crate::error::{BackupError, IoContext, Result};
use crate::restore::{LiveState, Staged, live_state};
use crate::space;
use crate::work::Work;

/// A bundle that was let in.
#[derive(Debug)]
pub struct Arrived {
    pub header: BundleHeader,
    pub staged: Staged,
}

/// Unpacks and vets a bundle; nothing live is touched. `.drift` must be there.
pub fn arrive(work: &Work<'_>, reader: BundleReader) -> Result<Arrived> {
    let header = reader.header().clone();
    for database in &header.databases {
        if database.schema_version > database.kind.latest() {
            let (found, latest) = (i64::from(database.schema_version), database.kind.latest());
            return Err(DbError::NewerSchema { database: database.kind, found, latest }.into());
        }
    }
    let live: u64 = (header.databases.iter())
        .filter_map(|database| work.paths.database(database.kind).metadata().ok())
        .map(|meta| meta.len())
        .sum();
    // What is unpacked, what is made of it, the journal through which that goes live; and the safety snapshot.
    space::require(&work.paths.drift_dir(), header.bytes().saturating_mul(3).saturating_add(live))?;
    let mut staged = Staged::new(work)?;
    let dir = staged.dir().to_path_buf();
    let unpacked =
        reader.unpack(work, |database| dir.join(format!("arrived-{}", database.kind.file_name())))?;
    work.phase("checking", 0);
    for (database, digest) in unpacked {
        let kind = database.kind;
        let incoming = dir.join(format!("arrived-{}", kind.file_name()));
        let now = work.now.to_string();
        let arrival = portable::admit(&incoming, kind, &staged.add(kind), &now, work.interrupt)
            .map_err(|why| blame(kind, why))?;
        if digest.blake3 != database.blake3 || arrival.schema_version != database.schema_version {
            return Err(refused(format!("{}.db is not what bundle.json tells of", kind.name())));
        }
        fs_err::remove_file(&incoming).doing("remove", &incoming)?;
    }
    durable::sync_dir(&dir)?;
    Ok(Arrived { header, staged })
}

/// Adds to the copies what belongs to this workspace, and empty databases for those that are neither in the
/// bundle nor here.
pub fn complete(
    work: &Work<'_>,
    staged: &mut Staged,
    identity: &WorkspaceRow,
    _lock: &ExclusiveLock,
) -> Result<()> {
    let author = work.author();
    for kind in DatabaseKind::WORKSPACE {
        let state = live_state(work.paths, kind)?;
        if staged.kinds().contains(&kind) {
            let live = match state {
                LiveState::Sound => Some(PinnedSource::open(&work.paths.database(kind), kind)?),
                LiveState::Missing | LiveState::Unusable { .. } => None,
            };
            portable::adopt(&staged.add(kind), kind, live.as_ref(), identity, &author)?;
        } else if state == LiveState::Missing {
            create_empty(&staged.add(kind), kind, identity, &author)?;
        }
    }
    Ok(durable::sync_dir(staged.dir())?)
}

impl BundleHeader {
    /// As documents name the form.
    pub fn form_name(&self) -> &'static str {
        match self.form {
            Form::Full => "full",
            Form::Ci => "ci",
        }
    }
}

/// The copy that is refused has a name that nobody knows; the database in the bundle has one.
fn blame(kind: DatabaseKind, why: DbError) -> BackupError {
    match why {
        DbError::Untrusted { detail, .. } => refused(format!("{}: {detail}", kind.file_name())),
        other => other.into(),
    }
}
