//! Looking at the snapshots that are there, and changing which there are. None of it needs the databases.

use std::collections::BTreeMap;

use drift_backup::{Catalog, Pin, Snapshot, SnapshotFinding, SnapshotStore};
use drift_db::{LockName, lock_exclusive, lock_shared};
use drift_gc::{Candidate, RetentionPolicy, plan_retention};
use schemars::JsonSchema;
use serde::Serialize;

use super::retention::{enforce, plan, view};
use super::{RemovedView, StoredView, stored};
use crate::error::{CommandError, ErrorCode};
use crate::ops::recovery::warn_if_pending;
use crate::ops::work::with_work;
use crate::ops::workspace::locate;
use crate::ops::{Session, Warning};

/// A snapshot in a list.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct SnapshotView {
    pub(crate) id: String,
    pub(crate) created_at: String,
    pub(crate) tier: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) pinned: bool,
    pub(crate) bytes: u64,
    /// Why retention keeps it; empty if the next one removes it.
    pub(crate) keep: Vec<String>,
}

/// `backup list`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ListReport {
    /// Newest first.
    pub(crate) backups: Vec<SnapshotView>,
}

/// `backup show`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ShowReport {
    #[serde(flatten)]
    pub(crate) snapshot: SnapshotView,
    pub(crate) workspace: Option<String>,
    pub(crate) drift_version: String,
    pub(crate) git_head: Option<String>,
    pub(crate) verified_at: Option<String>,
    pub(crate) compression: &'static str,
    pub(crate) databases: Vec<DetailView>,
}

/// A database in `backup show`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct DetailView {
    #[serde(flatten)]
    pub(crate) stored: StoredView,
    pub(crate) content_bytes: u64,
    pub(crate) content_blake3: String,
    pub(crate) read_at: String,
    pub(crate) rows: BTreeMap<String, u64>,
}

/// `backup verify`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct VerifyReport {
    pub(crate) backups: Vec<VerifiedView>,
}

/// What verifying one snapshot found.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct VerifiedView {
    pub(crate) id: String,
    pub(crate) healthy: bool,
    pub(crate) findings: Vec<FindingView>,
}

#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct FindingView {
    pub(crate) code: &'static str,
    pub(crate) subject: String,
    pub(crate) message: String,
}

/// `backup pin` and `unpin`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct PinReport {
    pub(crate) backups: Vec<SnapshotView>,
}

/// `backup delete`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct DeleteReport {
    pub(crate) dry_run: bool,
    pub(crate) backups: Vec<SnapshotView>,
}

/// `backup prune`.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct PruneReport {
    pub(crate) dry_run: bool,
    pub(crate) kept: Vec<KeptView>,
    pub(crate) removed: Vec<RemovedView>,
}

/// A snapshot that stays, and why.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct KeptView {
    pub(crate) id: String,
    pub(crate) keep: Vec<String>,
}

/// Lists every complete snapshot; what has the name of one and is none is a warning.
pub(crate) fn list(session: &Session<'_>, policy: &RetentionPolicy) -> Result<ListReport, CommandError> {
    let paths = locate(session.place)?;
    let catalog = SnapshotStore::open(&paths)?.catalog()?;
    warn_if_pending(session, &paths)?;
    for skipped in &catalog.skipped {
        let message = format!("{} is no usable snapshot: {}", skipped.id, skipped.why);
        session.warn(Warning::new("backup.skipped", message));
    }
    let mut keep = keep_reasons(session, &catalog.snapshots, policy)?;
    let backups = catalog.snapshots.iter().rev().map(|snapshot| one(snapshot, &mut keep)).collect();
    Ok(ListReport { backups })
}

