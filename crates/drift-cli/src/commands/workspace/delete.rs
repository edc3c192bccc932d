//! `drift workspace delete`: the workspace goes, its snapshots stay.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::{options, reset};
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::config::Anchor;
use crate::ops::erase::{self, EraseReport};
use crate::shell::Shell;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Text};

/// Delete the workspace, and keep its snapshots
///
/// A verified snapshot is taken first; what is damaged goes to quarantine byte for byte instead. Only what
/// drift made in .drift is removed, and what it left is listed. Killed half way, the next gc or init finishes it.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace delete --dry-run
  drift workspace delete --yes")]
pub(crate) struct Args {
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let session = shell.session_with(&config);
    let planned = erase::plan(&session)?;
    if args.dry_run.dry_run {
        planned.expect_workspace()?;
        return shell.ui.report(&View(planned.describe()));
    }
    if planned.expect_workspace().is_ok() {
        shell.ui.confirm(&format!("delete the workspace in {}?", shown(planned.root())))?;
    }
    shell.ui.report(&View(erase::delete(&session, &planned, &options::retention(&config))?))
}

#[derive(JsonSchema, Serialize)]
#[serde(transparent)]
pub(super) struct View(EraseReport);

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.delete/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.0;
        if report.dry_run {
            out.line(format_args!("Would delete the workspace in {}", report.root))?;
            return reset::live(out, &report.plan);
        }
        out.line(format_args!("Deleted the workspace in {}", report.root))?;
        for kept in &report.kept {
            out.line(format_args!("Left {kept}"))?;
        }
        reset::way_back(out, report)
    }
}
