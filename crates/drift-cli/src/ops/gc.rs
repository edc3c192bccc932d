//! Gc: what nobody needs any more is removed, and free pages go back to the file system.
//!
//! A dry run plans and stops there; the run plans again under the locks and does it. Rewriting a database takes
//! the exclusive lock, so the shared ones are released first: a lock is never upgraded.

use drift_db::store::history::Cutoffs;
use drift_db::{
    DatabaseKind, DbError, ExclusiveLock, LockName, Need, StartupCheck, WorkspacePaths, intent,
    lock_exclusive,
};
use drift_gc::{
    Action, DatabaseFacts, Done, Facts, FileFacts, FullVacuum, GcError, GcPlan, GcPolicy, GcWork, Target,
    Usage, apply, compact, finish_deletes,
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::recovery::settle;
use super::scan::Upkeep;
use super::workspace::{Workspace, is_there, locate, none_at};
use super::{DatabaseSettings, Session, Wait, Warning};
use crate::error::{CommandError, ErrorCode};

/// How long after the last one an automatic gc is due.
const AUTOMATIC_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What is removed, and whether it is.
#[derive(Clone, Debug)]
pub(crate) struct GcOptions {
    pub(crate) policy: GcPolicy,
    pub(crate) mode: Mode,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    DryRun,
    Run,
}

/// Whether a command that wrote also removes what nobody needs.
#[derive(Clone, Debug)]
pub(crate) struct AutomaticOptions {
    /// `[gc] auto`, and not in CI.
    pub(crate) enabled: bool,
    pub(crate) policy: GcPolicy,
}

/// What was removed, or would be.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct GcReport {
    pub(crate) dry_run: bool,
    pub(crate) actions: Vec<ActionView>,
    /// Everything that drift keeps for the workspace.
    pub(crate) before_bytes: u64,
    pub(crate) after_bytes: u64,
    pub(crate) freed_bytes: u64,
}

/// One thing that was done, or would be.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ActionView {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) bytes: u64,
    pub(crate) estimated: bool,
    pub(crate) reason: String,
    /// `planned`, `done`, or `skipped`.
    pub(crate) outcome: &'static str,
    /// Why it was skipped.
    pub(crate) detail: Option<String>,
}

/// `drift workspace gc`.
pub(crate) fn run(session: &Session<'_>, options: &GcOptions) -> Result<GcReport, CommandError> {
    let paths = locate(session.place)?;
    if !is_there(&paths.drift_dir())? {
        return without_workspace(session, &paths, options);
    }
    match options.mode {
        Mode::DryRun => look(session, options),
        Mode::Run => collect(session, options),
    }
}

/// What [`run`] would remove.
fn look(session: &Session<'_>, options: &GcOptions) -> Result<GcReport, CommandError> {
    let mut workspace = Workspace::look(session, Need::Latest)?;
    let before = Usage::measure(&workspace.paths)?.total();
    let plan = plan(session, &mut workspace, &options.policy)?;
    let planned = plan.actions.iter().map(|action| view(action, None)).collect();
    let freed = plan.bytes().min(before);
    Ok(report(Mode::DryRun, planned, before, before - freed))
}

fn collect(session: &Session<'_>, options: &GcOptions) -> Result<GcReport, CommandError> {
    let policy = &options.policy;
    let mut workspace = Workspace::open(session, Need::Latest)?;
    let paths = workspace.paths.clone();
    let writer = lock_exclusive(&paths, LockName::Writer, &session.lock_request())?;
    let catalog = match is_there(&paths.backups_dir())? {
        true => Some(lock_exclusive(&paths, LockName::Catalog, &session.lock_request())?),
        false => None,
    };
    let startup = session.databases.startup;
    workspace.inspection.check_before_writing(startup, session.interrupt.shared(), &writer)?;
    let before = Usage::measure(&paths)?.total();
    let plan = plan(session, &mut workspace, policy)?;
    // What read the databases so far may have done so without shared memory, on a full disk.
    let Workspace { lock, inspection, .. } = workspace;
    drop(inspection);
    let now = session.now.to_string();
    let work = GcWork {
        paths: &paths,
        writer: &writer,
        catalog: catalog.as_ref(),
        now: &now,
        cutoffs: &cutoffs(session, policy),
        max_pages: policy.max_pages,
        interrupt: session.interrupt.shared(),
    };
    let mut done = apply(&plan, work)?;
    drop((catalog, writer, lock));
    rewrite(session, &paths, &plan, policy.full, &mut done)?;
    settle_failures(&plan, &done)?;
    warn_of_readers(session, &plan, &done);
    let after = Usage::measure(&paths)?.total();
    let views = plan.actions.iter().zip(&done).map(|(action, done)| view(action, done.as_ref())).collect();
    Ok(report(Mode::Run, views, before, after))
}