/// Tells everything that a snapshot says of itself.
pub(crate) fn show(
    session: &Session<'_>,
    id: &str,
    policy: &RetentionPolicy,
) -> Result<ShowReport, CommandError> {
    let paths = locate(session.place)?;
    let catalog = SnapshotStore::open(&paths)?.catalog()?;
    let snapshot = catalog.resolve(id)?;
    let mut keep = keep_reasons(session, &catalog.snapshots, policy)?;
    let header = &snapshot.header;
    let details = header.databases.iter().zip(stored(snapshot)).map(|(database, stored)| DetailView {
        stored,
        content_bytes: database.content_bytes,
        content_blake3: database.content_blake3.clone(),
        read_at: database.read_at.to_string(),
        rows: database.rows.clone(),
    });
    Ok(ShowReport {
        snapshot: one(snapshot, &mut keep),
        workspace: header.workspace.clone(),
        drift_version: header.drift_version.clone(),
        git_head: header.git_head.clone(),
        verified_at: header.verified_at.map(|at| at.to_string()),
        compression: header.compression.name(),
        databases: details.collect(),
    })
}

/// Verifies the snapshots that are named, or all. Damage is the result, not an error.
pub(crate) fn verify(session: &Session<'_>, ids: &[String]) -> Result<VerifyReport, CommandError> {
    let paths = locate(session.place)?;
    let store = SnapshotStore::open(&paths)?;
    let _catalog = match store.is_there() {
        true => Some(lock_shared(&paths, LockName::Catalog, &session.lock_request())?),
        false => None,
    };
    let catalog = store.catalog()?;
    let named = |id: &str| ids.is_empty() || ids.iter().any(|given| given == id);
    let mut backups = Vec::new();
    for skipped in catalog.skipped.iter().filter(|skipped| named(skipped.id.as_str())) {
        let code =
            if skipped.newer_format.is_some() { "snapshot.newer_format" } else { "snapshot.incomplete" };
        let finding = FindingView { code, subject: "snapshot.json".into(), message: skipped.why.clone() };
        backups.push(VerifiedView { id: skipped.id.to_string(), healthy: false, findings: vec![finding] });
    }
    let snapshots: Vec<&Snapshot> = if ids.is_empty() {
        catalog.snapshots.iter().collect()
    } else {
        let told = |id: &&String| !catalog.skipped.iter().any(|skipped| skipped.id.as_str() == id.as_str());
        ids.iter().filter(told).map(|id| catalog.resolve(id)).collect::<Result<_, _>>()?
    };
    for snapshot in snapshots {
        let findings = with_work(session, &paths, |work| drift_backup::verify(snapshot, work))?;
        let healthy = findings.is_empty();
        let findings = findings.into_iter().map(FindingView::from).collect();
        backups.push(VerifiedView { id: snapshot.id().to_string(), healthy, findings });
    }
    backups.sort_by(|a, b| a.id.cmp(&b.id));
    backups.dedup_by(|a, b| a.id == b.id);
    Ok(VerifyReport { backups })
}

/// Pins or unpins.
pub(crate) fn pin(session: &Session<'_>, ids: &[String], pin: Pin) -> Result<PinReport, CommandError> {
    change(session, ids, |_, snapshot, catalog| Ok(drift_backup::pin(snapshot, pin, catalog)?))
}

/// Deletes for good; the command has asked.
pub(crate) fn delete(session: &Session<'_>, ids: &[String]) -> Result<DeleteReport, CommandError> {
    let done = change(session, ids, |store, snapshot, catalog| {
        refuse_pinned(snapshot)?;
        drift_backup::delete(store, snapshot, catalog)?;
        Ok(snapshot.clone())
    })?;
    Ok(DeleteReport { dry_run: false, backups: done.backups })
}

/// What [`delete`] would delete.
pub(crate) fn plan_delete(session: &Session<'_>, ids: &[String]) -> Result<DeleteReport, CommandError> {
    let paths = locate(session.place)?;
    let catalog = SnapshotStore::open(&paths)?.catalog()?;
    warn_if_pending(session, &paths)?;
    let mut backups = Vec::new();
    for snapshot in named(&catalog, ids)? {
        refuse_pinned(snapshot)?;
        backups.push(one(snapshot, &mut BTreeMap::new()));
    }
    Ok(DeleteReport { dry_run: true, backups })
}

