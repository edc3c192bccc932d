//! Going live: what is there is stored, then private copies take its place, both or neither.
//!
//! Order: safety snapshot or quarantine → the copies are migrated and get the event that tells of them → the
//! intent, naming the copies with their hashes → each live database in place, by one commit; only one that is no
//! database any more, or has another page size, is moved aside and replaced by rename → check → the intent is
//! cleared. Until the intent is written nothing live has changed; from then on [`super::recover()`] knows the rest.

use std::path::{Path, PathBuf};

use drift_db::copy::{InPlace, PinnedSource, check_pinned, copy_in_place};
use drift_db::integrity::Level;
use drift_db::intent::{self, Intent, IntentDatabase, Operation};
use drift_db::private::{Check, Preparation, Prepared, Results, prepare, vet};
use drift_db::{DatabaseKind, DbError, ExclusiveLock, JournalMode, copy, durable, wal_unsafe};

use super::keep::{Keep, Kept, keep_live};
use super::plan::workspace_id;
use super::{Staged, quarantine, recover};
use crate::archive;
use crate::error::{BackupError, IoContext, Result};
use crate::id::SnapshotId;
use crate::parallel::each;
use crate::work::Work;

/// What goes live, and on behalf of what.
#[derive(Debug)]
pub struct Swap {
    pub operation: Operation,
    pub staged: Staged,
    /// For the `detail` of the event in each database: an object.
    pub detail: serde_json::Map<String, serde_json::Value>,
    pub results: Results,
}

/// What a swap did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swapped {
    pub databases: Vec<DatabaseKind>,
    /// Holds what was live before and was sound.
    pub safety: Option<SnapshotId>,
    /// Holds what was live before and was not.
    pub quarantine: Option<PathBuf>,
    /// Those that came with an older schema.
    pub migrated: Vec<DatabaseKind>,
    /// Another program still reads the old state of these, so their WAL could not be folded back yet.
    pub unfolded: Vec<DatabaseKind>,
    /// See [`Prepared::baseline`].
    pub baseline: std::result::Result<Option<String>, String>,
}

/// Puts staged copies in place of the live databases. An intent that was pending before is the caller's
/// business.
pub fn swap(work: &Work<'_>, swap: Swap, lock: &ExclusiveLock) -> Result<Swapped> {
    let Swap { operation, mut staged, detail, results } = swap;
    sweep(work, &staged, lock)?;
    let ours = workspace_id(work.paths);
    let mut intent = Intent::new(operation, staged.id.as_str());
    let check = if operation == Operation::Reset { Level::Full } else { Level::Quick };
    let dir = intent.quarantine(work.paths);
    let (replaced, before) = (&staged.kinds[..], operation.name());
    let Kept { safety, quarantine } = keep_live(work, Keep { replaced, dir: &dir, before, check }, lock)?;
    let mut event = detail;
    event.insert("safety_backup".into(), safety.as_ref().map(SnapshotId::to_string).into());
    event.insert("quarantine".into(), quarantine.is_some().then(|| staged.id.to_string()).into());
    let event = serde_json::Value::Object(event);
    intent.workspaces.extend(ours);
    if staged.kinds.contains(&DatabaseKind::Drift) {
        // Before the copy is switched to WAL, in which a look leaves sidecars.
        let copy = staged.dir.join(DatabaseKind::Drift.file_name());
        intent.workspaces.extend(PinnedSource::open(&copy, DatabaseKind::Drift)?.workspace_id()?);
    }
    let (mut migrated, mut baseline) = (Vec::new(), Ok(None));
    let bytes = (staged.kinds.iter())
        .map(|kind| staged.dir.join(kind.file_name()).metadata().map_or(0, |meta| meta.len()))
        .sum();
    let ready = each(staged.kinds.clone(), bytes, |kind| {
        let prepared = make_ready(work, &staged, kind, (operation.name(), &event), results)?;
        let blake3 = archive::digest(&staged.dir.join(kind.file_name()), work)?.blake3;
        Ok((kind, prepared, IntentDatabase { name: kind.name().into(), blake3 }))
    })?;
    for (kind, prepared, database) in ready {
        if prepared.migrated {
            migrated.push(kind);
        }
        if kind == DatabaseKind::Drift {
            baseline = prepared.baseline;
        }
        intent.databases.push(database);
    }
    durable::sync_dir(&staged.dir)?;
    intent.safety = safety.as_ref().map(SnapshotId::to_string);
    work.check()?;
    // An intent whose write failed may be there all the same: its copies are kept until it is gone for sure.
    staged.kept = true;
    if let Err(why) = intent.write(work.paths, lock) {
        staged.kept = intent::clear(work.paths, lock).is_err();
        return Err(why.into());
    }
    let unfolded = match conclude(work, &intent, lock) {
        Ok(Ending::Finished(unfolded)) => unfolded,
        Ok(Ending::Undone(why)) => return Err(why),
        Err(Halted { why, changed }) => {
            if !changed {
                staged.kept = intent::clear(work.paths, lock).is_err();
            }
            return Err(why);
        }
    };
    Ok(Swapped { databases: staged.kinds.clone(), safety, quarantine, migrated, unfolded, baseline })
}

