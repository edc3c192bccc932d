//! Keeping the stored sections in step with the rows: written in the transaction of whoever changes the rows, made
//! anew where rows came from elsewhere, compared by verify.

use std::collections::HashMap;

use drift_db::store::{context, event, scan, summary, workspace};
use drift_db::{
    Changing, Database, DatabaseKind, DbError, ExclusiveLock, LockName, Need, WorkspacePaths, inspect,
    lock_exclusive, lock_shared,
};
use serde_json::Value;

use super::sections::{self, Section};
use crate::error::CommandError;
use crate::ops::workspace::unfinished;
use crate::ops::{Session, Warning};

/// Writes every section that is kept anew, from the rows as this transaction sees them. For a scan; a check that
/// records needs only [`write_check`].
pub(in crate::ops) fn write(tx: &Changing<'_>, now: &str) -> Result<(), DbError> {
    let summary = tx.run(|c| summary::read(c, sections::LIMITS))?;
    for (section, value) in sections::of_scan(&summary) {
        tell(tx, section, &value, now)?;
    }
    write_check(tx, now)
}

/// Writes what the newest recorded check tells.
pub(in crate::ops) fn write_check(tx: &Changing<'_>, now: &str) -> Result<(), DbError> {
    tx.run(|c| {
        let check = summary::read_check(c, sections::LIMITS)?;
        let told = sections::of_check(check.as_ref());
        for section in [Section::Health, Section::Findings] {
            match told.iter().find(|(found, _)| *found == section) {
                Some((_, value)) => drop(context::put(c, section.name(), value, now)?),
                None => drop(context::remove(c, section.name())?),
            }
        }
        Ok(())
    })
}

/// The same as [`write()`], unless they are in step: after rows came from elsewhere, or from a drift that wrote none.
pub(in crate::ops) fn write_if_stale(tx: &Changing<'_>, now: &str) -> Result<(), DbError> {
    let (scan, run, health) = tx.run(|c| {
        let health = context::read(c, &[Section::Health.name()])?.pop().map(|section| section.value);
        Ok((scan::last_with_id(c)?.map(|(id, _)| id), summary::last_run(c)?, health))
    })?;
    match overview_in_step(tx, scan)? {
        Some(_) if sections::is_of_run(health.as_ref(), run) => Ok(()),
        _ => write(tx, now),
    }
}

/// The same after a scan that found nothing new but left a row: `before` is the number of the scan before it.
pub(in crate::ops) fn write_scan(tx: &Changing<'_>, before: Option<i64>, now: &str) -> Result<(), DbError> {
    match (overview_in_step(tx, before)?, tx.run(scan::last_with_id)?) {
        (Some(overview), Some((id, row))) => {
            tell(tx, Section::Overview, &sections::with_scan(overview, id, &row), now)
        }
        _ => write(tx, now),
    }
}

/// The overview, if it tells of `scan` as this drift would.
fn overview_in_step(tx: &Changing<'_>, scan: Option<i64>) -> Result<Option<Value>, DbError> {
    tx.run(|c| {
        let name = workspace::get(c)?.map(|row| row.name);
        let overview = context::read(c, &[Section::Overview.name()])?.pop().map(|section| section.value);
        Ok(overview.filter(|overview| sections::is_in_step(overview, name.as_deref(), scan)))
    })
}

fn tell(tx: &Changing<'_>, section: Section, value: &Value, now: &str) -> Result<(), DbError> {
    tx.run(|c| context::put(c, section.name(), value, now).map(drop))
}

/// How many files there are of each language.
type Files = HashMap<String, usize>;

/// The stored sections that claim to tell of the newest scan or check, and what the rows amount to, those of files
/// aside.
#[derive(Debug)]
pub(in crate::ops) struct Told {
    stored: Vec<context::Section>,
    summary: Option<summary::Summary>,
    /// What the newest check makes of its sections.
    check: Vec<(Section, Value)>,
}

