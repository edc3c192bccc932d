//! [`Draft`]: a database on its way out.
//!
//! Order: the source is pinned, passed through the gate and attached to a new, blank database of the same schema
//! → each table that is carried, in the order of its key → counters → foreign keys. Nothing is written to the
//! source, and nothing synced: the new database goes into an archive.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::Connection;

use super::carry::{self, Way};
use super::redact::{self, Places};
use super::{Form, close, create_blank, dangling, open_to_fill};
use crate::connection::{self, UriMode};
use crate::copy::{PinnedSource, Watch};
use crate::error::{DbError, Result, SqlContext};
use crate::integrity;
use crate::kind::DatabaseKind;
use crate::paths::database_set;

/// A new database, still blank, beside the pinned source that will fill it.
pub struct Draft {
    source: PinnedSource,
    path: PathBuf,
    form: Form,
    target: PathBuf,
    connection: Connection,
    /// A private copy of the source, where the source itself cannot be attached.
    copy: Option<PathBuf>,
    redacted: Arc<AtomicU64>,
}

/// A database in its portable form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portable {
    pub kind: DatabaseKind,
    pub schema_version: u32,
    /// How many values held something that must not leave.
    pub redacted: u64,
}

impl Draft {
    /// Pins `source`, the live database at `path`, and makes the blank database `target`. What is read later is
    /// what the source holds now.
    pub fn new(
        source: PinnedSource,
        path: &Path,
        target: &Path,
        form: Form,
        places: &Places,
        watch: Watch<'_>,
    ) -> Result<Draft> {
        create_blank(target, source.kind(), source.version())?;
        let redacted = Arc::new(AtomicU64::new(0));
        let open = || -> Result<Connection> {
            let connection = open_to_fill(target)?;
            redact::register(&connection, places, &redacted).at(target)?;
            Ok(connection)
        };
        let connection = open()?;
        let (connection, copy) = match attach(&connection, path, UriMode::ReadOnly) {
            Ok(()) => (connection, None),
            // After a crash, or on a read-only mount, only the connection that is open already can read it.
            Err(_) => {
                drop(connection);
                let mut name = target.as_os_str().to_os_string();
                name.push(".source");
                let copy = PathBuf::from(name);
                source.copy_to(&copy, watch)?;
                let connection = open()?;
                attach(&connection, &copy, UriMode::Immutable)?;
                (connection, Some(copy))
            }
        };
        let (path, target) = (path.to_path_buf(), target.to_path_buf());
        Ok(Draft { source, path, form, target, connection, copy, redacted })
    }

    /// Fills the new database and closes it.
    pub fn fill(mut self, interrupt: &Arc<AtomicBool>) -> Result<Portable> {
        let filled = self.carry(interrupt);
        let portable = Portable {
            kind: self.source.kind(),
            schema_version: self.source.version(),
            redacted: self.redacted.load(Ordering::Relaxed),
        };
        let (target, copy) = (self.target.clone(), self.copy.take());
        let filled = filled.and_then(|()| close(self.connection, &target));
        if let Some(copy) = copy {
            for file in database_set(&copy) {
                // What cannot be removed is staging, and swept as such.
                let _ = std::fs::remove_file(file);
            }
        }
        filled.map(|()| portable)
    }

    fn carry(&self, interrupt: &Arc<AtomicBool>) -> Result<()> {
        let (connection, way) = (&self.connection, Way::Out(self.form));
        // Damage is the source's: the target is new.
        let source = |why| DbError::sqlite(&self.path, why);
        integrity::stop_on(connection, interrupt).at(&self.target)?;
        if self.form == Form::Ci && self.source.kind() == DatabaseKind::Drift {
            connection.execute_batch(carry::RENUMBER).map_err(source)?;
            if carry::statement(connection, way, "check_run").at(&self.target)?.is_some() {
                connection.execute_batch(carry::RENUMBER_RUNS).map_err(source)?;
            }
        }
        for table in carry::tables(self.source.kind()) {
            if let Some(sql) = carry::statement(connection, way, table).at(&self.target)? {
                connection.execute(&sql, []).map_err(source)?;
            }
        }
        carry::sequences(connection, way, self.source.kind()).map_err(source)?;
        connection.execute_batch("COMMIT; DETACH source;").at(&self.target)?;
        if let Some(table) = dangling(connection).at(&self.target)? {
            let detail = format!("rows of {table} refer to rows that are gone");
            let database = Some(self.source.kind());
            return Err(DbError::Corrupt { database, path: self.path.clone(), detail });
        }
        Ok(())
    }
}

/// Attaches a database as `source` and pins what it holds now, in the transaction that fills the target.
pub(super) fn attach(connection: &Connection, path: &Path, mode: UriMode) -> Result<()> {
    connection.execute("ATTACH ? AS source", [connection::uri(path, mode)]).at(path)?;
    connection.execute_batch("BEGIN; SELECT 1 FROM source.sqlite_schema LIMIT 1;").at(path)
}
