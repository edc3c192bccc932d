//! `drift project …`: the workspaces that are known on this machine.

mod add;
mod cleanup;
#[cfg(test)]
pub(super) mod documents;
mod info;
mod list;
mod remove;
mod switch;

use clap::Subcommand;

use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::known::{Health, Mode};
use crate::shell::Shell;
use crate::ui::{Outcome, Tone};

/// Find your way among the workspaces of this machine
///
/// `init`, `restore` and `import` remember the workspace they made. A workspace is named by its exact name, its
/// path, its id, or a part of its name that no other has.
#[derive(clap::Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "EXAMPLES:
  drift project list
  drift project info
  cd \"$(drift project switch shop)\""
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Args),
    Add(add::Args),
    Remove(remove::Args),
    Switch(switch::Args),
    Info(info::Args),
    Cleanup(cleanup::Args),
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    match args.verb {
        Verb::List(args) => list::run(args, shell),
        Verb::Add(args) => add::run(args, shell),
        Verb::Remove(args) => remove::run(args, shell),
        Verb::Switch(args) => switch::run(args, shell),
        Verb::Info(args) => info::run(args, shell),
        Verb::Cleanup(args) => cleanup::run(args, shell),
    }
}

fn mode(dry_run: DryRunArg) -> Mode {
    if dry_run.dry_run { Mode::DryRun } else { Mode::Apply }
}

fn tone(health: Health) -> Tone {
    match health {
        Health::Healthy => Tone::Good,
        Health::Warning => Tone::Warning,
        Health::Critical => Tone::Error,
        Health::Unknown => Tone::Dim,
    }
}
