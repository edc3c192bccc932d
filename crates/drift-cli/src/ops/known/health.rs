//! How a known workspace is, from facts that lie in it.
//!
//! The judgement is pure: facts and the time in, health and reasons out. Looking takes the shared lock without
//! waiting, and changes nothing; a workspace that cannot be looked at is unknown, never a failure.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use drift_backup::SnapshotStore;
use drift_db::registry::Known;
use drift_db::store::{scan, summary, workspace};
use drift_db::{
    DRIFT_DIR, DatabaseKind, DatabaseState, DbError, LockName, LockRequest, WorkspacePaths, inspect, intent,
    lock_shared,
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::CommandError;
use crate::ops::Session;
use crate::ops::advice::Advice;
use crate::ops::status::SchemaView;

/// A workspace that is scanned or backed up less often is worth a warning.
const OLD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A workspace needs no snapshot before it is as old as this.
const YOUNG: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Workspaces that are looked at at the same time.
const THREADS: usize = 8;

/// How a workspace is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    Healthy,
    /// Something should be done.
    Warning,
    /// Something is broken.
    Critical,
    /// It cannot be looked at.
    #[default]
    Unknown,
}

impl Health {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Health::Healthy => "healthy",
            Health::Warning => "warning",
            Health::Critical => "critical",
            Health::Unknown => "unknown",
        }
    }
}

/// What was seen of a workspace.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub(crate) struct Examined {
    /// Whether there is a workspace at all.
    pub(crate) exists: bool,
    pub(crate) health: Health,
    /// Why it is not healthy, the most important first.
    pub(crate) reasons: Vec<Advice>,
    pub(crate) schemas: BTreeMap<&'static str, SchemaView>,
    pub(crate) last_scan: Option<String>,
    /// When the newest snapshot was taken.
    pub(crate) last_backup: Option<String>,
    pub(crate) backups: usize,
    pub(crate) projects: Option<i64>,
    pub(crate) files: Option<i64>,
    /// Of the last recorded check: `pass` or `fail`.
    pub(crate) gate: Option<String>,
    #[serde(skip)]
    pub(crate) id: Option<String>,
}

/// The facts that health is judged by.
#[derive(Clone, Debug, Default)]
struct Facts {
    trouble: Option<Trouble>,
    interrupted: Option<&'static str>,
    old_schema: bool,
    /// At the root lies a workspace of another id than the registry knows.
    other: bool,
    created: Option<Timestamp>,
    scanned: Option<Timestamp>,
    backed_up: Option<Timestamp>,
    gate_failed: bool,
}

/// What keeps a workspace from being looked at in full.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trouble {
    Gone,
    Busy,
    Newer,
    Damaged(String),
    Unreadable(String),
}

/// Whether there is no workspace at `root` any more.
pub(super) fn is_gone(root: &Path) -> bool {
    !root.join(DRIFT_DIR).is_dir()
}

/// Whether the workspace of a row is still at its root. One that cannot be looked at counts as there.
pub(super) fn holds(session: &Session<'_>, known: &Known) -> bool {
    if is_gone(&known.path) {
        return false;
    }
    let mut seen = Examined::default();
    look(session, &known.path, &mut seen, &mut Facts::default()).is_err()
        || seen.id.is_none_or(|id| id == known.id)
}

/// Looks at every one of `entries`, in their order.
pub(super) fn examine_all(session: &Session<'_>, entries: &[Known]) -> Vec<Examined> {
    let share = entries.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (entries.chunks(share))
            .map(|some| {
                scope.spawn(move || some.iter().map(|known| examine(session, known)).collect::<Vec<_>>())
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<Examined>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    })
}

/// Looks at one.
pub(super) fn examine(session: &Session<'_>, known: &Known) -> Examined {
    let mut seen = Examined { exists: !is_gone(&known.path), ..Examined::default() };
    let mut facts = Facts::default();
    if seen.exists {
        facts.trouble = look(session, &known.path, &mut seen, &mut facts).err();
        // A row that no registry holds has no id yet.
        facts.other = !known.id.is_empty() && seen.id.as_ref().is_some_and(|id| *id != known.id);
    } else {
        facts.trouble = Some(Trouble::Gone);
    }
    (seen.health, seen.reasons) = judge(&facts, session.now);
    seen
}