/// What can be removed, from the planner, for `size`.
pub(super) fn reclaimable(
    session: &Session<'_>,
    workspace: &mut Workspace,
    policy: &GcPolicy,
) -> Result<GcPlan, CommandError> {
    plan(session, workspace, policy)
}

fn plan(session: &Session<'_>, workspace: &mut Workspace, policy: &GcPolicy) -> Result<GcPlan, CommandError> {
    let cutoffs = cutoffs(session, policy);
    let mut facts = Facts::default();
    let pending = intent::read(&workspace.paths)?;
    facts.files = FileFacts::gather(&workspace.paths, pending.as_ref())?;
    for kind in DatabaseKind::WORKSPACE {
        facts.databases.push(DatabaseFacts::gather(&workspace.reader(kind)?, &cutoffs)?);
    }
    let plan = drift_gc::plan(&facts, policy, session.now)?;
    if plan.over_limit > 0 {
        let message = format!("the protected snapshots exceed max_total_size by {} bytes", plan.over_limit);
        session.warn(Warning::new("backup.over_limit", message).with_hint(
            "unpin or delete some with `drift workspace backup unpin` or `delete`, or raise the limit",
        ));
    }
    Ok(plan)
}

fn cutoffs(session: &Session<'_>, policy: &GcPolicy) -> Cutoffs {
    let before = |age: SignedDuration| session.now.checked_sub(age).unwrap_or(Timestamp::MIN).to_string();
    Cutoffs {
        history: before(policy.history),
        removed_projects: before(policy.removed_projects),
        baselines: before(policy.baselines),
    }
}

/// Only an interrupted delete is left: it is finished.
fn without_workspace(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    options: &GcOptions,
) -> Result<GcReport, CommandError> {
    let mut files = FileFacts::gather(paths, None)?;
    let backups = paths.backups_dir();
    files.deletes.retain(|pile| !paths.root().join(&pile.path).starts_with(&backups));
    if files.deletes.is_empty() {
        return Err(none_at(paths.root()));
    }
    let before = Usage::measure(paths)?.total();
    let facts =
        Facts { files: FileFacts { deletes: files.deletes, ..FileFacts::default() }, ..Facts::default() };
    let plan = drift_gc::plan(&facts, &options.policy, session.now)?;
    let views = |done: Option<fn(u64) -> Done>| {
        let view = |action: &Action| view(action, done.map(|done| done(action.bytes)).as_ref());
        plan.actions.iter().map(view).collect()
    };
    if options.mode == Mode::DryRun {
        return Ok(report(Mode::DryRun, views(None), before, before.saturating_sub(plan.bytes())));
    }
    finish_deletes(paths)?;
    Ok(report(Mode::Run, views(Some(Done::Freed)), before, Usage::measure(paths)?.total()))
}

/// The rewriting part, under the exclusive lock.
fn rewrite(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    plan: &GcPlan,
    full: FullVacuum,
    done: &mut [Option<Done>],
) -> Result<(), CommandError> {
    if !plan.actions.iter().any(|action| matches!(action.target, Target::Whole(_))) {
        return Ok(());
    }
    let lock = exclusive(session, paths, full);
    let lock = match lock {
        Err(error) if full == FullVacuum::Automatic && error.code == ErrorCode::Locked => Err(error.message),
        Err(error) => {
            return Err(
                error.with_hint("the rest of the gc is done; run it again when nobody uses the workspace")
            );
        }
        Ok(lock) => Ok(lock),
    };
    for (action, done) in plan.actions.iter().zip(done) {
        let Target::Whole(kind) = action.target else { continue };
        let lock = match &lock {
            Ok(lock) => lock,
            Err(why) => {
                *done = Some(Done::Skipped(why.clone()));
                continue;
            }
        };
        let now = session.now.to_string();
        let interrupt = session.interrupt.shared();
        *done = Some(match compact(paths, kind, full, &now, interrupt, lock) {
            Err(GcError::Db(why @ DbError::Busy { .. })) if full == FullVacuum::Automatic => {
                Done::Skipped(why.to_string())
            }
            other => other?,
        });
    }
    Ok(())
}

fn exclusive(
    session: &Session<'_>,
    paths: &WorkspacePaths,
    full: FullVacuum,
) -> Result<ExclusiveLock, CommandError> {
    let wait = if full == FullVacuum::Asked { session.wait } else { Wait::No };
    let session = Session { wait, ..*session };
    let lock = lock_exclusive(paths, LockName::Workspace, &session.lock_request())?;
    settle(&session, paths, &lock)?;
    Ok(lock)
}

