//! How the user interface behaves: flags, variables and terminals resolved once.

use std::ffi::{OsStr, OsString};

use clap::ValueEnum as _;

use super::report::Layout;
use crate::args::{Color, Format, GlobalArgs};
use crate::env::Env;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(super) format: Format,
    pub(super) json_layout: Layout,
    pub(super) quiet: bool,
    pub(super) progress: bool,
    pub(super) colour_stdout: bool,
    pub(super) colour_stderr: bool,
    /// How wide the terminal of stdout is, if it is one.
    pub(super) line: Option<usize>,
    /// `--yes`.
    pub(super) assume_yes: bool,
    /// There is someone to ask.
    pub(super) interactive: bool,
}

impl Settings {
    pub(crate) fn resolve(global: &GlobalArgs, env: &Env) -> Settings {
        let format = global.format();
        let json = format == Format::Json;
        let terminal = env.terminal;
        Settings {
            format,
            json_layout: if terminal.stdout { Layout::Pretty } else { Layout::Line },
            quiet: global.quiet,
            progress: terminal.stderr && !json && !global.quiet && !global.no_progress,
            colour_stdout: colour(global.color, env, terminal.stdout),
            colour_stderr: colour(global.color, env, terminal.stderr),
            line: terminal.line,
            assume_yes: global.yes,
            interactive: terminal.stdin && terminal.stderr && !json,
        }
    }

    /// For a command line that does not parse: what it says of form and colour, as far as it can be told.
    pub(crate) fn scan(args: &[OsString], env: &Env) -> Settings {
        Settings::resolve(&scan_flags(args), env)
    }
}

fn scan_flags(args: &[OsString]) -> GlobalArgs {
    let mut found = GlobalArgs::default();
    let mut args = args.iter().skip(1).map(OsString::as_os_str).take_while(|arg| *arg != "--").peekable();
    while let Some(arg) = args.next() {
        let mut value_of = |flag: &str| -> Option<&OsStr> {
            if arg == flag {
                return args.peek().copied();
            }
            let rest = arg.to_str()?.strip_prefix(flag)?.strip_prefix('=')?;
            Some(OsStr::new(rest))
        };
        if arg == "--json" {
            found.json = true;
        } else if let Some(value) = value_of("--format") {
            found.json |= value == "json";
        } else if let Some(value) = value_of("--color") {
            let parsed = value.to_str().and_then(|value| Color::from_str(value, false).ok());
            found.color = parsed.unwrap_or(found.color);
        }
    }
    found
}

/// The flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether the stream is a terminal that can.
fn colour(flag: Color, env: &Env, terminal: bool) -> bool {
    let set = |name: &str| env.var(name).is_some_and(|value| value != "0");
    match flag {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if env.var("NO_COLOR").is_some() => false,
        Color::Auto if set("CLICOLOR_FORCE") => true,
        Color::Auto => {
            let refused = env.var("TERM").is_some_and(|term| term == "dumb")
                || env.var("CLICOLOR").is_some_and(|value| value == "0");
            terminal && !refused
        }
    }
}

#[cfg(test)]
mod tests;
