//! What is wrong with live databases, told apart: missing, empty, foreign, damaged, newer, untrusted.
//!
//! Changes nothing: the file stays byte-identical and no sidecar remains that was not there. The schema gate
//! comes before every check. What each level cannot see is in docs/verify.md: SQLite's checks find about a
//! sixth of random bit flips; only a hash, as snapshots carry one, finds all.

mod fts;
mod structure;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use crate::error::{DbError, Result, SqlContext};
use crate::gate::{self, Gate};
use crate::integrity::{self, Checked, Keyring, Level, Run};
use crate::kind::DatabaseKind;
use crate::pool::{Slot, Task, Work};
use crate::private::Meanwhile;
use crate::startup;
use crate::state;

/// How far a database is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerifyLevel {
    /// Ids, versions, schema, structure and foreign keys; indexes are not compared with their tables.
    Quick,
    /// Also every index with its table, and the full-text index row by row; up to 32 MiB also what it says to
    /// itself.
    Normal,
    /// Also the content of the full-text index, on a private copy.
    Deep,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Worth knowing; every command works.
    Warning,
    /// Something is lost, damaged or refused.
    Error,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyFinding {
    /// Stable and dotted; docs/verify.md lists them.
    pub code: &'static str,
    pub severity: Severity,
    /// The file or the object in it.
    pub subject: String,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What was found of one database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseVerdict {
    /// Where it is of a version that this drift knows.
    pub version: Option<u32>,
    /// Whether it holds an `init` event.
    pub initialised: bool,
    pub findings: Vec<VerifyFinding>,
    /// What a smaller database would have been asked at this level, and only [`VerifyLevel::Deep`] asks of this.
    pub unchecked: Vec<String>,
    /// How many files there are of each language, in a drift.db above [`VerifyLevel::Quick`] whose files were read
    /// anyway.
    pub files_by_language: Option<HashMap<String, usize>>,
}

/// How checks are run.
pub struct VerifyRun<'a> {
    pub level: VerifyLevel,
    /// Threads, shared by the databases.
    pub threads: usize,
    /// An own, empty directory for private copies; only [`VerifyLevel::Deep`] uses it.
    pub staging: Option<&'a Path>,
    pub interrupt: &'a Arc<AtomicBool>,
    /// Hears how many parts of the check are done, of how many.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Done on the same threads, whatever comes of the checks.
    pub meanwhile: Vec<Meanwhile<'a>>,
}

