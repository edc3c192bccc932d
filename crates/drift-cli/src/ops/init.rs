//! Init: a workspace that is complete, whatever was there before: nothing, or what a killed init left.
//!
//! Idempotent and convergent: every step may be done again. The `init` events come after both databases exist
//! fully migrated; from then on a missing database is damage, which init refuses to paper over.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use drift_db::store::{event, workspace};
use drift_db::{
    DRIFT_DIR, Database, DatabaseKind, ExclusiveLock, FoundDatabase, Inspection, JournalMode, LockName, Need,
    WorkspacePaths, canonical, choose_root, create, durable, find_workspace, git_work_tree, inspect,
    lock_exclusive, wal_unsafe,
};
use drift_gc::{RetentionPolicy, finish_deletes};
use schemars::JsonSchema;
use serde::Serialize;

use super::migrate::{self, MigrateOptions};
use super::recovery::{lock_settled, settle};
use super::scan::{self, Known, Record, ScanOptions, ScanReport};
use super::wire::ProblemView;
use super::workspace::{home, is_there, named_dir, unfinished};
use super::{Place, Session, Warning, known, random};
use crate::error::CommandError;

/// How a workspace is made.
#[derive(Clone, Debug)]
pub(crate) struct InitOptions {
    pub(crate) scan: ScanOptions,
    /// `None` lets the file system decide.
    pub(crate) journal: Option<JournalMode>,
    /// Databases that are made anew, empty, where they were lost.
    pub(crate) recreate: Vec<DatabaseKind>,
    /// What becomes of older snapshots if the schema is migrated.
    pub(crate) retention: RetentionPolicy,
}

/// What init made, or found.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct InitReport {
    pub(crate) root: String,
    /// Whether the workspace was not there, or not complete, before.
    pub(crate) created: bool,
    pub(crate) databases: Vec<DatabaseView>,
    pub(crate) projects: u64,
    pub(crate) edges: u64,
    pub(crate) files: u64,
    pub(crate) ecosystems: BTreeSet<String>,
    pub(crate) languages: BTreeSet<String>,
    pub(crate) problems: Vec<ProblemView>,
    pub(crate) duration_ms: u64,
}

/// A database and its schema version.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct DatabaseView {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
}

/// `drift workspace init`.
pub(crate) fn run(session: &Session<'_>, options: &InitOptions) -> Result<InitReport, CommandError> {
    let paths = choose(session)?;
    durable::refuse_foreign_dir(&paths.backups_dir())?;
    finish_deletes(&paths)?;
    if !is_there(&paths.drift_dir())? {
        // What is lost is refused before anything stands in its place.
        refuse_damage(&inspect(&paths)?, &options.recreate)?;
    }
    prepare_dir(&paths)?;
    if let Some(ready) = open_ready(session, &paths, options)? {
        return ready.scan(session, &paths, options, Record::IfChanged);
    }
    let lock = lock_exclusive(&paths, LockName::Workspace, &session.lock_request())?;
    settle(session, &paths, &lock)?;
    let inspection = inspect(&paths)?;
    let created = !inspection.initialised() || inspection.databases.iter().any(FoundDatabase::is_lost);
    let is_empty = |found: &FoundDatabase| found.kind == DatabaseKind::Drift && found.is_lost();
    let is_first = inspection.databases.iter().any(is_empty);
    let open = || {
        let inspection = match inspection.is_ready() {
            true => inspection,
            false => {
                complete(session, &paths, inspection, options, &lock)?;
                inspect(&paths)?
            }
        };
        Ok(Ready { created, ..Ready::open(&paths, inspection, lock)? })
    };
    if is_first {
        // Nothing is stored, so the tree is walked while the databases are made.
        let known = Known::nothing(session, paths.root(), &options.scan);
        return first_scan(session, &paths, options, known, open);
    }
    open()?.scan(session, &paths, options, Record::Always)
}

