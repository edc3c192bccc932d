//! Copying databases whole: out of a live one, beside its writers, and back into one that is in use.
//!
//! Rules: a live source is read inside one transaction that was opened before the first page is copied, so that
//! a busy writer never makes the copy start over (in steps without one it never ends); a source is opened for
//! reading and never created; what is copied out goes to a private file that nobody else knows yet. In place,
//! the pages travel through the journal of the destination as one commit: after a crash it is old or new.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use crate::connection::{self, Access};
use crate::create::{self, JournalMode};
use crate::durable;
use crate::error::{DbError, IoContext, Result, SqlContext};
use crate::integrity::{self, Checked, IntegrityFinding, Keyring, Level, Run};
use crate::kind::DatabaseKind;
use crate::lock::ExclusiveLock;
use crate::paths::database_set;
use crate::startup;
use crate::state::{self, DatabaseState, Need};
use crate::store::workspace::{self, WorkspaceRow};

/// Pages per step: small enough that an interrupt is noticed within some ten milliseconds.
const STEP_PAGES: i32 = 1024;
/// How long another program's transaction on the destination is waited for.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// How a live database journals; `None` if there is none, or nobody can tell.
///
/// Asked of SQLite, not of the header: whoever opens and closes the file itself drops every lock that SQLite
/// holds on it in this process (<https://sqlite.org/howtocorrupt.html>, section 2.2).
pub fn journal_mode(path: &Path) -> Option<JournalMode> {
    let journal = &database_set(path)[3];
    if journal.symlink_metadata().is_ok_and(|meta| meta.len() > 0) {
        // Left as it is: opening the database would play it back.
        return Some(JournalMode::Delete);
    }
    if path.symlink_metadata().ok()?.len() == 0 {
        return None;
    }
    let connection = state::open_reader(path).ok()?;
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)).ok()?;
    Some(if mode == "wal" { JournalMode::Wal } else { JournalMode::Delete })
}

/// Who watches a copy.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Called after every step with the bytes copied by it.
    pub advance: &'a dyn Fn(u64),
    /// Polled between steps; once set, the copy ends with [`DbError::Interrupted`].
    pub interrupt: &'a Arc<AtomicBool>,
}

impl Watch<'_> {
    /// Fails once the user has asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.interrupt.load(Ordering::Relaxed) { Err(DbError::Interrupted) } else { Ok(()) }
    }
}

/// A live database, held at one point in time while others go on writing.
pub struct PinnedSource {
    kind: DatabaseKind,
    path: PathBuf,
    version: u32,
    bytes: u64,
    connection: Connection,
}

impl PinnedSource {
    /// Opens the database, passes it through the schema gate and pins what it holds now.
    pub fn open(path: &Path, kind: DatabaseKind) -> Result<PinnedSource> {
        roll_back_hot_journal(path)?;
        let found = state::find(path, kind)?;
        found.usable(Need::Known)?;
        let (DatabaseState::Known { version, .. }, Some(connection)) = found.into_parts() else {
            let detail = "there is no database".into();
            return Err(DbError::Corrupt { database: Some(kind), path: path.to_path_buf(), detail });
        };
        // BEGIN alone pins nothing: the first read does.
        connection.execute_batch("BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1;").at(path)?;
        let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let bytes = (number("page_count").at(path)? * number("page_size").at(path)?) as u64;
        Ok(PinnedSource { kind, path: path.to_path_buf(), version, bytes, connection })
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// Its schema version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// How many bytes the copy will have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The identity of the workspace, where the database holds it.
    pub fn workspace_id(&self) -> Result<Option<String>> {
        match self.kind {
            DatabaseKind::Drift => Ok(workspace::get(&self.connection).at(&self.path)?.map(|row| row.id)),
            DatabaseKind::Cortex | DatabaseKind::Registry => Ok(None),
        }
    }

    /// Fails if the file is longer than its header says: a copy would leave out what is behind.
    pub fn check_length(&self) -> Result<()> {
        startup::header(&self.connection, &self.path, self.kind)
    }

    /// The workspace itself, where the database holds it.
    pub fn workspace(&self) -> Result<Option<WorkspaceRow>> {
        match self.kind {
            DatabaseKind::Drift => workspace::get(&self.connection).at(&self.path),
            DatabaseKind::Cortex | DatabaseKind::Registry => Ok(None),
        }
    }

    /// Calls `each` with every row that `sql` selects.
    pub(crate) fn with_rows(
        &self,
        sql: &str,
        each: &mut dyn FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare(sql).at(&self.path)?;
        let mut rows = statement.query([]).at(&self.path)?;
        while let Some(row) = rows.next().at(&self.path)? {
            each(row).at(&self.path)?;
        }
        Ok(())
    }

    /// Copies to the new file `target`; to sync it is left to those who keep it. On an error `target` is of no use.
    pub fn copy_to(&self, target: &Path, watch: Watch<'_>) -> Result<()> {
        durable::create_staged(target)?;
        let mut to = connection::open(target, Access::Write)?;
        // Nobody else knows the file: a crash leaves rubbish to sweep.
        to.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").at(target)?;
        connection::keep_few_pages(&self.connection).at(&self.path)?;
        connection::keep_few_pages(&to).at(target)?;
        match run(&self.connection, &mut to, watch) {
            Ok(()) => {}
            Err(Stopped::At(_, Side::Busy)) => return Err(DbError::Busy { path: self.path.clone() }),
            Err(Stopped::At(why, _)) => return Err(blame(why, &self.path, target)),
            Err(Stopped::Interrupted) => return Err(DbError::Interrupted),
        }
        // The pages say WAL, and opening such a file makes sidecars: a copy must open anywhere, alone.
        create::set_journal_mode(&to, target, JournalMode::Delete)?;
        to.close().map_err(|(_, why)| why).at(target)?;
        durable::refuse_sidecars(target)
    }
}

/// What SQLite's checks say of each of `sources`, as they are pinned.
pub fn check_pinned(
    sources: &[PinnedSource],
    level: Level,
    interrupt: &Arc<AtomicBool>,
) -> Vec<Result<Vec<IntegrityFinding>>> {
    let keyrings: Vec<_> = sources.iter().map(|_| Keyring::default()).collect();
    let checked: Vec<Checked<'_>> = (sources.iter().zip(&keyrings))
        .map(|(source, keyring)| Checked {
            connection: &source.connection,
            path: &source.path,
            open: |path| connection::open(path, Access::Read),
            keyring,
        })
        .collect();
    integrity::check_all(&checked, Vec::new(), Run::new(level, interrupt))
}

/// Writes a compacted copy of the private database `source` to the new file `target`; to sync it is left to those
/// who keep it. Equal content gives equal bytes.
pub fn vacuum_into(source: &Path, target: &Path, interrupt: &Arc<AtomicBool>) -> Result<()> {
    durable::create_staged(target)?;
    let connection = connection::open(source, Access::Write)?;
    integrity::stop_on(&connection, interrupt).at(source)?;
    let Some(name) = target.to_str() else {
        let detail = "SQLite cannot name it: not UTF-8";
        return Err(DbError::io("write", target, std::io::Error::other(detail)));
    };
    connection.pragma_update(None, "synchronous", "OFF").at(source)?;
    connection.execute("VACUUM INTO ?", [name]).map_err(|why| blame(why, source, target))?;
    Ok(())
}

/// What came of copying into a live database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// Committed. `folded` says whether the WAL could be folded back; if not, another program still reads.
    Done { folded: bool },
    /// The destination has another page size, which only replacing the file can change.
    PageSizeDiffers,
    /// The destination is no database any more; nothing was changed in it.
    Unusable { detail: String },
}