/// Checks databases, several at once, and answers in their order. One fails only where it cannot be looked at: a
/// lock, an interruption, the system.
pub fn verify_databases(
    databases: &[(PathBuf, DatabaseKind)],
    run: VerifyRun<'_>,
) -> Vec<Result<DatabaseVerdict>> {
    let VerifyRun { level, threads, staging, interrupt, progress, meanwhile } = run;
    let staging = staging.filter(|_| level == VerifyLevel::Deep);
    let looks: Vec<Result<Look>> = databases.iter().map(|(path, kind)| look(path, *kind)).collect();
    let open: Vec<(usize, &Path, &Opened)> = (looks.iter().zip(databases).enumerate())
        .filter_map(|(at, (look, (path, _)))| Some((at, &**path, look.as_ref().ok()?.opened.as_ref()?)))
        .collect();
    let keyring = |(at, _, _): &(usize, &Path, &Opened)| match databases[*at].1 {
        DatabaseKind::Drift if level >= VerifyLevel::Normal => Keyring::counting("file", "language"),
        _ => Keyring::default(),
    };
    let keyrings: Vec<_> = open.iter().map(keyring).collect();
    let checked: Vec<Checked<'_>> = (open.iter().zip(&keyrings))
        .map(|((_, path, opened), keyring)| Checked {
            connection: &opened.connection,
            path,
            open: structure::open_beside,
            keyring,
        })
        .collect();
    let rows: Vec<_> = open.iter().map(|_| Slot::new()).collect();
    let mut besides: Vec<Task<'_>> = (meanwhile.into_iter())
        .map(|work| Task { cost: integrity::total_size(&checked) / 4, work: Work::Alone(work) })
        .collect();
    for (number, (((at, _, opened), slot), keyring)) in open.iter().zip(&rows).zip(&keyrings).enumerate() {
        if level >= VerifyLevel::Normal && fts::is_there(databases[*at].1, opened.version) {
            let compare = move |connection: &Connection| {
                slot.put(fts::rows_out_of_step(connection, keyring));
                Ok(())
            };
            // Last, when the keys of memory were read for its foreign keys.
            besides.push(Task { cost: 0, work: Work::On(number, Box::new(compare)) });
        }
    }
    let depth = if level == VerifyLevel::Quick { Level::Quick } else { Level::Full };
    let found = integrity::check_all(&checked, besides, Run { level: depth, threads, interrupt, progress });
    let mut of_open: Vec<_> = databases.iter().map(|_| None).collect();
    for ((((at, _, _), found), rows), keyring) in open.iter().zip(found).zip(rows).zip(keyrings) {
        of_open[*at] = Some((found, rows.into_inner(), keyring.into_counts()));
    }
    let conclude = |((look, (path, kind)), outcome): ((Result<Look>, &(PathBuf, DatabaseKind)), _)| {
        let Look { mut verdict, opened } = look?;
        let (Some(opened), Some((found, rows, counts))) = (opened, outcome) else { return Ok(verdict) };
        verdict.files_by_language = counts;
        let ended = structure::conclude(&opened, path, *kind, level, found, &mut verdict).and_then(|()| {
            let sound = verdict.findings.iter().all(|finding| finding.severity == Severity::Warning);
            if sound {
                verdict.findings.extend(fts::conclude(rows, path, *kind, staging, interrupt)?);
            }
            Ok(())
        });
        settle(ended, *kind, verdict)
    };
    looks.into_iter().zip(databases).zip(of_open).map(conclude).collect()
}

/// What the first look tells, before any check.
struct Look {
    verdict: DatabaseVerdict,
    /// Where there is something to check.
    opened: Option<Opened>,
}

/// A database that passed the gate.
struct Opened {
    connection: Connection,
    version: u32,
}

/// Damage and links are findings.
fn settle(ended: Result<()>, kind: DatabaseKind, mut verdict: DatabaseVerdict) -> Result<DatabaseVerdict> {
    match ended {
        Ok(()) => {}
        Err(DbError::Corrupt { detail, .. }) => verdict.findings.push(damaged(kind, "db.damaged", detail)),
        Err(DbError::Untrusted { detail, .. }) => {
            verdict.findings.push(error(kind, "fs.link", detail, "put the database itself in its place"));
        }
        Err(other) => return Err(other),
    }
    Ok(verdict)
}

fn look(path: &Path, kind: DatabaseKind) -> Result<Look> {
    let mut verdict = DatabaseVerdict::default();
    let size = match path.symlink_metadata() {
        Ok(meta) => meta.len(),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            verdict.findings.push(lost(kind, "db.missing", "the file is missing"));
            return Ok(Look { verdict, opened: None });
        }
        Err(why) => return Err(DbError::io("look at", path, why)),
    };
    if size == 0 {
        verdict.findings.push(lost(kind, "db.empty", "the file is empty"));
        return Ok(Look { verdict, opened: None });
    }
    let mut opened = None;
    let ended = examine(path, kind, &mut verdict).map(|found| opened = found);
    Ok(Look { verdict: settle(ended, kind, verdict)?, opened })
}