/// Scans into databases that `open` makes meanwhile.
fn first_scan(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &InitOptions,
    known: Known,
    open: impl FnOnce() -> Result<Ready, CommandError>,
) -> Result<InitReport, CommandError> {
    let ready = OnceCell::new();
    let drift = || {
        let opened = open()?;
        Ok(&ready.get_or_init(|| opened).drift)
    };
    let scan = scan::store(session, paths, || Ok(known), drift, &options.scan, "init", Record::Always)?;
    let ready = ready.into_inner().ok_or_else(|| unfinished(paths.root()))?;
    ready.report(session, paths, scan)
}

/// Both databases complete, and the right to write.
struct Ready {
    drift: Database,
    created: bool,
    _lock: Vec<ExclusiveLock>,
    _shared: Option<drift_db::SharedLock>,
}

impl Ready {
    fn open(
        paths: &WorkspacePaths,
        mut inspection: Inspection,
        lock: ExclusiveLock,
    ) -> Result<Ready, CommandError> {
        let drift = inspection.writer(DatabaseKind::Drift, &lock)?.ok_or_else(|| unfinished(paths.root()))?;
        Ok(Ready { drift, created: false, _lock: vec![lock], _shared: None })
    }

    fn scan(
        self,
        session: &Session<'_>,
        paths: &WorkspacePaths,
        options: &InitOptions,
        record: Record,
    ) -> Result<InitReport, CommandError> {
        let known = Known::read(session, paths.root(), &options.scan, &self.drift)?;
        let drift = || Ok(&self.drift);
        let scan = scan::store(session, paths, || Ok(known), drift, &options.scan, "init", record)?;
        self.report(session, paths, scan)
    }

    fn report(
        self,
        session: &Session<'_>,
        paths: &WorkspacePaths,
        scan: ScanReport,
    ) -> Result<InitReport, CommandError> {
        let created = self.created;
        let identity = self.drift.read(workspace::get)?;
        // Whoever asks the registry how this workspace is must not find it busy.
        drop(self);
        if let Some(identity) = identity {
            known::remember(session, paths.root(), &identity);
        }
        let databases =
            DatabaseKind::WORKSPACE.map(|kind| DatabaseView { name: kind.name(), version: kind.latest() });
        Ok(InitReport {
            root: paths.root().display().to_string(),
            created,
            databases: databases.into(),
            projects: scan.projects,
            edges: scan.edges,
            files: scan.files,
            ecosystems: scan.ecosystems,
            languages: scan.languages,
            problems: scan.problems,
            duration_ms: scan.duration_ms,
        })
    }
}

/// The workspace as it is, if there is nothing to complete.
fn open_ready(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &InitOptions,
) -> Result<Option<Ready>, CommandError> {
    let shared = lock_settled(session, paths)?;
    let inspection = inspect(paths)?;
    refuse_damage(&inspection, &options.recreate)?;
    if !inspection.is_ready() {
        return Ok(None);
    }
    let writer = lock_exclusive(paths, LockName::Writer, &session.lock_request())?;
    inspection.check_before_writing(session.databases.startup, session.interrupt.shared(), &writer)?;
    let mut ready = Ready::open(paths, inspection, writer)?;
    ready._shared = Some(shared);
    Ok(Some(ready))
}

/// An error if a database holds data that init must not touch, or was lost and is not to be made anew.
fn refuse_damage(inspection: &Inspection, recreate: &[DatabaseKind]) -> Result<(), CommandError> {
    let (anew, kept): (Vec<_>, Vec<_>) =
        inspection.databases.iter().partition(|found| recreate.contains(&found.kind));
    if let Some(found) = anew.iter().find(|found| !found.is_lost()) {
        let message =
            format!("{} is there; --recreate only makes one anew that was lost", found.path.display());
        let hint = "leave out --recreate, or bring a snapshot back with `drift workspace restore`";
        return Err(CommandError::usage(message).with_hint(hint));
    }
    kept.into_iter().try_for_each(|found| Ok(inspection.usable_one(found, Need::Known)?))
}

