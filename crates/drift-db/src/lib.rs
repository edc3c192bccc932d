//! The databases of a workspace and everything that keeps them whole: where they lie, how they are opened,
//! locked, created, migrated and checked, and the rows in them.
//!
//! Invariants: every path given to SQLite is absolute; nothing is written without the lock that the function
//! asks for as a witness; a database is looked at by the schema gate before anything else is read from it; a
//! missing or empty database is never silently replaced by a new one.
//! Knows nothing about discovery, configuration files, the terminal, the environment or the clock.

mod chain;
mod connection;
pub mod copy;
mod create;
mod database;
pub mod durable;
mod error;
mod filesystem;
mod gate;
pub mod integrity;
pub mod intent;
mod kind;
mod live_context;
mod lock;
mod migrate;
mod paths;
mod pool;
pub mod portable;
pub mod private;
pub mod registry;
mod root;
mod schema;
mod startup;
mod state;
pub mod store;
mod tally;
pub mod vacuum;
mod verify;

pub use chain::{Direction, Migration};
pub use connection::{PAGE_SIZE, sqlite_version};
pub use create::{JournalMode, create};
pub use database::{Changing, DataVersion, Database, MAX_READERS, Reads};
pub use error::{DbError, Result, SqlError};
pub use filesystem::{free_bytes, wal_unsafe};
pub use gate::{Gate, SchemaFinding};
pub use kind::DatabaseKind;
pub use live_context::LiveContext;
pub use lock::{
    ExclusiveLock, Holder, LockName, LockRequest, SharedLock, holder, lock_exclusive, lock_shared,
};
pub use migrate::{
    Author, MigrationEvent, MigrationPlan, MigrationStep, SafetySnapshot, apply, migrate_to, rehearse,
};
pub use paths::{BACKUPS_DIR, DRIFT_DIR, WorkspacePaths, database_set};
pub use root::{canonical, choose_root, find_workspace, git_work_tree};
pub use startup::StartupCheck;
pub use state::{DatabaseState, FoundDatabase, Inspection, Need, Visitor, VisitorBeside, inspect, snapshots};
pub use verify::{DatabaseVerdict, Severity, VerifyFinding, VerifyLevel, VerifyRun, verify_databases};
