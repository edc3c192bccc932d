//! What clap has to say, in our words: `--help`, `--version` and command lines that do not parse.

use std::ffi::OsString;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use drift_db::DatabaseKind;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::Cli;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS, ErrorCode};
use crate::suggest::nearest;
use crate::ui::{Outcome, Report, Text, Ui};

/// Turns what stopped the parser of `args` into a result or an error.
pub(crate) fn answer(error: &clap::Error, args: &[OsString], ui: &Ui) -> Result<Outcome, CommandError> {
    match error.kind() {
        ErrorKind::DisplayHelp => ui.report(&Help { text: error.render().ansi().to_string() }),
        ErrorKind::DisplayVersion => ui.report(&Version::current()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ui.aside(&format!("{}\n", error.render().ansi()));
            Err(no_command(args))
        }
        ErrorKind::MissingSubcommand => Err(no_command(args)),
        _ => {
            let explained = explain(&error.render().to_string(), &command_of(args));
            Err(match elsewhere(error) {
                Some(hint) => explained.with_hint(hint),
                None => explained,
            })
        }
    }
}

/// The command that `args` name, as far as they name one.
fn command_of(args: &[OsString]) -> String {
    let mut at = &Cli::command();
    let mut words = vec![at.get_name()];
    for arg in args.iter().skip(1) {
        if let Some(below) = at.find_subcommand(arg) {
            at = below;
            words.push(at.get_name());
        }
    }
    words.join(" ")
}

/// Where a command is that was looked for in the wrong group: `drift status` means `drift workspace status`, and so
/// does `drift statu`, unless its own group has something as near.
fn elsewhere(error: &clap::Error) -> Option<String> {
    fn collect(at: &clap::Command, above: &str, found: &mut Vec<(String, String)>) {
        for below in at.get_subcommands() {
            let path = format!("{above} {}", below.get_name());
            collect(below, &path, found);
            found.push((below.get_name().to_owned(), path));
        }
    }
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let mut commands = Vec::new();
    collect(&Cli::command(), "drift", &mut commands);
    let names = commands.iter().map(|(name, _)| name.as_str());
    let meant = match error.get(ContextKind::SuggestedSubcommand) {
        Some(_) => given.as_str(),
        // Nothing in its own group is near, so in another it has to be a slip of the keys.
        None => nearest(given, names)
            .filter(|name| strsim::damerau_levenshtein(given, name) <= given.chars().count() / 3)?,
    };
    let found: Vec<_> =
        commands.iter().filter(|(name, _)| name == meant).map(|(_, path)| format!("`{path}`")).collect();
    (!found.is_empty()).then(|| format!("did you mean {}?", found.join(" or ")))
}

/// clap renders `error: message`, its details, `tip:` lines and the usage, in paragraphs. Where it names no
/// usage, the help of `command` is named.
fn explain(rendered: &str, command: &str) -> CommandError {
    let mut message = Vec::new();
    let mut tips = Vec::new();
    let mut usage = None;
    let mut paragraph = 0;
    for line in rendered.lines() {
        let line = line.trim();
        if line.is_empty() {
            paragraph += 1;
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            tips.push(tip);
        } else if let Some(text) = line.strip_prefix("Usage: ") {
            usage = Some(text);
        } else if paragraph == 0 {
            message.push(line.strip_prefix("error: ").unwrap_or(line));
        }
    }
    let hint = match (tips.is_empty(), usage) {
        (false, _) => tips.join("; "),
        (true, Some(usage)) => format!("usage: {usage}"),
        (true, None) => format!("see `{command} --help`"),
    };
    CommandError::usage(message.join(" ")).with_hint(hint)
}

fn no_command(args: &[OsString]) -> CommandError {
    CommandError::usage("no command given").with_hint(format!("see `{} --help`", command_of(args)))
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct Help {
    #[serde(serialize_with = "plain")]
    #[schemars(with = "String")]
    text: String,
}

impl Report for Help {
    const SCHEMA: &'static str = "drift.help/v1";

    fn text(&self, out: &mut Text) -> std::io::Result<()> {
        out.line(self.text.trim_end())
    }
}

fn plain<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&anstream::adapter::strip_str(text).to_string())
}

#[derive(JsonSchema, Serialize)]
pub(crate) struct Version {
    version: &'static str,
    sqlite: &'static str,
    /// The schema versions this drift writes.
    schemas: Vec<Schema>,
}

#[derive(JsonSchema, Serialize)]
struct Schema {
    name: &'static str,
    version: u32,
}

impl Version {
    fn current() -> Version {
        let schema = |kind: DatabaseKind| Schema { name: kind.name(), version: kind.latest() };
        Version {
            version: env!("CARGO_PKG_VERSION"),
            sqlite: drift_db::sqlite_version(),
            schemas: DatabaseKind::WORKSPACE.map(schema).into(),
        }
    }
}

impl Report for Version {
    const SCHEMA: &'static str = "drift.version/v1";

    fn text(&self, out: &mut Text) -> std::io::Result<()> {
        out.line(format_args!("drift {}", self.version))?;
        out.line(format_args!("SQLite {}", self.sqlite))?;
        self.schemas
            .iter()
            .try_for_each(|schema| out.line(format_args!("schema of {}.db {}", schema.name, schema.version)))
    }
}

/// What follows the options in the long help and in the manual page.
pub(crate) fn long_help(examples: &str) -> String {
    let meanings = [
        (0, "done"),
        (1, "failed"),
        (2, "usage or configuration"),
        (EXIT_FOUND_PROBLEMS, "the command judges, and found problems"),
        (4, "no workspace here"),
        (5, "another process holds the lock"),
        (6, "the schema is newer than this drift, or must be migrated or recovered first"),
        (7, "damaged or untrusted data was refused"),
        (130, "interrupted"),
    ];
    let mut text = format!("{examples}\n\nEXIT CODES:");
    for (exit, meaning) in meanings {
        let codes = ErrorCode::ALL.iter().filter(|code| code.exit() == exit).map(|code| code.as_str());
        let codes = codes.collect::<Vec<_>>().join(", ");
        let codes = if codes.is_empty() { codes } else { format!(" ({codes})") };
        text.push_str(&format!("\n  {exit:<3}  {meaning}{codes}"));
    }
    text
}

#[cfg(test)]
mod tests;