/// Creates what is missing, migrates what is old, and marks both databases as initialised.
///
/// Takes the inspection, because its visitors may hold a file for themselves after a crash.
fn complete(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    inspection: Inspection,
    options: &InitOptions,
    lock: &ExclusiveLock,
) -> Result<(), CommandError> {
    refuse_damage(&inspection, &options.recreate)?;
    let author = session.author();
    let journal = journal_mode(session, paths, options);
    let lost = inspection.databases.into_iter().filter(FoundDatabase::is_lost);
    for (path, kind) in lost.map(|found| (found.path, found.kind)).collect::<Vec<_>>() {
        session.check()?;
        create(&path, kind, journal, &author)?;
    }
    let plans = migrate::plans(&inspect(paths)?, &MigrateOptions::to_latest(&options.retention))?;
    migrate::execute(session, paths, &plans, &options.retention, lock)?;
    let mut created = inspect(paths)?;
    created.usable(Need::Latest)?;
    let name = paths.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let row = workspace::WorkspaceRow { id: random::id(), name, created_at: author.now.clone() };
    let mut identity = None;
    for kind in DatabaseKind::WORKSPACE {
        let database = created.writer(kind, lock)?.ok_or_else(|| unfinished(paths.root()))?;
        database.write(|tx| {
            tx.run(|c| {
                if kind == DatabaseKind::Drift {
                    identity = Some(workspace::get_or_insert(c, row.clone())?.id);
                }
                if event::exists(c, "init")? {
                    return Ok(());
                }
                let detail = serde_json::json!({ "workspace": identity, "drift": author.drift_version });
                event::append(c, &author.now, "init", &detail)
            })
        })?;
    }
    Ok(())
}

fn journal_mode(session: &Session<'_>, paths: &WorkspacePaths, options: &InitOptions) -> JournalMode {
    if let Some(journal) = options.journal {
        return journal;
    }
    match wal_unsafe(&paths.drift_dir()) {
        None => JournalMode::Wal,
        Some(name) => {
            let message = format!("WAL is unsafe on {name}; the databases use a rollback journal");
            session.warn(
                Warning::new("fs.wal_unsafe", message)
                    .with_hint("readers and a writer will wait for each other"),
            );
            JournalMode::Delete
        }
    }
}

/// Where the workspace is, or is to be.
fn choose(session: &Session<'_>) -> Result<WorkspacePaths, CommandError> {
    let place = session.place;
    let home = home(place);
    let root = match &place.root {
        Some(root) => named_dir(root)?,
        None => choose_root(&canonical(&place.cwd)?, home.as_deref())?,
    };
    refuse_home(session, &root)?;
    warn_if_nested(session, place, &root);
    Ok(WorkspacePaths::new(root))
}

/// An error if a workspace would be made of the home directory.
pub(super) fn refuse_home(session: &Session<'_>, root: &std::path::Path) -> Result<(), CommandError> {
    if Some(root) != home(session.place).as_deref() {
        return Ok(());
    }
    let message = format!("{} is the home directory; ~/{DRIFT_DIR} is drift's own", root.display());
    Err(CommandError::usage(message).with_hint("start it in a repository, or name one with --root"))
}

fn warn_if_nested(session: &Session<'_>, place: &Place, root: &std::path::Path) {
    // Only for a warning: what cannot be looked at is passed over.
    let outer = root.parent().and_then(|parent| find_workspace(parent, home(place).as_deref()).ok()?);
    let same_tree = |outer: &std::path::Path| git_work_tree(outer) == git_work_tree(root);
    if let Some(outer) = outer.filter(|outer| same_tree(outer)) {
        let message = format!("{} lies inside the workspace {}", root.display(), outer.display());
        session.warn(Warning::new("workspace.nested", message).with_hint("the outer scan leaves it out"));
    }
}

/// `.drift` with what does not depend on the databases.
pub(super) fn prepare_dir(paths: &WorkspacePaths) -> Result<(), CommandError> {
    let dir = paths.drift_dir();
    durable::private_dir(&dir)?;
    durable::restrict(&dir)?;
    let ignore = dir.join(".gitignore");
    if !ignore.exists() {
        durable::write_file(&ignore, b"*\n")?;
    }
    durable::private_dir(&paths.staging())?;
    Ok(())
}
