//! The migrations of each database: the only schema there is, compiled in from `migrations/`.
//!
//! Rule: a released migration never changes (`migrations/checksums.lock`); a change of schema is a further
//! entry at the end. Each has a down migration that yields exactly the schema before it.

mod problem_owner;

use rusqlite::Transaction;
use rusqlite_migration::{HookResult, M, Migrations};

/// One step of a chain; its version is its position, from 1.
pub struct Migration {
    pub name: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    /// Transforms data after the SQL of `up`, inside the same transaction.
    pub(crate) after_up: Option<Transform>,
}

/// Transforms data; the callback hears how many rows are done, of how many.
pub(crate) type Transform = fn(&Transaction, &dyn Fn(u64, u64)) -> HookResult;

macro_rules! migration {
    ($database:literal, $name:literal) => {
        migration!($database, $name, None)
    };
    ($database:literal, $name:literal, $after_up:expr) => {
        Migration {
            name: $name,
            up: include_str!(concat!("../../../migrations/", $database, "/", $name, ".up.sql")),
            down: include_str!(concat!("../../../migrations/", $database, "/", $name, ".down.sql")),
            after_up: $after_up,
        }
    };
}

pub(crate) const DRIFT: &[Migration] = &[
    migration!("drift", "0001_workspace"),
    migration!("drift", "0002_context"),
    migration!("drift", "0003_project_state", Some(problem_owner::assign)),
    migration!("drift", "0004_check"),
    migration!("drift", "0005_git_oid"),
    migration!("drift", "0006_scan_memory"),
];

pub(crate) const CORTEX: &[Migration] =
    &[migration!("cortex", "0001_event"), migration!("cortex", "0002_memory")];

pub(crate) const REGISTRY: &[Migration] = &[migration!("registry", "0001_workspace")];

/// Which way a migration was walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    /// As kept in `migration_history`.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
        }
    }
}

impl Migration {
    /// BLAKE3 of the SQL with white space normalised, as kept in `migration_history`.
    pub fn blake3(&self) -> String {
        let words: Vec<&str> = self.up.split_whitespace().collect();
        blake3::hash(words.join(" ").as_bytes()).to_hex().to_string()
    }
}

/// What the runner calls inside the transaction: after each step up, before each step down; and with the rows
/// that a transformation has done, of how many.
pub(crate) trait Observer: Clone + Send + Sync + 'static {
    /// A step was walked up, or is about to be walked down.
    fn step(&self, tx: &Transaction, version: u32, migration: &Migration, direction: Direction)
    -> HookResult;
    /// A transformation is so far.
    fn rows(&self, done: u64, of: u64);
}

/// The chain as the runner takes it.
pub(crate) fn runner(chain: &'static [Migration], observer: impl Observer) -> Migrations<'static> {
    let steps = chain.iter().zip(1..).map(|(migration, version)| {
        let (up, down) = (observer.clone(), observer.clone());
        let after_up = move |tx: &Transaction| -> HookResult {
            if let Some(transform) = migration.after_up {
                transform(tx, &|done, of| up.rows(done, of))?;
            }
            up.step(tx, version, migration, Direction::Up)
        };
        let before_down = move |tx: &Transaction| down.step(tx, version, migration, Direction::Down);
        M::up_with_hook(migration.up, after_up).down_with_hook(migration.down, before_down)
    });
    Migrations::new(steps.collect())
}

/// Records nothing: for schemas without a history of their own, as tests make them.
#[cfg(test)]
#[derive(Clone)]
pub(crate) struct Unobserved;

#[cfg(test)]
impl Observer for Unobserved {
    fn step(&self, _: &Transaction, _: u32, _: &Migration, _: Direction) -> HookResult {
        Ok(())
    }

    fn rows(&self, _: u64, _: u64) {}
}
