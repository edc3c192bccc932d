//! What a command needs to call an operation: the place, the time, the flags and the user interface.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use drift_config::Config;
use drift_db::{JournalMode, StartupCheck};
use jiff::Timestamp;

use crate::args::GlobalArgs;
use crate::env::Env;
use crate::error::{CommandError, ErrorCode};
use crate::ops::config::{self, Anchor, Files, Sources};
use crate::ops::{DatabaseSettings, Interrupt, Place, Session, Wait};
use crate::ui::Ui;
use crate::ui::human::shown;
use crate::{logging, signals};

pub(crate) struct Shell<'a> {
    pub(crate) ui: &'a Ui,
    pub(crate) global: GlobalArgs,
    pub(crate) place: Place,
    pub(crate) now: Timestamp,
    command: String,
    interrupt: Interrupt,
    env: Env,
}

impl<'a> Shell<'a> {
    /// Resolves the flags against the surroundings, and starts logging and signal handling.
    pub(crate) fn new(
        ui: &'a Ui,
        global: GlobalArgs,
        env: Env,
        command: String,
    ) -> Result<Shell<'a>, CommandError> {
        logging::start(ui, global.verbose, env.var("DRIFT_LOG"));
        let place = resolve_place(&global, &env)?;
        let now = env.now()?;
        let interrupt = Interrupt::default();
        signals::install(&interrupt);
        Ok(Shell { ui, global, place, now, command, interrupt, env })
    }

    /// What operations take.
    pub(crate) fn session(&self) -> Session<'_> {
        Session {
            place: &self.place,
            now: self.now,
            wait: self.global.wait(),
            command: &self.command,
            interrupt: &self.interrupt,
            events: self.ui,
            databases: DatabaseSettings::default(),
        }
    }

    /// The same for a command that takes locks or writes, as `config` says; for locks unless `--wait` is given.
    pub(crate) fn session_with(&self, config: &Config) -> Session<'_> {
        let wait = match config.lock.wait.0 {
            time if time.is_zero() => Wait::No,
            time => Wait::For(time),
        };
        let databases = DatabaseSettings { startup: startup(config), journal: journal(config) };
        Session { wait: self.global.wait.unwrap_or(wait), databases, ..self.session() }
    }

    /// The settings that hold here, with a warning for what nobody reads.
    pub(crate) fn config(&self, anchor: Anchor) -> Result<Config, CommandError> {
        let files = Files::locate(&self.place, anchor)?;
        Ok(config::load(&self.session(), &files, &self.config_sources())?.config)
    }

    /// A path from the command line, made absolute as seen from `-C DIR`.
    pub(crate) fn path(&self, given: &Path) -> PathBuf {
        self.place.cwd.join(given)
    }

    /// What was piped in, up to `limit` bytes.
    pub(crate) fn stdin(&self, limit: u64) -> Result<Vec<u8>, CommandError> {
        self.env.stdin(limit).map_err(|error| {
            CommandError::new(ErrorCode::Io, "cannot read the standard input").with_cause(&error)
        })
    }

    /// What is piped in, read as it comes.
    pub(crate) fn stdin_stream(&self) -> Box<dyn std::io::Read> {
        self.env.stdin_stream()
    }

    /// Where settings come from besides files.
    pub(crate) fn config_sources(&self) -> Sources {
        let flags = self.global.config.iter().map(|set| (set.key.clone(), set.value.clone()));
        Sources { env: self.env.vars().clone(), flags: flags.collect(), strict: self.global.strict_config }
    }

    /// What tells this drift from any other.
    pub(crate) fn build(&self) -> &str {
        self.env.build()
    }

    /// The environment, for CI detection.
    pub(crate) fn vars(&self) -> BTreeMap<String, String> {
        self.env.text_vars()
    }
}

fn resolve_place(global: &GlobalArgs, env: &Env) -> Result<Place, CommandError> {
    let cwd = match &global.directory {
        Some(dir) if dir.is_absolute() => enter(dir)?,
        Some(dir) => enter(&env.cwd()?.join(dir))?,
        None => env.cwd()?,
    };
    let root = global.root.as_deref().map(Path::as_os_str).or_else(|| env.var("DRIFT_ROOT"));
    let root = root.map(|root: &OsStr| cwd.join(root));
    Ok(Place { root, home: env.home(), drift_home: env.drift_home(), cwd })
}

/// The directory as the process would see it after changing into it: links resolved, except on Windows,
/// where that would give a `\\?\` path that other programs do not take.
fn enter(dir: &Path) -> Result<PathBuf, CommandError> {
    let refused = |reason: &dyn std::error::Error| {
        CommandError::usage(format!("cannot use {} as the current directory", shown(dir)))
            .with_cause(reason)
            .with_hint("name a directory that is there and that you may enter")
    };
    let resolved = if cfg!(windows) { std::path::absolute(dir) } else { std::fs::canonicalize(dir) };
    let resolved = resolved.map_err(|error| refused(&error))?;
    match std::fs::metadata(&resolved) {
        Ok(found) if found.is_dir() => Ok(resolved),
        Ok(_) => Err(refused(&std::io::Error::from(std::io::ErrorKind::NotADirectory))),
        Err(error) => Err(refused(&error)),
    }
}

#[cfg(test)]
mod tests;

/// How databases are checked before a command writes to them.
pub(crate) fn startup(config: &Config) -> StartupCheck {
    match config.db.startup_check {
        drift_config::StartupCheck::Auto => StartupCheck::Auto,
        drift_config::StartupCheck::Quick => StartupCheck::Quick,
        drift_config::StartupCheck::Header => StartupCheck::Header,
        drift_config::StartupCheck::Off => StartupCheck::Off,
    }
}

/// The journal of new databases; `None` lets the file system decide.
pub(crate) fn journal(config: &Config) -> Option<JournalMode> {
    match config.db.journal_mode {
        drift_config::JournalMode::Auto => None,
        drift_config::JournalMode::Wal => Some(JournalMode::Wal),
        drift_config::JournalMode::Delete => Some(JournalMode::Delete),
    }
}
