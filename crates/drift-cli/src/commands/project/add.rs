//! `drift project add`

use std::io;
use std::path::PathBuf;

use crate::error::CommandError;
use crate::ops::known::{self, AddReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Remember a workspace
///
/// The one around DIR, or around the current directory. One that was known elsewhere, and is there no more, has
/// moved; one that is in both places is a copy, and both are kept.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift project add
  drift project add ~/src/shop --name shop-main")]
pub(crate) struct Args {
    /// A directory in the workspace
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// What to call it here; the name of its directory by default
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let dir = args.dir.map(|dir| shell.path(&dir));
    shell.ui.report(&known::add(&shell.session(), dir.as_deref(), args.name.as_deref())?)
}

impl Report for AddReport {
    const SCHEMA: &'static str = "drift.project.add/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        match (self.outcome, &self.moved_from) {
            (_, Some(from)) => out.line(format_args!("{} has moved from {from} to {}", self.name, self.path)),
            ("same", _) => out.line(format_args!("{} is known already: {}", self.name, self.path)),
            ("changed", _) => out.line(format_args!("Updated {}: {}", self.name, self.path)),
            _ => out.line(format_args!("Added {}: {}", self.name, self.path)),
        }
    }
}
