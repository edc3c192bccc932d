//! What drift takes from its surroundings: variables, directories, the clock, the standard streams.
//!
//! Only this file reads the process. Everything below it gets the values as arguments, so that a test can
//! run the whole command line in a world of its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::error::{CommandError, ErrorCode};

/// Fixes the clock, as RFC 3339, so that tests and release checks get the same output twice.
const FIXED_CLOCK: &str = "DRIFT_TEST_NOW";

/// The surroundings of one run.
pub struct Env {
    vars: BTreeMap<OsString, OsString>,
    /// `None` where the directory drift was started in no longer exists.
    cwd: Option<PathBuf>,
    home: Option<PathBuf>,
    streams: Streams,
    pub(crate) terminal: Terminal,
    build: String,
}

/// Where the result and the messages go.
pub(crate) struct Streams {
    pub(crate) stdout: Box<dyn Write + Send>,
    pub(crate) stderr: Box<dyn Write + Send>,
}

/// Which of the standard streams are terminals, and how wide that of stdout is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terminal {
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
    pub(crate) line: Option<usize>,
}

impl Env {
    /// Reads the process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the process")]
    pub fn from_process() -> Env {
        Env {
            vars: std::env::vars_os().collect(),
            cwd: std::env::current_dir().ok(),
            home: std::env::home_dir().filter(|home| home.is_absolute()),
            streams: Streams { stdout: Box::new(io::stdout()), stderr: Box::new(io::stderr()) },
            terminal: Terminal {
                stdin: io::stdin().is_terminal(),
                stdout: io::stdout().is_terminal(),
                stderr: io::stderr().is_terminal(),
                line: terminal_width(),
            },
            build: build(),
        }
    }

    /// What tells this drift from any other, also from another build of the same version.
    pub(crate) fn build(&self) -> &str {
        &self.build
    }

    /// The value of a variable; an empty one counts as absent.
    pub(crate) fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// All variables, for configuration.
    pub(crate) fn vars(&self) -> &BTreeMap<OsString, OsString> {
        &self.vars
    }

    /// The variables whose name and value are UTF-8: what CI detection looks at.
    pub(crate) fn text_vars(&self) -> BTreeMap<String, String> {
        let text = |os: &OsString| os.to_str().map(str::to_owned);
        self.vars.iter().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
    }

    /// The directory drift was started in.
    pub(crate) fn cwd(&self) -> Result<PathBuf, CommandError> {
        self.cwd.clone().ok_or_else(|| {
            CommandError::new(ErrorCode::Io, "the current directory no longer exists or cannot be read")
                .with_hint("change to another directory, or name one with `-C DIR`")
        })
    }

    /// All of the standard input, if it is at most `limit` bytes.
    pub(crate) fn stdin(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }

    /// The standard input, read as it comes.
    pub(crate) fn stdin_stream(&self) -> Box<dyn io::Read> {
        Box::new(io::stdin())
    }

    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    /// Where drift keeps what belongs to the user: `DRIFT_HOME`, else the XDG directory if there already is
    /// one, else `~/.drift`.
    pub(crate) fn drift_home(&self) -> Option<PathBuf> {
        if let Some(dir) = self.var("DRIFT_HOME") {
            return std::path::absolute(dir).ok();
        }
        let xdg = self.var("XDG_CONFIG_HOME").map(|dir| PathBuf::from(dir).join("drift"));
        match xdg {
            Some(dir) if dir.is_absolute() && dir.is_dir() => Some(dir),
            _ => Some(self.home.as_ref()?.join(".drift")),
        }
    }

    /// The time, read once per run.
    pub(crate) fn now(&self) -> Result<Timestamp, CommandError> {
        let Some(fixed) = self.var(FIXED_CLOCK) else { return Ok(Timestamp::now()) };
        let parsed = fixed.to_str().and_then(|text| text.parse().ok());
        parsed.ok_or_else(|| {
            CommandError::new(ErrorCode::Usage, format!("{FIXED_CLOCK} is not an RFC 3339 time"))
                .with_hint(format!("for example {FIXED_CLOCK}=2026-11-22T20:15:30Z"))
        })
    }

    /// Hands over the streams; what is written afterwards through this value goes nowhere.
    pub(crate) fn take_streams(&mut self) -> Streams {
        let nowhere = Streams { stdout: Box::new(io::sink()), stderr: Box::new(io::sink()) };
        std::mem::replace(&mut self.streams, nowhere)
    }
}

fn build() -> String {
    let file = std::env::current_exe().and_then(|path| path.metadata());
    let modified = file.as_ref().ok().and_then(|file| file.modified().ok());
    format!("{} {:?} {modified:?}", env!("CARGO_PKG_VERSION"), file.map(|file| file.len()).ok())
}

/// The columns of the terminal that stdout is; `None` if it is none, or does not tell.
fn terminal_width() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let (_, columns) = dialoguer::console::Term::stdout().size_checked()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests;
