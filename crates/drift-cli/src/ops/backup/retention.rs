//! Enforcing the retention policy: planned and done under the catalog lock, and told.

use std::collections::BTreeSet;

use drift_backup::{SnapshotId, SnapshotStore, discard};
use drift_db::{LockName, WorkspacePaths, lock_exclusive};
use drift_gc::{Candidate, Removed, Retention, RetentionPolicy, plan_retention};

use super::RemovedView;
use crate::error::CommandError;
use crate::ops::{Session, Warning};

/// What the policy says of the snapshots that are there; `in_use` are never removed.
pub(super) fn plan(
    session: &Session<'_>,
    store: &SnapshotStore,
    policy: &RetentionPolicy,
    in_use: &[&SnapshotId],
) -> Result<Retention, CommandError> {
    let in_use: BTreeSet<&SnapshotId> = in_use.iter().copied().collect();
    let candidate = |snapshot| {
        let mut candidate = Candidate::from(snapshot);
        candidate.in_use = in_use.contains(&candidate.id);
        candidate
    };
    let candidates: Vec<Candidate> = store.catalog()?.snapshots.iter().map(candidate).collect();
    let retention = plan_retention(&candidates, policy, session.now)?;
    if retention.over_limit > 0 {
        let message =
            format!("the protected snapshots exceed max_total_size by {} bytes", retention.over_limit);
        session.warn(Warning::new("backup.over_limit", message).with_hint(
            "unpin or delete some with `drift workspace backup unpin` or `delete`, or raise the limit",
        ));
    }
    Ok(retention)
}

/// Enforces the policy after a snapshot was taken. The snapshot is durable by then, so a failure is a warning.
pub(in crate::ops) fn retain(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    policy: &RetentionPolicy,
    in_use: &[&SnapshotId],
) -> Vec<RemovedView> {
    match enforce(session, paths, policy, in_use) {
        Ok((_, removed)) => removed,
        Err(error) => {
            let causes: String = error.causes.iter().map(|cause| format!(": {cause}")).collect();
            let message = format!("old snapshots were not removed: {}{causes}", error.message);
            let warning = Warning::new("backup.retention_failed", message);
            session.warn(warning.with_hint("run `drift workspace backup prune` once the cause is gone"));
            Vec::new()
        }
    }
}

/// Plans and removes under one hold of the catalog lock.
pub(super) fn enforce(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    policy: &RetentionPolicy,
    in_use: &[&SnapshotId],
) -> Result<(Retention, Vec<RemovedView>), CommandError> {
    let store = SnapshotStore::open(paths)?;
    let catalog = lock_exclusive(paths, LockName::Catalog, &session.lock_request())?;
    let retention = plan(session, &store, policy, in_use)?;
    let mut removed = Vec::new();
    for gone in &retention.remove {
        session.check()?;
        discard(&store, &gone.id, &catalog)?;
        removed.push(view(gone));
    }
    Ok((retention, removed))
}

pub(super) fn view(removed: &Removed) -> RemovedView {
    RemovedView { id: removed.id.to_string(), reason: removed.reason.to_string(), bytes: removed.bytes }
}
