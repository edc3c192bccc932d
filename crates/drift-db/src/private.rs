//! Private copies of databases: what is asked of one before it counts as a copy, and what is done to one before
//! it goes live.
//!
//! Rule: nobody else knows the file, so it is changed without a journal and synced once at the end. Whatever a
//! live database must not be seen without (migrations, the event of the restore, the baseline of an import) is put
//! into the copy first, so that going live is one step.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use crate::connection::{self, Access};
use crate::create::{self, JournalMode};
use crate::durable;
use crate::error::{DbError, Result, SqlContext};
use crate::gate::{self, Gate};
use crate::integrity::{self, Checked, IntegrityFinding, Keyring, Level, Run};
use crate::kind::DatabaseKind;
use crate::migrate::{self, Author};
use crate::pool::{Slot, Task, Work};
use crate::store::workspace::{self, WorkspaceRow};
use crate::store::{baseline, event, finding};

/// What a private copy holds, once it has passed the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vetted {
    pub schema_version: u32,
    /// Rows per table; empty for a trusted copy.
    pub rows: BTreeMap<String, u64>,
    /// What the checks found; empty for a sound copy.
    pub findings: Vec<IntegrityFinding>,
}

/// Whether and how far a copy is checked when it is vetted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Only the gate: its hash was compared with that of a copy that passed, and was counted.
    Trusted,
    /// With SQLite's checks.
    Level(Level),
}

/// Looks at a private, closed copy, changing nothing: gate, checks, counts. A copy that fails the gate is an
/// error, one that fails the checks has findings.
pub fn vet(path: &Path, kind: DatabaseKind, check: Check, interrupt: &Arc<AtomicBool>) -> Result<Vetted> {
    let vetted = vet_all(&[(path.to_path_buf(), kind)], check, Vec::new(), interrupt).pop();
    vetted.unwrap_or_else(|| unreachable!("BUG: one copy, one outcome"))
}

/// Something to do while copies are checked, on the same threads.
pub type Meanwhile<'a> = Box<dyn FnOnce() + Send + 'a>;

/// The same for several copies at once, in the order of `copies`; `meanwhile` is done whatever comes of them.
pub fn vet_all(
    copies: &[(PathBuf, DatabaseKind)],
    check: Check,
    meanwhile: Vec<Meanwhile<'_>>,
    interrupt: &Arc<AtomicBool>,
) -> Vec<Result<Vetted>> {
    let (mut opened, mut vetted) = (Vec::new(), Vec::new());
    for (path, kind) in copies {
        match gated(path, *kind) {
            Ok((connection, schema_version)) => {
                vetted.push(Ok(Vetted { schema_version, rows: BTreeMap::new(), findings: Vec::new() }));
                if check != Check::Trusted {
                    opened.push((vetted.len() - 1, &**path, connection));
                }
            }
            Err(why) => vetted.push(Err(why)),
        }
    }
    let level = if let Check::Level(level) = check { level } else { Level::Quick };
    let keyrings: Vec<_> = opened.iter().map(|_| Keyring::default()).collect();
    let databases: Vec<Checked<'_>> = (opened.iter().zip(&keyrings))
        .map(|((_, path, connection), keyring)| Checked {
            connection,
            path,
            open: |path| connection::open(path, Access::Immutable),
            keyring,
        })
        .collect();
    let counts: Vec<_> = opened.iter().map(|_| Slot::new()).collect();
    let mut besides: Vec<Task<'_>> = (meanwhile.into_iter())
        .map(|work| Task {
            cost: integrity::total_size(&databases).saturating_mul(2),
            work: Work::Alone(work),
        })
        .collect();
    for (number, (counted, keyring)) in counts.iter().zip(&keyrings).enumerate() {
        let count = move |connection: &Connection| {
            counted.put(count_rows(connection, keyring));
            Ok(())
        };
        // Last, when some tables were read for their keys.
        besides.push(Task { cost: 0, work: Work::On(number, Box::new(count)) });
    }
    let found = integrity::check_all(&databases, besides, Run::new(level, interrupt));
    for (((place, path, _), findings), counted) in opened.iter().zip(found).zip(counts) {
        let known = findings.and_then(|findings| match counted.into_inner() {
            // On a broken table the findings say more than a count.
            Some(rows) if findings.is_empty() => Ok((rows.at(path)?, findings)),
            _ => Ok((BTreeMap::new(), findings)),
        });
        match (known, &mut vetted[*place]) {
            (Ok((rows, findings)), Ok(vetted)) => (vetted.rows, vetted.findings) = (rows, findings),
            (Ok(_), Err(_)) => {}
            (Err(why), outcome) => *outcome = Err(why),
        }
    }
    vetted
}

