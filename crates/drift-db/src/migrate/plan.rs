//! What a migration would do: pure, from a version and a target.

use crate::chain::Direction;
use crate::error::{DbError, Result};
use crate::kind::DatabaseKind;

/// The way of one database from one version to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    pub kind: DatabaseKind,
    pub from: u32,
    pub to: u32,
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationStep {
    /// The version that the migration leads to, walked up.
    pub version: u32,
    pub name: &'static str,
    pub direction: Direction,
}

impl MigrationPlan {
    /// From `from` to `to`, or to the latest. A version outside the chain is [`DbError::NoSuchVersion`].
    pub fn new(kind: DatabaseKind, from: u32, to: Option<u32>) -> Result<MigrationPlan> {
        let to = to.unwrap_or(kind.latest());
        if to == 0 || to > kind.latest() {
            return Err(DbError::NoSuchVersion { database: kind, version: to, latest: kind.latest() });
        }
        Ok(MigrationPlan { kind, from, to })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// Whether it leads to an older schema, and so may drop what only the newer one holds.
    pub fn is_downward(&self) -> bool {
        self.to < self.from
    }

    /// The steps in the order in which they are walked.
    pub fn steps(&self) -> Vec<MigrationStep> {
        let step = |version: u32, direction| MigrationStep {
            version,
            name: self.kind.migrations()[version as usize - 1].name,
            direction,
        };
        if self.is_downward() {
            (self.to + 1..=self.from).rev().map(|version| step(version, Direction::Down)).collect()
        } else {
            (self.from + 1..=self.to).map(|version| step(version, Direction::Up)).collect()
        }
    }
}