/// What is restored journals as the workspace did, and where nothing live tells, as a new one would: as it is
/// configured, else with a rollback journal where WAL is unsafe.
fn journal(work: &Work<'_>) -> JournalMode {
    let live = DatabaseKind::WORKSPACE.map(|kind| copy::journal_mode(&work.paths.database(kind)));
    let by_place = || match wal_unsafe(&work.paths.drift_dir()) {
        Some(_) => JournalMode::Delete,
        None => JournalMode::Wal,
    };
    if live.contains(&Some(JournalMode::Delete)) {
        JournalMode::Delete
    } else if live.contains(&Some(JournalMode::Wal)) {
        by_place()
    } else {
        work.journal.unwrap_or_else(by_place)
    }
}

/// Makes a staged copy what a live database has to be.
pub(super) fn make_ready(
    work: &Work<'_>,
    staged: &Staged,
    kind: DatabaseKind,
    event: (&str, &serde_json::Value),
    results: Results,
) -> Result<Prepared> {
    let copy = staged.dir.join(kind.file_name());
    let journal = journal(work);
    let author = work.author();
    let prepared = prepare(&copy, kind, Preparation { journal, author: &author, event, results })?;
    if prepared.migrated {
        let vetted = vet(&copy, kind, Check::Level(Level::Full), work.interrupt)?;
        if let Some(finding) = vetted.findings.first() {
            return Err(BackupError::FailedCheck { database: kind.name(), detail: finding.message.clone() });
        }
    }
    Ok(prepared)
}

/// How going live ended; the intent is gone in either case.
pub(super) enum Ending {
    /// All of it is live; another program still reads the old state of these.
    Finished(Vec<DatabaseKind>),
    /// The copies passed and the live files did not, so what was there before is live again.
    Undone(BackupError),
}

/// Puts the databases of the intent in place, looks at the result, and is done with it or goes back. Every swap
/// ends here, an interrupted one by way of [`super::recover()`].
pub(super) fn conclude(work: &Work<'_>, intent: &Intent, lock: &ExclusiveLock) -> Result<Ending, Halted> {
    let unfolded = go_live(work, intent, lock)?;
    let live = |why| Halted { why, changed: true };
    match check_live(work, intent) {
        Ok(()) => finish(work, intent, lock).map(|()| Ending::Finished(unfolded)).map_err(live),
        Err(
            why @ (BackupError::FailedCheck { .. }
            | BackupError::Db(DbError::Corrupt { .. } | DbError::Untrusted { .. })),
        ) => recover::undo(work, intent, lock).map(|()| Ending::Undone(why)).map_err(live),
        // Nobody could look. The intent stays, and the next command does this again.
        Err(other) => Err(live(other)),
    }
}