/// Everything that comes before the checks of structure; `None` if those must not be made.
fn examine(path: &Path, kind: DatabaseKind, verdict: &mut DatabaseVerdict) -> Result<Option<Opened>> {
    let connection = state::open_reader(path)?;
    let findings = &mut verdict.findings;
    let version = match gate::check(&connection, kind).at(path)? {
        Gate::Blank => {
            findings.push(lost(kind, "db.empty", "it holds no table"));
            return Ok(None);
        }
        Gate::Foreign { application_id } => {
            let message =
                format!("application id {application_id:#010x} is not that of {}", kind.file_name());
            findings.push(damaged(kind, "db.foreign", message));
            return Ok(None);
        }
        Gate::BadVersion { version } => {
            findings.push(damaged(
                kind,
                "schema.bad_version",
                format!("schema version {version} is impossible"),
            ));
            return Ok(None);
        }
        Gate::Newer { version } => {
            let message =
                format!("schema {version} is newer than the {} that this drift knows", kind.latest());
            findings.push(error(
                kind,
                "schema.newer",
                message,
                "use the drift that wrote it, or a later one",
            ));
            return Ok(None);
        }
        Gate::Known { version, findings: objects } => {
            let refused = objects.iter().any(|object| object.refused);
            findings.extend(objects.into_iter().map(|object| schema_finding(kind, object)));
            if refused {
                return Ok(None);
            }
            version
        }
    };
    verdict.version = Some(version);
    if version < kind.latest() {
        let message = format!("schema {version} of {}", kind.latest());
        findings.push(warning(kind, "schema.pending", message, "run `drift workspace migrate`"));
    }
    verdict.initialised = initialised(&connection).at(path)?;
    startup::header(&connection, path, kind)?;
    findings.extend(edited_migrations(&connection, kind).at(path)?);
    Ok(Some(Opened { connection, version }))
}

fn initialised(connection: &Connection) -> rusqlite::Result<bool> {
    crate::store::event::exists(connection, "init")
}

/// A migration whose text is not the one that was applied here.
fn edited_migrations(connection: &Connection, kind: DatabaseKind) -> rusqlite::Result<Vec<VerifyFinding>> {
    let mut statement = connection.prepare(
        "SELECT version, blake3 FROM migration_history
         WHERE id IN (SELECT max(id) FROM migration_history WHERE direction = 'up' GROUP BY version)",
    )?;
    let rows: Vec<(u32, String)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let edited = |(version, hash): &(u32, String)| {
        let migration = kind.migrations().get((*version as usize).checked_sub(1)?)?;
        (migration.blake3() != *hash).then(|| {
            let message = format!("migration {} was applied with another text", migration.name);
            warning(kind, "migration.edited", message, "a drift that was not released made this database")
        })
    };
    Ok(rows.iter().filter_map(edited).collect())
}

fn schema_finding(kind: DatabaseKind, object: gate::SchemaFinding) -> VerifyFinding {
    let restore = || (Severity::Error, restore(kind));
    let (what, (severity, hint)) = match object.code {
        "schema.unknown_object" => {
            ("is not drift's", (Severity::Warning, "drift keeps it, but never exports it".to_owned()))
        }
        "schema.missing_object" => ("is missing", restore()),
        "schema.changed_object" => ("is not as drift made it", restore()),
        _ => ("could run SQL that is not drift's", restore()),
    };
    VerifyFinding {
        code: object.code,
        severity,
        subject: format!("{}: {}", kind.file_name(), object.subject),
        message: format!("{} {what}", object.subject),
        hint: Some(hint),
    }
}

fn restore(kind: DatabaseKind) -> String {
    format!("run `drift workspace restore --database {kind}`")
}

fn lost(kind: DatabaseKind, code: &'static str, message: &str) -> VerifyFinding {
    damaged(kind, code, message.to_owned())
}

fn damaged(kind: DatabaseKind, code: &'static str, message: String) -> VerifyFinding {
    error(kind, code, message, &restore(kind))
}

fn error(kind: DatabaseKind, code: &'static str, message: String, hint: &str) -> VerifyFinding {
    let (subject, hint) = (kind.file_name().to_owned(), Some(hint.to_owned()));
    VerifyFinding { code, severity: Severity::Error, subject, message, hint }
}

fn warning(kind: DatabaseKind, code: &'static str, message: String, hint: &str) -> VerifyFinding {
    VerifyFinding { severity: Severity::Warning, ..error(kind, code, message, hint) }
}

#[cfg(test)]
mod tests;