/// An error if anything that was tried failed; everything else is done by then.
fn settle_failures(plan: &GcPlan, done: &[Option<Done>]) -> Result<(), CommandError> {
    let failures: Vec<(&Action, &GcError)> = (plan.actions.iter().zip(done))
        .filter_map(|(action, done)| match done {
            Some(Done::Failed(why)) => Some((action, why)),
            _ => None,
        })
        .collect();
    let Some((_, first)) = failures.first() else { return Ok(()) };
    let (code, hint) = (code_of(first), first.hint());
    let message = format!("{} of {} actions failed; the others are done", failures.len(), plan.actions.len());
    let mut error = CommandError::new(code, message);
    error.causes = failures.iter().map(|(action, why)| told(action, why)).collect();
    error.hint = hint;
    Err(error)
}

fn told(action: &Action, why: &GcError) -> String {
    let causes = std::iter::successors(std::error::Error::source(why), |cause| cause.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("{} of {}: {why}{causes}", action.target.kind(), action.target.subject())
}

fn code_of(error: &GcError) -> ErrorCode {
    match error {
        GcError::NoSpace { .. } | GcError::Db(DbError::NoSpace { .. }) => ErrorCode::NoSpace,
        GcError::Db(DbError::Busy { .. } | DbError::Locked { .. }) => ErrorCode::Locked,
        GcError::Db(DbError::Corrupt { .. }) => ErrorCode::Corrupt,
        _ => ErrorCode::Io,
    }
}

fn warn_of_readers(session: &Session<'_>, plan: &GcPlan, done: &[Option<Done>]) {
    for (action, done) in plan.actions.iter().zip(done) {
        if matches!(done, Some(Done::Pending(_))) {
            let message = format!("another program reads an older state of {}", action.target.subject());
            session
                .warn(Warning::new("gc.reader", message).with_hint("its file shrinks once that has ended"));
        }
    }
}

fn view(action: &Action, done: Option<&Done>) -> ActionView {
    let (bytes, outcome, detail) = match done {
        None => (action.bytes, "planned", None),
        Some(Done::Freed(bytes) | Done::Pending(bytes)) => (*bytes, "done", None),
        Some(Done::Skipped(why)) => (0, "skipped", Some(why.clone())),
        Some(Done::Failed(why)) => (0, "failed", Some(why.to_string())),
    };
    ActionView {
        kind: action.target.kind(),
        subject: action.target.subject(),
        bytes,
        estimated: action.target.is_estimated(),
        reason: action.reason.clone(),
        outcome,
        detail,
    }
}

fn report(mode: Mode, actions: Vec<ActionView>, before: u64, after: u64) -> GcReport {
    GcReport {
        dry_run: mode == Mode::DryRun,
        actions,
        before_bytes: before,
        after_bytes: after,
        freed_bytes: before.saturating_sub(after),
    }
}

/// Removes what nobody needs after a command that wrote, once a day, and says so in a line. That command has
/// done what it promised, so nothing here fails it: held locks skip, everything else warns.
pub(crate) fn automatic(session: &Session<'_>, upkeep: Upkeep, options: &AutomaticOptions) {
    let since = upkeep.collected.or(upkeep.made);
    let is_early = since.is_some_and(|since| session.now.duration_since(since) < AUTOMATIC_AFTER);
    if !options.enabled || is_early {
        return;
    }
    // Nobody asked for it, so nobody waits for it; and the command that was asked for has looked already.
    let databases = DatabaseSettings { startup: StartupCheck::Off, ..session.databases };
    let session = Session { wait: Wait::No, databases, ..*session };
    let collected = match is_worth_it(&session, options) {
        Ok(true) => collect(&session, &GcOptions { policy: options.policy.clone(), mode: Mode::Run }),
        Ok(false) => return,
        Err(error) => Err(error),
    };
    match collected {
        Ok(report) => {
            let bytes = report.freed_bytes;
            session.note(&format!("gc freed {bytes} bytes; `drift workspace history` tells when it ran"));
        }
        Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::Interrupted) => {}
        Err(error) => {
            let message = format!("the automatic gc did not finish: {}", error.message);
            let hint = error.hint.unwrap_or_else(|| "run `drift workspace gc`".into());
            session.warn(Warning::new("gc.automatic_failed", message).with_hint(hint));
        }
    }
}

/// Whether there is enough to remove.
fn is_worth_it(session: &Session<'_>, options: &AutomaticOptions) -> Result<bool, CommandError> {
    let mut workspace = Workspace::open(session, Need::Latest)?;
    Ok(plan(session, &mut workspace, &options.policy)?.is_worth_it())
}