/// Why going live stopped, and whether something live is new already.
pub(super) struct Halted {
    pub why: BackupError,
    pub changed: bool,
}

/// Puts every database of the intent in place. May be done again any number of times.
pub(super) fn go_live(
    work: &Work<'_>,
    intent: &Intent,
    lock: &ExclusiveLock,
) -> Result<Vec<DatabaseKind>, Halted> {
    let mut unfolded = Vec::new();
    let mut changed = false;
    for kind in intent.databases.iter().filter_map(IntentDatabase::kind) {
        let copy = intent.staging(work.paths).join(kind.file_name());
        if !copy.exists() {
            // It went live by a rename before the interruption.
            changed = true;
            continue;
        }
        match put_in_place(work, intent, kind, &copy, lock, &mut changed) {
            Ok(true) => {}
            Ok(false) => unfolded.push(kind),
            Err(why) => return Err(Halted { why, changed }),
        }
        changed = true;
    }
    Ok(unfolded)
}

/// Returns whether the WAL was folded back. Sets `changed` before the first step that cannot be taken back.
fn put_in_place(
    work: &Work<'_>,
    intent: &Intent,
    kind: DatabaseKind,
    copy: &Path,
    lock: &ExclusiveLock,
    changed: &mut bool,
) -> Result<bool> {
    let live = work.paths.database(kind);
    durable::refuse_foreign_file(&live)?;
    work.phase("restoring", copy.metadata().map_or(0, |meta| meta.len()));
    let exists = live.symlink_metadata().is_ok();
    if exists {
        match work.watched(|watch| copy_in_place(copy, &live, lock, watch))? {
            InPlace::Done { folded } => {
                *changed = true;
                durable::restrict(&live)?;
                return Ok(folded);
            }
            InPlace::PageSizeDiffers | InPlace::Unusable { .. } => {}
        }
    }
    *changed = true;
    // Sidecars without a database belong to one that is gone, and must not meet the new one.
    quarantine::move_set(work, kind, &intent.quarantine(work.paths))?;
    durable::rename(copy, &live)?;
    Ok(true)
}

/// The live databases open, pass the gate and SQLite's quick checks.
fn check_live(work: &Work<'_>, intent: &Intent) -> Result<()> {
    work.phase("checking", 0);
    let mut sources = Vec::new();
    for kind in intent.databases.iter().filter_map(IntentDatabase::kind) {
        sources.push(PinnedSource::open(&work.paths.database(kind), kind)?);
    }
    // Live by now: an interrupt must not leave it unchecked, and no longer undoes anything.
    let found = check_pinned(&sources, Level::Quick, &std::sync::Arc::default());
    for (source, findings) in sources.iter().zip(found) {
        if let Some(finding) = findings?.first() {
            let (database, detail) = (source.kind().name(), finding.message.clone());
            return Err(BackupError::FailedCheck { database, detail });
        }
    }
    Ok(())
}

/// The swap is over.
pub(super) fn finish(work: &Work<'_>, intent: &Intent, lock: &ExclusiveLock) -> Result<()> {
    intent::clear(work.paths, lock)?;
    // What cannot be removed now is swept by gc.
    let _ = std::fs::remove_dir_all(intent.staging(work.paths));
    Ok(())
}

/// Removes what killed operations left in the staging directory. Whoever stages holds the workspace lock shared,
/// so under the exclusive one nobody does; a pending intent was settled, or is about to be replaced.
fn sweep(work: &Work<'_>, staged: &Staged, _lock: &ExclusiveLock) -> Result<()> {
    let dir = work.paths.staging();
    for entry in fs_err::read_dir(&dir).doing("list", &dir)? {
        let path = entry.doing("list", &dir)?.path();
        if path == staged.dir {
            continue;
        }
        let is_dir = path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        let removed = if is_dir { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) };
        removed.doing("remove", &path)?;
    }
    Ok(())
}
