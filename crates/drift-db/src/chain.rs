//! The migrations of each database: the only schema there is, compiled in from `migrations/`.
//!
//! Rule: a released migration never changes (`migrations/checksums.lock`); a change of schema is a further
//! entry at the end. Each has a down migration that yields exactly the schema before it.

use rusqlite::Transaction;
use rusqlite_migration::{HookResult, M, Migrations};

/// One step of a chain; its version is its position, from 1.
pub struct Migration {
    pub name: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    /// Transforms data after the SQL of `up`, inside the same transaction.
    pub after_up: Option<fn(&Transaction) -> HookResult>,
}

macro_rules! migration {
    ($database:literal, $name:literal) => {
        Migration {
            name: $name,
            up: include_str!(concat!("../../../migrations/", $database, "/", $name, ".up.sql")),
            down: include_str!(concat!("../../../migrations/", $database, "/", $name, ".down.sql")),
            after_up: None,
        }
    };
}

pub(crate) const DRIFT: &[Migration] = &[migration!("drift", "0001_workspace")];

pub(crate) const CORTEX: &[Migration] = &[migration!("cortex", "0001_event")];

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

/// The chain as the runner takes it, with `record` called inside the transaction: after each step up, before
/// each step down.
pub(crate) fn runner<F>(chain: &'static [Migration], record: F) -> Migrations<'static>
where
    F: Fn(&Transaction, u32, &Migration, Direction) -> HookResult + Clone + Send + Sync + 'static,
{
    let steps = chain.iter().zip(1..).map(|(migration, version)| {
        let (up, down) = (record.clone(), record.clone());
        let after_up = move |tx: &Transaction| -> HookResult {
            if let Some(transform) = migration.after_up {
                transform(tx)?;
            }
            up(tx, version, migration, Direction::Up)
        };
        let before_down = move |tx: &Transaction| down(tx, version, migration, Direction::Down);
        M::up_with_hook(migration.up, after_up).down_with_hook(migration.down, before_down)
    });
    Migrations::new(steps.collect())
}
