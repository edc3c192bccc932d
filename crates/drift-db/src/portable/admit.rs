//! A database on its way in: vetted as a hostile file, then read, never used.
//!
//! Order: the header, byte by byte, before SQLite opens the file → the whole schema, equal to what the migrations
//! give for its version, with limits and a deadline in force → structure and types of each table that is carried
//! (the rest is never looked at) → rows into a new database, under its constraints → foreign keys, paths, hashes
//! → the full-text index, made anew. What this workspace must not lose (its identity, its events, the history
//! of its schema) is added last, under the exclusive lock.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::carry::{self, EPOCH, Way};
use super::draft::attach;
use super::{MAX_VALUE_BYTES, close, create_blank, dangling, open_to_fill};
use crate::connection::{self, PAGE_SIZE, UriMode};
use crate::durable;
use crate::error::{DbError, IoContext, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::schema;
use crate::store::memory;

/// The first schema of cortex.db with a full-text index.
const INDEX_SINCE: u32 = 2;
/// The header of a database file (<https://sqlite.org/fileformat2.html#the_database_header>).
const HEADER: usize = 100;
/// Looking at a file may take this long, and so much longer for each of its bytes.
const PATIENCE: Duration = Duration::from_secs(4);
const SLOWEST_BYTES_PER_SECOND: u64 = 4 << 20;
/// A schema of ours has some twenty objects.
const MAX_OBJECTS: usize = 500;

/// A foreign database whose header is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub kind: DatabaseKind,
    pub schema_version: u32,
}

/// Vets the private copy `incoming`, and fills the new private database `target`, of the same schema, with its
/// rows. What it tells to be of no time gets `now`. Whatever is wrong with it is [`DbError::Untrusted`], or
/// [`DbError::NewerSchema`].
pub fn admit(
    incoming: &Path,
    kind: DatabaseKind,
    target: &Path,
    now: &str,
    interrupt: &Arc<AtomicBool>,
) -> Result<Arrival> {
    let refused = |detail: String| DbError::Untrusted { path: incoming.to_path_buf(), detail };
    let schema_version = read_header(incoming, kind)?;
    let bytes = fs_err::metadata(incoming).doing("look at", incoming)?.len();
    let deadline = Instant::now() + PATIENCE + Duration::from_secs(bytes / SLOWEST_BYTES_PER_SECOND);
    create_blank(target, kind, schema_version)?;
    let filled = fill(incoming, kind, target, now, Watchdog { deadline, interrupt });
    // Of the two files only one is foreign, so damage is its, and a full disk is not.
    match filled {
        Ok(()) => {}
        Err(DbError::Interrupted) if !interrupt.load(Ordering::Relaxed) => {
            return Err(refused("looking at it takes too long for its size".into()));
        }
        Err(DbError::Corrupt { detail, .. }) => return Err(refused(detail)),
        Err(DbError::Sqlite { source, .. }) => return Err(refused(source.to_string())),
        Err(other) => return Err(other),
    }
    if kind == DatabaseKind::Cortex && schema_version >= INDEX_SINCE {
        let connection = open_to_fill(target)?;
        memory::rebuild_index(&connection).at(target)?;
        close(connection, target)?;
    }
    durable::sync_file(target)?;
    Ok(Arrival { kind, schema_version })
}

/// Who looks at a foreign file, and how long.
#[derive(Clone, Copy)]
struct Watchdog<'a> {
    deadline: Instant,
    interrupt: &'a Arc<AtomicBool>,
}

/// Reads the header without SQLite, and says which schema the file claims.
fn read_header(path: &Path, kind: DatabaseKind) -> Result<u32> {
    use std::io::Read;
    let refused = |detail: String| DbError::Untrusted { path: path.to_path_buf(), detail };
    let mut file = fs_err::File::open(path).doing("open", path)?;
    let size = file.metadata().doing("look at", path)?.len();
    let mut header = [0; HEADER];
    file.read_exact(&mut header).map_err(|_| refused("it is too short for a database".into()))?;
    let number = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(refused("it is no SQLite database".into()));
    }
    let page_size = u32::from(u16::from_be_bytes([header[16], header[17]]));
    if page_size != PAGE_SIZE {
        return Err(refused(format!("its pages have {page_size} bytes, not {PAGE_SIZE}")));
    }
    let pages = u64::from(number(28));
    if pages * u64::from(PAGE_SIZE) != size {
        return Err(refused(format!("it has {size} bytes, and not the {pages} pages of its header")));
    }
    // Journal forms 1, no reserved bytes, UTF-8: as drift writes it.
    if header[18..21] != [1, 1, 0] || number(56) != 1 {
        return Err(refused("it is of a form that drift does not write".into()));
    }
    let application_id = number(68).cast_signed();
    if application_id != kind.application_id() {
        return Err(refused(format!(
            "application id {application_id:#010x} is not that of a {kind} database"
        )));
    }
    let version = number(60).cast_signed();
    if i64::from(version) > i64::from(kind.latest()) {
        let (found, latest) = (i64::from(version), kind.latest());
        return Err(DbError::NewerSchema { database: kind, found, latest });
    }
    if version < 1 {
        return Err(refused(format!("schema version {version} is impossible")));
    }
    Ok(version.unsigned_abs())
}