/// Collects what can be seen; what is seen before trouble comes up stays.
fn look(session: &Session<'_>, root: &Path, seen: &mut Examined, facts: &mut Facts) -> Result<(), Trouble> {
    let paths = WorkspacePaths::new(root.to_path_buf());
    drift_db::durable::refuse_foreign_dir(&paths.drift_dir())?;
    let request = LockRequest { wait: Duration::ZERO, ..session.lock_request() };
    let lock = lock_shared(&paths, LockName::Workspace, &request)?;
    facts.interrupted = intent::read(&paths)?.map(|pending| pending.operation.name());
    let catalog =
        SnapshotStore::open(&paths).and_then(|store| store.catalog()).map_err(CommandError::from)?;
    facts.backed_up = catalog.snapshots.last().map(|newest| newest.header.created_at);
    seen.last_backup = facts.backed_up.map(|at| at.to_string());
    seen.backups = catalog.snapshots.len();
    let mut inspection = inspect(&paths)?;
    for found in &inspection.databases {
        match &found.state {
            DatabaseState::Missing | DatabaseState::Blank => {
                return Err(Trouble::Damaged(format!("{} is missing or empty", found.kind.file_name())));
            }
            DatabaseState::Damaged { detail } | DatabaseState::Untrusted { detail } => {
                return Err(Trouble::Damaged(format!("{}: {detail}", found.kind.file_name())));
            }
            DatabaseState::Newer { .. } => return Err(Trouble::Newer),
            DatabaseState::Known { version, .. } => {
                let (version, latest) = (*version, found.kind.latest());
                facts.old_schema |= version < latest;
                seen.schemas.insert(found.kind.name(), SchemaView { version, latest });
            }
        }
    }
    let Some(database) = inspection.reader(DatabaseKind::Drift, &lock) else { return Ok(()) };
    let (row, last, gate) =
        database.read(|c| Ok((workspace::get(c)?, scan::last(c)?, summary::last_gate(c)?)))?;
    let time = |text: &str| text.parse::<Timestamp>().ok();
    facts.created = row.as_ref().and_then(|row| time(&row.created_at));
    facts.scanned = last.as_ref().and_then(|scan| time(&scan.started_at));
    facts.gate_failed = gate.as_deref() == Some("fail");
    seen.projects = last.as_ref().map(|scan| scan.projects);
    seen.files = last.as_ref().map(|scan| scan.files);
    seen.last_scan = last.map(|scan| scan.started_at);
    seen.gate = gate;
    seen.id = row.map(|row| row.id);
    Ok(())
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Trouble {
        match error {
            DbError::Locked { .. } | DbError::Busy { .. } => Trouble::Busy,
            DbError::Corrupt { .. } | DbError::Lost { .. } | DbError::Untrusted { .. } => {
                Trouble::Damaged(error.to_string())
            }
            other => Trouble::Unreadable(other.to_string()),
        }
    }
}

impl From<CommandError> for Trouble {
    fn from(error: CommandError) -> Trouble {
        Trouble::Unreadable(error.message)
    }
}

/// How a workspace with these facts is, and why.
fn judge(facts: &Facts, now: Timestamp) -> (Health, Vec<Advice>) {
    let mut reasons = Vec::new();
    let mut worst = Health::Healthy;
    let mut add = |health: Health, code, message: String, command: &str| {
        if matches!((worst, health), (Health::Healthy, _) | (_, Health::Unknown | Health::Critical)) {
            worst = health;
        }
        reasons.push(Advice { code, message, command: command.to_owned() });
    };
    let passed = |then: Option<Timestamp>, limit| then.is_some_and(|then| now.duration_since(then) > limit);
    match &facts.trouble {
        None => {}
        Some(Trouble::Gone) => {
            let message = "the directory or the workspace in it is gone".to_owned();
            add(Health::Unknown, "workspace.gone", message, "drift project cleanup");
        }
        Some(Trouble::Busy) => {
            let message = "another process holds it".to_owned();
            add(Health::Unknown, "workspace.busy", message, "drift project info");
        }
        Some(Trouble::Newer) => {
            add(Health::Unknown, "schema.newer", "a newer drift wrote it".to_owned(), "drift --version");
        }
        Some(Trouble::Unreadable(why)) => {
            add(Health::Unknown, "workspace.unreadable", why.clone(), "drift workspace verify");
        }
        Some(Trouble::Damaged(why)) => {
            add(Health::Critical, "db.damaged", why.clone(), "drift workspace verify --repair");
        }
    }
    if let Some(operation) = facts.interrupted {
        let message = format!("a {operation} was interrupted and is not finished yet");
        add(Health::Critical, "intent.pending", message, "drift workspace verify --repair");
    }
    if facts.trouble.is_some() {
        return (worst, reasons);
    }
    if facts.other {
        let message = "another workspace is at this place now".to_owned();
        add(Health::Warning, "workspace.other", message, "drift project add");
    }
    if facts.old_schema {
        let message = "its schema is older than this drift".to_owned();
        add(Health::Warning, "schema.pending", message, "drift workspace migrate");
    }
    if facts.gate_failed {
        let message = "the last recorded check failed its gate".to_owned();
        add(Health::Warning, "check.failed", message, "drift workspace check");
    }
    if facts.scanned.is_none() {
        add(Health::Warning, "scan.none", "nothing was scanned yet".to_owned(), "drift workspace scan");
    } else if passed(facts.scanned, OLD) {
        add(Health::Warning, "scan.old", "the last scan is a month old".to_owned(), "drift workspace scan");
    }
    if facts.backed_up.is_none() && passed(facts.created, YOUNG) {
        add(Health::Warning, "backup.none", "there is no snapshot".to_owned(), "drift workspace backup");
    } else if passed(facts.backed_up, OLD) {
        let message = "the newest snapshot is a month old".to_owned();
        add(Health::Warning, "backup.old", message, "drift workspace backup");
    }
    (worst, reasons)
}

#[cfg(test)]
mod tests;
