//! What a restore would do, without doing it.

use drift_db::copy::PinnedSource;
use drift_db::{DatabaseKind, DbError, WorkspacePaths, durable};

use crate::error::{BackupError, Result};
use crate::store::Snapshot;

/// What a restore would do.
#[derive(Clone, Debug)]
pub struct RestorePlan {
    pub snapshot: Snapshot,
    pub databases: Vec<PlannedDatabase>,
    /// The snapshot was taken of another workspace than this one.
    pub other_workspace: bool,
}

/// What a restore would do to one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDatabase {
    pub kind: DatabaseKind,
    pub bytes: u64,
    /// The schema in the snapshot.
    pub schema_version: u32,
    pub live: LiveState,
}

/// What is there now, and so what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Goes into the safety snapshot.
    Sound,
    /// Nothing that could be lost.
    Missing,
    /// Goes to quarantine byte for byte.
    Unusable { detail: String },
}

impl PlannedDatabase {
    /// Whether the restore also migrates it.
    pub fn migrates(&self) -> bool {
        self.schema_version < self.kind.latest()
    }
}

/// Says what restoring `kinds` from `snapshot` would do; empty means everything in it.
pub fn plan(paths: &WorkspacePaths, snapshot: &Snapshot, kinds: &[DatabaseKind]) -> Result<RestorePlan> {
    let header = &snapshot.header;
    for kind in kinds {
        if !header.databases.iter().any(|database| database.kind == *kind) {
            return Err(BackupError::NotInSnapshot { id: header.id.to_string(), database: kind.name() });
        }
    }
    let mut databases = Vec::new();
    for database in &header.databases {
        let kind = database.kind;
        if database.schema_version > kind.latest() {
            let (found, latest) = (i64::from(database.schema_version), kind.latest());
            return Err(DbError::NewerSchema { database: kind, found, latest }.into());
        }
        if kinds.is_empty() || kinds.contains(&kind) {
            let (bytes, schema_version) = (database.content_bytes, database.schema_version);
            databases.push(PlannedDatabase { kind, bytes, schema_version, live: live_state(paths, kind)? });
        }
    }
    let ours = workspace_id(paths);
    let other_workspace = matches!((&ours, &header.workspace), (Some(ours), Some(theirs)) if ours != theirs);
    Ok(RestorePlan { snapshot: snapshot.clone(), databases, other_workspace })
}

/// Opens the live database and says how that went. What somebody else is using is an error.
pub fn live_state(paths: &WorkspacePaths, kind: DatabaseKind) -> Result<LiveState> {
    let path = paths.database(kind);
    durable::refuse_foreign_dir(&paths.drift_dir())?;
    durable::refuse_foreign_file(&path)?;
    if path.symlink_metadata().map_or(0, |meta| meta.len()) == 0 {
        return Ok(LiveState::Missing);
    }
    if let Some(detail) = super::quarantine::needs_rollback(&path) {
        return Ok(LiveState::Unusable { detail });
    }
    match PinnedSource::open(&path, kind).and_then(|source| source.check_length()) {
        Ok(()) => Ok(LiveState::Sound),
        Err(busy @ DbError::Busy { .. }) => Err(busy.into()),
        Err(why) => Ok(LiveState::Unusable { detail: why.to_string() }),
    }
}

/// The identity of the live workspace, if its database can be read.
pub(super) fn workspace_id(paths: &WorkspacePaths) -> Option<String> {
    let path = paths.database(DatabaseKind::Drift);
    if super::quarantine::needs_rollback(&path).is_some() {
        return None;
    }
    PinnedSource::open(&path, DatabaseKind::Drift).ok()?.workspace_id().ok()?
}
