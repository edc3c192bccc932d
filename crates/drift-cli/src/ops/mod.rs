//! What needs several crates: one operation per file, options in, report out, events to a sink.
//!
//! Nothing here knows clap, the terminal, the process environment or the clock, and nothing prints: an
//! operation must be callable by another program. It takes a [`Session`] and its own options, polls
//! [`Session::check`] between steps that can be undone, and returns a plain report that `commands/` renders.

pub(crate) mod advice;
pub(crate) mod affected;
pub(crate) mod backup;
pub(crate) mod base;
pub(crate) mod cache_key;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod erase;
mod events;
pub(crate) mod export;
pub(crate) mod gc;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod init;
mod interrupt;
pub(crate) mod known;
pub(crate) mod migrate;
pub(crate) mod project;
pub(crate) mod projects;
mod random;
pub(crate) mod recovery;
pub(crate) mod repair;
pub(crate) mod restore;
pub(crate) mod scan;
pub(crate) mod size;
pub(crate) mod status;
mod tree;
pub(crate) mod verify;
pub(crate) mod wire;
mod work;
mod workspace;

use std::path::PathBuf;
use std::time::Duration;

use drift_db::{Author, Holder, JournalMode, LockRequest, StartupCheck};
use jiff::Timestamp;

pub(crate) use events::{Event, EventSink, Phase, Unit, Warning};
pub(crate) use interrupt::{Interrupt, Interrupted};

/// Where an operation happens.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Absolute; `-C` is already applied.
    pub(crate) cwd: PathBuf,
    /// The search for a root stops here; never itself a workspace.
    pub(crate) home: Option<PathBuf>,
    /// `~/.drift`: the user's configuration and the registry.
    pub(crate) drift_home: Option<PathBuf>,
    /// The root named by `--root` or `DRIFT_ROOT`, absolute; `None` means search upward from `cwd`.
    pub(crate) root: Option<PathBuf>,
}

/// How long to wait for a lock that another process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Fail at once, naming the holder.
    No,
    /// Retry with backoff until the time is over.
    For(Duration),
    /// Retry until interrupted.
    Forever,
}

/// What every operation gets from whoever calls it.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) place: &'a Place,
    pub(crate) now: Timestamp,
    pub(crate) wait: Wait,
    /// As the user typed it, for those who wait for a lock that this command holds.
    pub(crate) command: &'a str,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) events: &'a dyn EventSink,
    pub(crate) databases: DatabaseSettings,
}

/// What `[db]` says of every command that writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatabaseSettings {
    /// How databases are checked before anything is written to them.
    pub(crate) startup: StartupCheck,
    /// How databases journal where none is there to tell; `None` lets the file system decide.
    pub(crate) journal: Option<JournalMode>,
}

impl Default for DatabaseSettings {
    fn default() -> DatabaseSettings {
        DatabaseSettings { startup: StartupCheck::Auto, journal: None }
    }
}

impl<'a> Session<'a> {
    /// Begins a phase of work that a person may want to watch; it ends when the value is dropped.
    pub(crate) fn phase(&self, name: &str, total: Option<u64>, unit: Unit) -> Phase<'a> {
        Phase::start(self.events, name, total, unit)
    }

    pub(crate) fn warn(&self, warning: Warning) {
        self.events.on(Event::Warning(warning));
    }

    /// A sentence for people about what was done besides the result, such as a backup taken on the way.
    pub(crate) fn note(&self, text: &str) {
        self.events.on(Event::Note(text));
    }

    /// How this command takes locks.
    pub(crate) fn lock_request(&self) -> LockRequest<'a> {
        let wait = match self.wait {
            Wait::No => Duration::ZERO,
            Wait::For(time) => time,
            Wait::Forever => Duration::MAX,
        };
        let holder =
            Holder { pid: std::process::id(), command: self.command.to_owned(), since: self.now.to_string() };
        LockRequest { holder, wait, interrupt: self.interrupt.flag() }
    }

    /// Who writes, for the audit trail of migrations.
    pub(crate) fn author(&self) -> Author {
        Author { now: self.now.to_string(), drift_version: env!("CARGO_PKG_VERSION") }
    }

    /// Fails once the user has asked drift to stop.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        self.interrupt.check()
    }
}
