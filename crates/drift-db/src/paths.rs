//! [`WorkspacePaths`]: where everything of a workspace lies. Pure: nothing here touches the disk.
//!
//! ```text
//! repo/
//!   .drift/             0700, with its own .gitignore
//!     drift.db  cortex.db
//!     workspace.lock  writer.lock  *.lock.json
//!     intent.json       only while a change of several files is under way
//!     tmp/              staging, on the same file system
//!   .drift-backups/     0700, beside .drift so that losing .drift loses no backup
//!     catalog.lock
//!     quarantine/
//! ```

use std::path::{Path, PathBuf};

use crate::kind::DatabaseKind;
use crate::lock::LockName;

/// The directory of the databases.
pub const DRIFT_DIR: &str = ".drift";
/// The directory of the snapshots.
pub const BACKUPS_DIR: &str = ".drift-backups";

/// The paths of one workspace, all absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspacePaths {
    root: PathBuf,
}

impl WorkspacePaths {
    /// `root` must be absolute and free of symlinks, since SQLite refuses a symlink anywhere in a path.
    pub fn new(root: PathBuf) -> WorkspacePaths {
        debug_assert!(root.is_absolute(), "BUG: relative workspace root");
        WorkspacePaths { root }
    }

    /// The top of the repository.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `.drift`.
    pub fn drift_dir(&self) -> PathBuf {
        self.root.join(DRIFT_DIR)
    }

    /// `.drift-backups`.
    pub fn backups_dir(&self) -> PathBuf {
        self.root.join(BACKUPS_DIR)
    }

    /// The live file of a database.
    pub fn database(&self, kind: DatabaseKind) -> PathBuf {
        self.drift_dir().join(kind.file_name())
    }

    /// The file that is locked.
    pub fn lock(&self, name: LockName) -> PathBuf {
        let dir = match name {
            LockName::Workspace | LockName::Writer => self.drift_dir(),
            LockName::Catalog => self.backups_dir(),
        };
        dir.join(name.file_name())
    }

    /// Present only while a change of several files is under way.
    pub fn intent(&self) -> PathBuf {
        self.drift_dir().join("intent.json")
    }

    /// Staging, on the same file system as the databases.
    pub fn staging(&self) -> PathBuf {
        self.drift_dir().join("tmp")
    }

    /// Damaged or newer live files that were moved aside.
    pub fn quarantine(&self) -> PathBuf {
        self.backups_dir().join("quarantine")
    }

    /// The user's configuration of this workspace.
    pub fn config(&self) -> PathBuf {
        self.root.join("drift.toml")
    }
}

/// The files that belong to a SQLite database: itself, then its sidecars.
pub fn database_set(main: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|suffix| {
        let mut name = main.as_os_str().to_os_string();
        name.push(suffix);
        PathBuf::from(name)
    })
}
