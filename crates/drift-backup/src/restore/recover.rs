//! Finishing or undoing a swap that was interrupted.
//!
//! Rules: finished if the private copies are still what the intent says, or are live already, and pass their checks
//! where they are live; else undone from the safety snapshot; else refused, changing nothing. An intent whose workspace is another one is refused too:
//! who planted it knows no identity that is only in the user's own database.

use drift_db::intent::{self, Intent, IntentDatabase, Operation};
use drift_db::private::{Check, Results, vet};
use drift_db::{DatabaseKind, DbError, ExclusiveLock};

use super::plan::workspace_id;
use super::stage;
use super::swap::{Ending, conclude, finish, go_live, make_ready};
use crate::archive;
use crate::error::{BackupError, Result};
use crate::store::SnapshotStore;
use crate::work::Work;

/// What became of an interrupted swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    Finished(Operation),
    /// Because its copies are gone, or for what the check of the live databases said.
    Undone(Operation, Option<String>),
}

/// Finishes or undoes what the intent tells of, if there is one.
pub fn recover(work: &Work<'_>, lock: &ExclusiveLock) -> Result<Option<Recovery>> {
    let Some(intent) = intent::read(work.paths)? else { return Ok(None) };
    if let Some(ours) = workspace_id(work.paths)
        && !intent.workspaces.contains(&ours)
    {
        let detail = "it tells of another workspace".into();
        return Err(DbError::Untrusted { path: work.paths.intent(), detail }.into());
    }
    if can_finish(work, &intent)? {
        return Ok(Some(match conclude(work, &intent, lock).map_err(|halted| halted.why)? {
            Ending::Finished(_) => Recovery::Finished(intent.operation),
            Ending::Undone(why) => Recovery::Undone(intent.operation, Some(why.to_string())),
        }));
    }
    undo(work, &intent, lock)?;
    Ok(Some(Recovery::Undone(intent.operation, None)))
}

/// Whether every copy is there as the intent says, or went live by a rename.
fn can_finish(work: &Work<'_>, intent: &Intent) -> Result<bool> {
    for database in &intent.databases {
        let Some(kind) = database.kind() else { return Ok(false) };
        let copy = intent.staging(work.paths).join(kind.file_name());
        let live = work.paths.database(kind);
        let staged = copy.symlink_metadata().is_ok();
        let file = if staged { copy } else { live };
        if file.symlink_metadata().is_err() {
            return Ok(false);
        }
        drift_db::durable::refuse_foreign_file(&file)?;
        if archive::digest(&file, work)?.blake3 != database.blake3 {
            return Ok(false);
        }
        if staged && vet(&file, kind, Check::Trusted, work.interrupt).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Goes back to the safety snapshot, by a swap that replaces the one that cannot be finished.
pub(super) fn undo(work: &Work<'_>, intent: &Intent, lock: &ExclusiveLock) -> Result<()> {
    let stuck =
        |detail: &str| BackupError::Stuck { operation: intent.operation.name(), detail: detail.into() };
    let Some(id) = &intent.safety else {
        return Err(stuck("its copies are gone, and it names no safety snapshot"));
    };
    let Ok(safety) = SnapshotStore::open(work.paths)?.resolve(id) else {
        return Err(stuck("its copies are gone, and so is its safety snapshot"));
    };
    let kinds: Vec<DatabaseKind> = intent.databases.iter().filter_map(IntentDatabase::kind).collect();
    if !kinds.iter().all(|kind| safety.header.databases.iter().any(|database| database.kind == *kind)) {
        return Err(stuck("its copies are gone, and its safety snapshot does not hold everything"));
    }
    let mut staged = stage(work, &safety, &kinds)?;
    let mut back = Intent::new(intent.operation, staged.id.as_str());
    back.workspaces.clone_from(&intent.workspaces);
    back.workspaces.extend(safety.header.workspace.clone());
    let event = serde_json::json!({ "snapshot": id, "undo": intent.operation.name() });
    for kind in kinds {
        make_ready(work, &staged, kind, ("restore", &event), Results::AsTheyAre)?;
        let blake3 = archive::digest(&staged.dir.join(kind.file_name()), work)?.blake3;
        back.databases.push(IntentDatabase { name: kind.name().into(), blake3 });
    }
    drift_db::durable::sync_dir(&staged.dir)?;
    back.safety.clone_from(&intent.safety);
    // Kept in any case: a write that failed may have put the new intent in place.
    staged.kept = true;
    back.write(work.paths, lock)?;
    go_live(work, &back, lock).map_err(|halted| halted.why)?;
    finish(work, &back, lock)
}