fn refuse_pinned(snapshot: &Snapshot) -> Result<(), CommandError> {
    if !snapshot.header.pinned {
        return Ok(());
    }
    let message = format!("the snapshot {} is pinned", snapshot.id());
    let hint = format!("unpin it first: `drift workspace backup unpin {}`", snapshot.id());
    Err(CommandError::new(ErrorCode::Usage, message).with_hint(hint))
}

/// Removes what the retention policy no longer keeps.
pub(crate) fn prune(
    session: &Session<'_>,
    policy: &RetentionPolicy,
    dry_run: bool,
) -> Result<PruneReport, CommandError> {
    let paths = locate(session.place)?;
    let store = SnapshotStore::open(&paths)?;
    let (retention, removed) = if dry_run || !store.is_there() {
        let retention = plan(session, &store, policy, &[])?;
        let removed = retention.remove.iter().map(view).collect();
        (retention, removed)
    } else {
        enforce(session, &paths, policy, &[])?
    };
    let kept = |kept: &drift_gc::Kept| KeptView {
        id: kept.id.to_string(),
        keep: kept.reasons.iter().map(ToString::to_string).collect(),
    };
    Ok(PruneReport { dry_run, kept: retention.keep.iter().map(kept).collect(), removed })
}

/// The snapshot that is meant, for a question or a message.
pub(crate) fn resolve(session: &Session<'_>, id: &str) -> Result<Snapshot, CommandError> {
    Ok(SnapshotStore::open(&locate(session.place)?)?.resolve(id)?)
}

/// Does something with each snapshot that is named, under the catalog lock; all of them are found before the
/// first is touched.
fn change(
    session: &Session<'_>,
    ids: &[String],
    change: impl Fn(&SnapshotStore, &Snapshot, &drift_db::ExclusiveLock) -> Result<Snapshot, CommandError>,
) -> Result<PinReport, CommandError> {
    let paths = locate(session.place)?;
    let store = SnapshotStore::open(&paths)?;
    if !store.is_there() {
        // Nothing to lock, and nothing to find.
        ids.iter().try_for_each(|id| store.resolve(id).map(drop))?;
    }
    let lock = lock_exclusive(&paths, LockName::Catalog, &session.lock_request())?;
    let catalog = store.catalog()?;
    let mut backups = Vec::new();
    for snapshot in named(&catalog, ids)? {
        let changed = change(&store, snapshot, &lock)?;
        backups.push(one(&changed, &mut BTreeMap::new()));
    }
    Ok(PinReport { backups })
}

/// The snapshots that are named, each once.
fn named<'a>(catalog: &'a Catalog, ids: &[String]) -> Result<Vec<&'a Snapshot>, CommandError> {
    let mut found = Vec::new();
    for id in ids {
        let snapshot = catalog.resolve(id)?;
        if !found.contains(&snapshot) {
            found.push(snapshot);
        }
    }
    Ok(found)
}

fn keep_reasons(
    session: &Session<'_>,
    snapshots: &[Snapshot],
    policy: &RetentionPolicy,
) -> Result<BTreeMap<String, Vec<String>>, CommandError> {
    let candidates: Vec<Candidate> = snapshots.iter().map(Candidate::from).collect();
    let retention = plan_retention(&candidates, policy, session.now)?;
    let reasons =
        |kept: drift_gc::Kept| (kept.id.to_string(), kept.reasons.iter().map(ToString::to_string).collect());
    Ok(retention.keep.into_iter().map(reasons).collect())
}

fn one(snapshot: &Snapshot, keep: &mut BTreeMap<String, Vec<String>>) -> SnapshotView {
    let header = &snapshot.header;
    SnapshotView {
        id: header.id.to_string(),
        created_at: header.created_at.to_string(),
        tier: header.tier.name(),
        reason: header.reason.name(),
        note: header.note.clone(),
        pinned: header.pinned,
        bytes: snapshot.bytes(),
        keep: keep.remove(header.id.as_str()).unwrap_or_default(),
    }
}

impl From<SnapshotFinding> for FindingView {
    fn from(finding: SnapshotFinding) -> FindingView {
        FindingView { code: finding.code, subject: finding.subject, message: finding.message }
    }
}