fn fill(incoming: &Path, kind: DatabaseKind, target: &Path, now: &str, watchdog: Watchdog<'_>) -> Result<()> {
    let connection = open_to_fill(target)?;
    let foreign = open_foreign(incoming, watchdog)?;
    compare(&foreign, &connection, incoming)?;
    for table in carry::tables(kind) {
        if carry::statement(&connection, Way::In, table).at(target)?.is_some() {
            check_table(&foreign, table, incoming)?;
        }
    }
    foreign.close().map_err(|(_, why)| why).at(incoming)?;
    watch(&connection, watchdog).at(target)?;
    let time = now.to_owned();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("portable_time", 1, flags, move |context| {
            let given: String = context.get(0)?;
            Ok(if given == EPOCH { time.clone() } else { given })
        })
        .at(target)?;
    attach(&connection, incoming, UriMode::Immutable)?;
    for table in carry::tables(kind) {
        if let Some(sql) = carry::statement(&connection, Way::In, table).at(target)? {
            // What fails here, a full disk aside, fails for what the rows are.
            connection.execute(&sql, []).at(target)?;
        }
    }
    carry::sequences(&connection, Way::In, kind).at(target)?;
    connection.execute_batch("COMMIT; DETACH source;").at(target)?;
    check_rows(&connection, kind, incoming, target)?;
    close(connection, target)
}

/// Opens a foreign file with everything in force that keeps it from running or taking anything.
fn open_foreign(path: &Path, watchdog: Watchdog<'_>) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection =
        Connection::open_with_flags(connection::uri(path, UriMode::Immutable), flags).at(path)?;
    // Before the first statement, which reads the schema.
    watch(&connection, watchdog).at(path)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES).at(path)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0).at(path)?;
    for (option, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(option, value).at(path)?;
    }
    connection
        .execute_batch(
            "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA ignore_check_constraints = ON;
             PRAGMA query_only = ON;",
        )
        .at(path)?;
    Ok(connection)
}

/// Ends what runs too long, or is no longer wanted.
fn watch(connection: &Connection, watchdog: Watchdog<'_>) -> rusqlite::Result<()> {
    let Watchdog { deadline, interrupt } = watchdog;
    let interrupt = Arc::clone(interrupt);
    connection
        .progress_handler(1000, Some(move || interrupt.load(Ordering::Relaxed) || Instant::now() > deadline))
}

/// The schema is that of our own database of this version, shadow tables and all.
fn compare(foreign: &Connection, ours: &Connection, path: &Path) -> Result<()> {
    let refused = |detail: String| DbError::Untrusted { path: path.to_path_buf(), detail };
    let expected = schema::read_whole(ours, MAX_OBJECTS).at(path)?;
    let found = schema::read_whole(foreign, MAX_OBJECTS).at(path)?;
    let name = |key: &schema::ObjectName| format!("{} {}", key.0, key.1.escape_debug());
    for (key, hash) in &found {
        match expected.get(key) {
            None => return Err(refused(format!("its schema has a {} that is not drift's", name(key)))),
            Some(wanted) if wanted != hash => {
                return Err(refused(format!("{} is not as drift makes it", name(key))));
            }
            Some(_) => {}
        }
    }
    match expected.keys().find(|key| !found.contains_key(*key)) {
        Some(missing) => Err(refused(format!("{} is missing", name(missing)))),
        None => Ok(()),
    }
}

/// What SQLite says of the structure of one table and the types in it. Its indexes are never used.
fn check_table(foreign: &Connection, table: &str, path: &Path) -> Result<()> {
    let check = format!("PRAGMA quick_check(\"{table}\")");
    let line: String = foreign.query_row(&check, [], |row| row.get(0)).at(path)?;
    if line == "ok" {
        return Ok(());
    }
    let detail = format!("{table}: {}", line.lines().next().unwrap_or_default());
    Err(DbError::Untrusted { path: path.to_path_buf(), detail })
}

/// What constraints do not say: rows refer to rows that are there, paths stay inside, hashes are hashes.
fn check_rows(connection: &Connection, kind: DatabaseKind, incoming: &Path, target: &Path) -> Result<()> {
    let refused = |detail: String| DbError::Untrusted { path: incoming.to_path_buf(), detail };
    if let Some(table) = dangling(connection).at(target)? {
        return Err(refused(format!("rows of {table} refer to rows that are not there")));
    }
    if kind != DatabaseKind::Drift {
        return Ok(());
    }
    let exists = |table: &str, condition: &str| {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM main.\"{table}\" WHERE {condition})");
        connection.query_row(&sql, [], |row| row.get::<_, bool>(0)).at(target)
    };
    for (table, column) in carry::PATHS {
        if carry::statement(connection, Way::In, table).at(target)?.is_none() {
            continue;
        }
        let outside = format!(
            "typeof({column}) NOT IN ('text', 'blob') OR instr(CAST({column} AS BLOB), x'00') > 0
             OR CAST({column} AS TEXT) GLOB '/*' OR CAST({column} AS TEXT) GLOB '[A-Za-z]:[/\\]*'
             OR '/' || CAST({column} AS TEXT) || '/' GLOB '*/../*'{}",
            // Elsewhere a name may have one.
            if cfg!(windows) { format!(" OR instr({column}, '\\') > 0") } else { String::new() }
        );
        if exists(table, &outside)? {
            return Err(refused(format!("{table}.{column} has a path that leaves the root")));
        }
    }
    if exists("file", "length(blake3) <> 32 OR size < 0")? {
        return Err(refused("file has a size or a hash that cannot be".into()));
    }
    Ok(())
}
