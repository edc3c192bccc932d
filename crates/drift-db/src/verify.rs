//! What is wrong with one live database, told apart: missing, empty, foreign, damaged, newer, untrusted.
//!
//! Changes nothing: the file stays byte-identical and no sidecar remains that was not there. The schema gate
//! comes before every check. What each level cannot see is in docs/verify.md: SQLite's checks find about a
//! sixth of random bit flips; only a hash, as snapshots carry one, finds all.

mod fts;
mod structure;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use crate::error::{DbError, Result, SqlContext};
use crate::gate::{self, Gate};
use crate::kind::DatabaseKind;
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
}

/// How a check is run.
#[derive(Clone, Copy)]
pub struct VerifyRun<'a> {
    pub level: VerifyLevel,
    /// Threads for this database.
    pub threads: usize,
    /// An own, empty directory for private copies; only [`VerifyLevel::Deep`] uses it.
    pub staging: Option<&'a Path>,
    pub interrupt: &'a Arc<AtomicBool>,
    /// Hears how many parts of the check are done, of how many.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// Checks the database at `path`. Fails only where it cannot be looked at: a lock, an interruption, the system.
pub fn verify_database(path: &Path, kind: DatabaseKind, run: VerifyRun<'_>) -> Result<DatabaseVerdict> {
    let mut verdict = DatabaseVerdict::default();
    let size = match path.symlink_metadata() {
        Ok(meta) => meta.len(),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => {
            verdict.findings.push(lost(kind, "db.missing", "the file is missing"));
            return Ok(verdict);
        }
        Err(why) => return Err(DbError::io("look at", path, why)),
    };
    if size == 0 {
        verdict.findings.push(lost(kind, "db.empty", "the file is empty"));
        return Ok(verdict);
    }
    match examine(path, kind, run, &mut verdict) {
        Err(DbError::Corrupt { detail, .. }) => {
            verdict.findings.push(damaged(kind, "db.damaged", detail));
            Ok(verdict)
        }
        Err(DbError::Untrusted { detail, .. }) => {
            verdict.findings.push(error(kind, "fs.link", detail, "put the database itself in its place"));
            Ok(verdict)
        }
        done => done.map(|()| verdict),
    }
}

fn examine(path: &Path, kind: DatabaseKind, run: VerifyRun<'_>, verdict: &mut DatabaseVerdict) -> Result<()> {
    let connection = state::open_reader(path)?;
    let findings = &mut verdict.findings;
    let version = match gate::check(&connection, kind).at(path)? {
        Gate::Blank => {
            findings.push(lost(kind, "db.empty", "it holds no table"));
            return Ok(());
        }
        Gate::Foreign { application_id } => {
            let message =
                format!("application id {application_id:#010x} is not that of {}", kind.file_name());
            findings.push(damaged(kind, "db.foreign", message));
            return Ok(());
        }
        Gate::BadVersion { version } => {
            findings.push(damaged(
                kind,
                "schema.bad_version",
                format!("schema version {version} is impossible"),
            ));
            return Ok(());
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
            return Ok(());
        }
        Gate::Known { version, findings: objects } => {
            let refused = objects.iter().any(|object| object.refused);
            findings.extend(objects.into_iter().map(|object| schema_finding(kind, object)));
            if refused {
                return Ok(());
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
    findings.extend(structure::check(&connection, path, kind, run)?);
    if run.level == VerifyLevel::Normal {
        verdict.unchecked = structure::left_out(&connection, path, kind).at(path)?;
    }
    let findings = &mut verdict.findings;
    let sound = findings.iter().all(|finding| finding.severity == Severity::Warning);
    if run.level >= VerifyLevel::Normal && sound {
        findings.extend(fts::check(&connection, path, kind, version, run)?);
    }
    Ok(())
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
