//! The flags every command takes, before or after its name.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, Parser, ValueEnum};

use crate::commands::Command;
use crate::ops::Wait;

const EXAMPLES: &str = "EXAMPLES:
  drift workspace init
  drift workspace status --json
  drift -C path/to/repo workspace projects";

/// Keep what tools learn about a repository in a local database
#[derive(Debug, Parser)]
#[command(
    name = "drift",
    version,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = EXAMPLES,
    after_long_help = crate::usage::long_help(EXAMPLES)
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Act as if drift had been started in DIR, relative arguments included
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Name the root of the workspace instead of searching upward [env: DRIFT_ROOT]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) root: Option<PathBuf>,
    /// Choose the form of the result; some commands know more forms than text and json
    #[arg(long, value_name = "FORMAT", global = true)]
    pub(crate) format: Option<Format>,
    /// Print one JSON document, the same as --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub(crate) json: bool,
    /// Print the result and errors, but no progress, notes or warnings
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log what drift does to stderr; twice for details, three times for everything [env: DRIFT_LOG]
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
    /// Choose when to use colour [env: NO_COLOR, CLICOLOR_FORCE]
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: Color,
    /// Show no progress, even on a terminal
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// Wait for a lock another process holds, for S seconds or, without S, until it is released
    #[arg(
        long,
        value_name = "S",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "forever",
        hide_default_value = true,
        value_parser = parse_wait,
        global = true
    )]
    pub(crate) wait: Option<Wait>,
    /// Set a configuration key for this run; may be given several times
    #[arg(long = "config", value_name = "KEY=VALUE", value_parser = parse_setting, global = true)]
    pub(crate) config: Vec<Setting>,
    /// Treat unknown configuration keys as errors
    #[arg(long, global = true)]
    pub(crate) strict_config: bool,
    /// Answer every confirmation with yes
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
}

/// For commands that change something: `#[command(flatten)] dry_run: DryRunArg`.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct DryRunArg {
    /// Show what would be done, and change nothing
    #[arg(short = 'n', long = "dry-run")]
    pub(crate) dry_run: bool,
}

/// Every form some command can print. Which ones a command knows, it says in `commands::Command::formats`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
    #[value(hide = true)]
    Dot,
    #[value(hide = true)]
    Mermaid,
    #[value(hide = true)]
    Sarif,
    #[value(hide = true)]
    Github,
    #[value(hide = true)]
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Format {
    /// The value of `--format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Dot => "dot",
            Format::Mermaid => "mermaid",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Markdown => "markdown",
        }
    }
}

/// One `--config KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl GlobalArgs {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format.unwrap_or_default() }
    }

    pub(crate) fn wait(&self) -> Wait {
        self.wait.unwrap_or(Wait::No)
    }
}

fn parse_wait(text: &str) -> Result<Wait, String> {
    if text == "forever" {
        return Ok(Wait::Forever);
    }
    let seconds = text.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.map(Wait::For).ok_or_else(|| "not a number of seconds".to_owned())
}

fn parse_setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok(Setting { key: key.trim().to_owned(), value: value.to_owned() })
        }
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// The command line as clap is to see it.
pub(crate) fn prepare(args: Vec<OsString>) -> Vec<OsString> {
    help_as_flag(hoist_config(args))
}

/// `drift help workspace size` and `drift workspace help size` are `drift workspace size --help`. clap's own
/// `help` command would repeat all others in the completions and the manual.
fn help_as_flag(mut args: Vec<OsString>) -> Vec<OsString> {
    let Some(found) = args.iter().skip(1).position(|arg| arg == "help") else { return args };
    let root = Cli::command();
    let group = args.iter().skip(1).take(found).try_fold(&root, |at, name| at.find_subcommand(name));
    if group.is_some_and(clap::Command::has_subcommands) {
        args.remove(1 + found);
        args.push("--help".into());
    }
    args
}

/// Moves every `--config` to the front.
///
/// A flag given both before and after the name of a command reaches clap's global arguments once, with the
/// later value. That is right for a single value, and would drop settings from a list.
fn hoist_config(args: Vec<OsString>) -> Vec<OsString> {
    let mut args = args.into_iter();
    let mut front: Vec<OsString> = args.next().into_iter().collect();
    let mut rest = Vec::new();
    while let Some(arg) = args.next() {
        if arg == "--" {
            rest.push(arg);
            break;
        }
        if arg == "--config" && args.len() > 0 {
            front.push(arg);
            front.extend(args.next());
        } else if arg.as_encoded_bytes().starts_with(b"--config=") {
            front.push(arg);
        } else {
            rest.push(arg);
        }
    }
    front.into_iter().chain(rest).chain(args).collect()
}

#[cfg(test)]
mod tests;
