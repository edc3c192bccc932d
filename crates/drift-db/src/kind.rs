//! [`DatabaseKind`]: which of drift's databases a file is, and what marks it as such.

use std::fmt;
use std::path::Path;

use crate::chain::{self, Migration};

/// One of the databases that drift keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatabaseKind {
    /// `drift.db`: projects, files, findings.
    Drift,
    /// `cortex.db`: what tools remember.
    Cortex,
    /// `registry.db`: the workspaces that are known on this machine. It belongs to the user, to no workspace.
    Registry,
}

impl DatabaseKind {
    /// Those of one workspace, in the order in which they are changed.
    pub const WORKSPACE: [DatabaseKind; 2] = [DatabaseKind::Drift, DatabaseKind::Cortex];

    /// Everything that has a chain of migrations.
    pub const ALL: [DatabaseKind; 3] = [DatabaseKind::Drift, DatabaseKind::Cortex, DatabaseKind::Registry];

    /// As users name it: `drift`.
    pub fn name(self) -> &'static str {
        match self {
            DatabaseKind::Drift => "drift",
            DatabaseKind::Cortex => "cortex",
            DatabaseKind::Registry => "registry",
        }
    }

    /// `drift.db`.
    pub fn file_name(self) -> &'static str {
        match self {
            DatabaseKind::Drift => "drift.db",
            DatabaseKind::Cortex => "cortex.db",
            DatabaseKind::Registry => "registry.db",
        }
    }

    /// The `application_id` in the file header (<https://sqlite.org/fileformat2.html#application_id>).
    pub fn application_id(self) -> i32 {
        i32::from_be_bytes(match self {
            DatabaseKind::Drift => *b"DRFT",
            DatabaseKind::Cortex => *b"CRTX",
            DatabaseKind::Registry => *b"DRFR",
        })
    }

    /// Its migrations, from version 1.
    pub fn migrations(self) -> &'static [Migration] {
        match self {
            DatabaseKind::Drift => chain::DRIFT,
            DatabaseKind::Cortex => chain::CORTEX,
            DatabaseKind::Registry => chain::REGISTRY,
        }
    }

    /// The schema version that this drift writes.
    pub fn latest(self) -> u32 {
        self.migrations().len() as u32
    }

    /// Which database a live file of this name is.
    pub(crate) fn of_file(path: &Path) -> Option<DatabaseKind> {
        let name = path.file_name()?;
        DatabaseKind::WORKSPACE.into_iter().find(|kind| name == kind.file_name())
    }
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
