//! `registry.db` in the user's drift directory: the workspaces that are known on this machine.
//!
//! A cache. What is damaged or is not drift's is moved aside and made anew, with what can be found again; what a
//! newer drift wrote is left alone; nothing here is a reason for a command of a workspace to fail or to wait, so
//! every lock is waited for shortly. The journal is DELETE, because a home directory may be on a network.
//! Writers hold `registry.lock`, which is never unlinked: two that find no registry must not both make one.
//! Everything in the directory is untrusted: the file passes the schema gate, and links in its place are refused.

mod rows;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::connection::{self, Access};
use crate::create::{JournalMode, create};
use crate::database::Changing;
use crate::durable;
use crate::error::{DbError, IoContext, Result, SqlContext};
use crate::kind::DatabaseKind;
use crate::migrate::{self, Author};
use crate::paths::database_set;
use crate::root;
use crate::state::{self, DatabaseState, FoundDatabase, Need};

pub use rows::{Known, Registered, all, forget, register, use_now};

/// How long another process is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// Added to the name of a registry that was of no use; the one before is replaced.
const ASIDE: &str = ".damaged";

/// The registry in a directory.
#[derive(Clone, Debug)]
pub struct Registry {
    dir: PathBuf,
}

/// What [`Registry::change`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    pub value: T,
    /// Why the registry was made anew, if there was one that was of no use.
    pub rebuilt: Option<String>,
}

impl Registry {
    /// The registry in `dir`, an absolute path; neither need be there.
    pub fn at(dir: &Path) -> Registry {
        // SQLite refuses links anywhere in a path; one that leads to the directory is the user's choice.
        Registry { dir: root::canonical(dir).unwrap_or_else(|_| dir.to_path_buf()) }
    }

    /// The file.
    pub fn path(&self) -> PathBuf {
        self.dir.join(DatabaseKind::Registry.file_name())
    }

    /// Every known workspace, by name and path. None where there is no registry.
    pub fn entries(&self) -> Result<Vec<Known>> {
        let found = state::find(&self.path(), DatabaseKind::Registry)?;
        found.usable(Need::Known)?;
        let (_, Some(connection)) = found.into_parts() else { return Ok(Vec::new()) };
        rows::all(&connection).at(&self.path())
    }

    /// Changes rows in one transaction, in a registry that is there, complete and of the latest schema by then.
    pub fn change<T>(
        &self,
        author: &Author,
        change: impl FnOnce(&Changing<'_>) -> Result<T>,
    ) -> Result<Changed<T>> {
        self.make_dir()?;
        let _lock = self.lock()?;
        let path = self.path();
        let rebuilt = self.prepare(author)?;
        let mut connection = connection::open(&path, Access::Write)?;
        let value = Changing::within(&mut connection, &path, change)?;
        close(connection, &path)?;
        Ok(Changed { value, rebuilt })
    }

    /// Leaves a usable file at the latest schema. Returns why one was moved aside, if so.
    fn prepare(&self, author: &Author) -> Result<Option<String>> {
        let (path, kind) = (self.path(), DatabaseKind::Registry);
        let found = state::find(&path, kind)?;
        let useless = match &found.state {
            DatabaseState::Missing | DatabaseState::Blank => None,
            DatabaseState::Damaged { detail } | DatabaseState::Untrusted { detail } => Some(detail.clone()),
            DatabaseState::Newer { .. } => return found.usable(Need::Latest).map(|()| None),
            DatabaseState::Known { version, .. } if *version == kind.latest() => return Ok(None),
            DatabaseState::Known { .. } => return self.migrate(found, author).map(|()| None),
        };
        drop(found);
        if useless.is_some() {
            self.move_aside()?;
        }
        create(&path, kind, JournalMode::Delete, author)?;
        Ok(useless)
    }

    fn migrate(&self, found: FoundDatabase, author: &Author) -> Result<()> {
        // The visitor would keep this process from writing.
        drop(found);
        let (path, kind) = (self.path(), DatabaseKind::Registry);
        let mut connection = connection::open(&path, Access::Write)?;
        migrate::migrate_to(&mut connection, &path, kind, kind.latest(), author)?;
        close(connection, &path)
    }

    /// The file and its sidecars, these first: a journal that stayed behind would be rolled into the new file.
    fn move_aside(&self) -> Result<()> {
        for file in database_set(&self.path()).into_iter().rev() {
            let mut aside = file.clone().into_os_string();
            aside.push(ASIDE);
            match file.symlink_metadata() {
                Err(why) if why.kind() == io::ErrorKind::NotFound => {}
                Err(why) => return Err(DbError::io("look at", &file, why)),
                Ok(_) => durable::rename(&file, Path::new(&aside))?,
            }
        }
        Ok(())
    }

    fn make_dir(&self) -> Result<()> {
        if let Some(parent) = self.dir.parent().filter(|parent| !parent.exists()) {
            fs_err::create_dir_all(parent).doing("create", parent)?;
        }
        durable::private_dir(&self.dir).map(drop)
    }

    /// Keeps other writers out until the file is dropped.
    fn lock(&self) -> Result<File> {
        let path = self.dir.join("registry.lock");
        durable::refuse_foreign_file(&path)?;
        let file = durable::open_private(&path).doing("open", &path)?;
        let started = Instant::now();
        loop {
            // The lock stays with the file, and goes when it is closed.
            match fmutex::try_lock_exclusive(&file).map(|guard| guard.map(std::mem::forget)) {
                Ok(Some(())) => return Ok(file),
                Ok(None) if started.elapsed() >= PATIENCE => return Err(DbError::Busy { path }),
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(DbError::io("lock", &path, why)),
            }
        }
    }
}

fn close(connection: Connection, path: &Path) -> Result<()> {
    connection.close().map_err(|(_, why)| why).at(path)
}

#[cfg(test)]
mod tests;