impl Told {
    /// All of one point in time; with the files of each language if they are to be counted.
    fn read(database: &Database, counts_files: bool) -> Result<(Told, Option<Files>), DbError> {
        database.read(|c| {
            let name = workspace::get(c)?.map(|row| row.name);
            let scan = scan::last_with_id(c)?.map(|(id, _)| id);
            let stored = context::read(c, &Section::ALL.map(Section::name))?;
            let mut told = Told { stored, summary: None, check: Vec::new() };
            let overview = told.find(Section::Overview);
            if overview.is_some_and(|one| sections::is_in_step(one, name.as_deref(), scan)) {
                told.summary = Some(summary::read_but_files(c, sections::LIMITS)?);
            }
            if sections::is_of_run(told.find(Section::Health), summary::last_run(c)?) {
                told.check = sections::of_check(summary::read_check(c, sections::LIMITS)?.as_ref());
            }
            let files = (counts_files && told.summary.is_some()).then(|| summary::files_by_language(c));
            Ok((told, files.transpose()?))
        })
    }

    /// What is told, to be compared once the files are counted.
    pub(in crate::ops) fn of(database: &Database) -> Result<Told, DbError> {
        Told::read(database, false).map(|(told, _)| told)
    }

    fn find(&self, section: Section) -> Option<&Value> {
        self.stored.iter().find(|one| one.name == section.name()).map(|one| &one.value)
    }

    /// Whether a section tells something else than the rows do, with so many files of each language.
    /// Sections that an older drift left out, or wrote in another format, are not out of step: nobody reads them.
    pub(in crate::ops) fn contradicts(mut self, files: &Files) -> bool {
        let mut made = std::mem::take(&mut self.check);
        if let Some(summary) = self.summary.take() {
            made.extend(sections::of_scan(&summary.with_files(files, sections::LIMITS)));
        }
        made.iter().any(|(section, value)| self.find(*section) != Some(value))
    }
}

/// The same, asked all at once.
pub(in crate::ops) fn is_out_of_step(database: &Database) -> Result<bool, DbError> {
    let (told, files) = Told::read(database, true)?;
    Ok(told.contradicts(&files.unwrap_or_default()))
}

/// Makes the sections anew where they are stale, after the databases came from elsewhere. Without them everything
/// works, only slower, so a failure is a warning.
pub(in crate::ops) fn refresh(session: &Session<'_>, paths: &WorkspacePaths, lock: &ExclusiveLock) {
    let now = session.now.to_string();
    let refreshed = || -> Result<(), CommandError> {
        let mut inspection = inspect(paths)?;
        // An older schema may not have the table; migrate comes by here again.
        if inspection.usable(Need::Latest).is_err() {
            return Ok(());
        }
        let Some(database) = inspection.writer(DatabaseKind::Drift, lock)? else { return Ok(()) };
        database.write(|tx| Ok(write_if_stale(tx, &now)?))
    };
    if let Err(error) = refreshed() {
        let message = format!("the context could not be written: {}", error.message);
        session.warn(Warning::new("context.stale", message).with_hint("run `drift workspace scan`"));
    }
}

/// Makes every section of a scan anew, for `verify --repair`.
pub(in crate::ops) fn rebuild(session: &Session<'_>, paths: &WorkspacePaths) -> Result<(), CommandError> {
    let _shared = lock_shared(paths, LockName::Workspace, &session.lock_request())?;
    let writer = lock_exclusive(paths, LockName::Writer, &session.lock_request())?;
    let mut inspection = inspect(paths)?;
    inspection.usable(Need::Known)?;
    let database =
        inspection.writer(DatabaseKind::Drift, &writer)?.ok_or_else(|| unfinished(paths.root()))?;
    let (detail, now) = (serde_json::json!({ "rebuilt": "workspace_context" }), session.now.to_string());
    database.write(|tx| -> Result<(), CommandError> {
        write(tx, &now)?;
        tx.run(|c| event::append(c, &now, "repair", &detail))?;
        Ok(())
    })
}
