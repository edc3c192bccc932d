//! `drift project remove`

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::mode;
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::known::{self, ForgetReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Forget known workspaces, without touching their files
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift project remove shop
  drift project remove ~/src/shop --dry-run")]
pub(crate) struct Args {
    /// Names, paths or ids
    #[arg(value_name = "WORKSPACE", required = true)]
    workspaces: Vec<String>,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    shell.ui.report(&View(known::remove(&shell.session(), &args.workspaces, mode(args.dry_run))?))
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View(ForgetReport);

impl Report for View {
    const SCHEMA: &'static str = "drift.project.remove/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let what = if self.0.dry_run { "Would forget" } else { "Forgot" };
        self.0.removed.iter().try_for_each(|one| out.line(format_args!("{what} {} ({})", one.name, one.path)))
    }
}
