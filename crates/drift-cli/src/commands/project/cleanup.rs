//! `drift project cleanup`

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::mode;
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::known::{self, ForgetReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, human};

/// Forget the known workspaces that are gone
///
/// Those whose directory, or the .drift in it, is not there. What lies on a disk that is not mounted looks the
/// same: see what would go with --dry-run.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift project cleanup --dry-run
  drift project cleanup")]
pub(crate) struct Args {
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    shell.ui.report(&View(known::cleanup(&shell.session(), mode(args.dry_run))?))
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View(ForgetReport);

impl Report for View {
    const SCHEMA: &'static str = "drift.project.cleanup/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let what = if self.0.dry_run { "Would forget" } else { "Forgot" };
        for one in &self.0.removed {
            out.line(format_args!("{what} {} ({})", one.name, one.path))?;
        }
        let kept = human::count(self.0.kept.len() as u64, "workspace is", "workspaces are");
        out.line(format_args!("{kept} there"))
    }
}