/// Makes the live database `target` hold what the private, closed file `source` holds: one commit, so readers
/// with an open file stay correct. An error means that nothing was committed.
pub fn copy_in_place(
    source: &Path,
    target: &Path,
    _lock: &ExclusiveLock,
    watch: Watch<'_>,
) -> Result<InPlace> {
    let from = connection::open(source, Access::Immutable)?;
    let mut to = match connection::open(target, Access::Write) {
        Ok(to) => to,
        Err(DbError::Corrupt { detail, .. }) => return Ok(InPlace::Unusable { detail }),
        Err(other) => return Err(other),
    };
    match run(&from, &mut to, watch) {
        Ok(()) => {}
        Err(Stopped::Interrupted) => return Err(DbError::Interrupted),
        Err(Stopped::At(_, Side::Busy)) => return Err(DbError::Busy { path: target.to_path_buf() }),
        Err(Stopped::At(why, Side::Sqlite)) => {
            return match why.sqlite_error_code() {
                Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                    Ok(InPlace::Unusable { detail: why.to_string() })
                }
                // SQLite's words for a destination in WAL mode whose pages have another size.
                Some(ErrorCode::ReadOnly) if page_sizes_differ(&from, &to) => Ok(InPlace::PageSizeDiffers),
                _ => Err(DbError::sqlite(target, why)),
            };
        }
    }
    let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
    let folded = to.query_row(fold, [], |row| row.get::<_, i64>(0)).is_ok_and(|busy| busy == 0);
    // What fails from here on leaves the commit in the WAL, where it is durable.
    drop(to.close());
    Ok(InPlace::Done { folded })
}

/// Why a run of steps ended early.
enum Stopped {
    Interrupted,
    At(rusqlite::Error, Side),
}

enum Side {
    Busy,
    Sqlite,
}

fn run(from: &Connection, to: &mut Connection, watch: Watch<'_>) -> Result<(), Stopped> {
    let failed = |why| Stopped::At(why, Side::Sqlite);
    let page_size: i64 = from.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
    let backup = Backup::new(from, to).map_err(failed)?;
    let (mut copied, mut busy_since) = (0, None);
    loop {
        if watch.check().is_err() {
            return Err(Stopped::Interrupted);
        }
        match backup.step(STEP_PAGES).map_err(failed)? {
            StepResult::Busy | StepResult::Locked => {
                if busy_since.get_or_insert_with(Instant::now).elapsed() >= BUSY_LIMIT {
                    return Err(Stopped::At(rusqlite::Error::InvalidQuery, Side::Busy));
                }
                std::thread::sleep(Duration::from_millis(20));
                continue;
            }
            step => {
                busy_since = None;
                let progress = backup.progress();
                let now = i64::from(progress.pagecount - progress.remaining);
                (watch.advance)(((now - copied).max(0) * page_size) as u64);
                copied = now;
                if step == StepResult::Done {
                    return Ok(());
                }
            }
        }
    }
}

fn page_sizes_differ(from: &Connection, to: &Connection) -> bool {
    let size = |connection: &Connection| {
        connection.pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0)).ok()
    };
    size(from) != size(to)
}

/// A failed copy names the file that failed: damage is the source's, everything else the target's.
fn blame(why: rusqlite::Error, source: &Path, target: &Path) -> DbError {
    match why.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DbError::sqlite(source, why),
        _ => DbError::sqlite(target, why),
    }
}

/// A reader cannot roll back a hot journal, and without that it cannot read: one writing connection does it.
fn roll_back_hot_journal(path: &Path) -> Result<()> {
    let journal = &database_set(path)[3];
    let hot = match journal.symlink_metadata() {
        Ok(meta) => meta.len() > 0,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => false,
        Err(why) => return Err(why).doing("look at", journal),
    };
    if hot && path.exists() {
        let connection = connection::open(path, Access::Write)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).at(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