/// Opens a copy and passes it through the gate; with its schema version.
fn gated(path: &Path, kind: DatabaseKind) -> Result<(Connection, u32)> {
    let corrupt = |detail: String| DbError::Corrupt { database: None, path: path.to_path_buf(), detail };
    let connection = connection::open(path, Access::Immutable)?;
    match gate::check(&connection, kind).at(path)? {
        Gate::Blank => Err(corrupt("it holds no tables".into())),
        Gate::Foreign { application_id } => {
            Err(corrupt(format!("application id {application_id:#010x} is not that of a {kind} database")))
        }
        Gate::BadVersion { version } => Err(corrupt(format!("schema version {version} is impossible"))),
        Gate::Newer { version } => {
            Err(DbError::NewerSchema { database: kind, found: version, latest: kind.latest() })
        }
        known @ Gate::Known { version, .. } => match known.refusal() {
            None => Ok((connection, version)),
            Some(finding) => {
                let what = finding.code.trim_start_matches("schema.").replace('_', " ");
                let detail = format!("{what}: {}", finding.subject);
                Err(DbError::Untrusted { path: path.to_path_buf(), detail })
            }
        },
    }
}

/// Makes the private database `path`, without content but for what says that it belongs to a workspace.
pub fn create_empty(path: &Path, kind: DatabaseKind, identity: &WorkspaceRow, author: &Author) -> Result<()> {
    create::create(path, kind, JournalMode::Delete, author)?;
    let mut connection = connection::open(path, Access::Write)?;
    let detail = serde_json::json!({ "workspace": identity.id, "drift": author.drift_version });
    let tx = connection.transaction().at(path)?;
    if kind == DatabaseKind::Drift {
        workspace::get_or_insert(&tx, identity.clone()).at(path)?;
    }
    event::append(&tx, &author.now, "init", &detail).at(path)?;
    tx.commit().at(path)?;
    connection.close().map_err(|(_, why)| why).at(path)
}

/// What a copy gets before it goes live.
#[derive(Clone, Copy, Debug)]
pub struct Preparation<'a> {
    pub journal: JournalMode,
    pub author: &'a Author,
    /// Kind and detail of the event that tells where the content came from.
    pub event: (&'a str, &'a serde_json::Value),
    pub results: Results,
}

/// What becomes of the results of checks in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// They are as they were where they come from.
    AsTheyAre,
    /// The newest is what its branch is measured by from now on.
    Baseline,
}

/// What was done to a copy before it goes live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Whether it had an older schema.
    pub migrated: bool,
    /// The branch whose baseline the newest result became, if one was asked for and there is a result; or why it
    /// did not, which leaves the rest of the copy as good as it was.
    pub baseline: std::result::Result<Option<String>, String>,
}

/// Migrates a vetted private copy to the latest schema, records the event and the baseline, and leaves it synced
/// and in the journal mode in which it will live.
pub fn prepare(path: &Path, kind: DatabaseKind, preparation: Preparation<'_>) -> Result<Prepared> {
    let mut connection = connection::open(path, Access::Write)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;").at(path)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).at(path)?;
    let migrated = version != i64::from(kind.latest());
    migrate::migrate_to(&mut connection, path, kind, kind.latest(), preparation.author)?;
    let (what, detail) = preparation.event;
    let tx = connection.transaction().at(path)?;
    event::append(&tx, &preparation.author.now, what, detail).at(path)?;
    tx.commit().at(path)?;
    let baseline = if kind == DatabaseKind::Drift && preparation.results == Results::Baseline {
        keep_newest(&mut connection, &preparation.author.now).map_err(|why| why.to_string())
    } else {
        Ok(None)
    };
    create::set_journal_mode(&connection, path, preparation.journal)?;
    connection.close().map_err(|(_, why)| why).at(path)?;
    durable::refuse_sidecars(path)?;
    durable::sync_file(path)?;
    Ok(Prepared { migrated, baseline })
}

/// Makes the newest result the baseline of the branch that it is of; returns that branch.
fn keep_newest(connection: &mut Connection, now: &str) -> rusqlite::Result<Option<String>> {
    let tx = connection.transaction()?;
    let kept = finding::newest(&tx)?.map(|run| baseline::keep(&tx, &run, now)).transpose()?;
    tx.commit()?;
    Ok(kept.map(|row| row.branch))
}

/// Rows per ordinary table; SQLite's own and the shadow tables of indexes are left out by their names.
fn count_rows(connection: &Connection, keyring: &Keyring) -> rusqlite::Result<BTreeMap<String, u64>> {
    let tables = "SELECT name FROM pragma_table_list
                  WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'";
    let names: Vec<String> =
        connection.prepare(tables)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let count = |name: String| {
        if let Some(rows) = keyring.count(&name) {
            return Ok((name, rows));
        }
        let sql = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok((name, rows as u64))
    };
    names.into_iter().map(count).collect()
}

#[cfg(test)]
mod tests;
