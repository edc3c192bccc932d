//! `drift workspace reset`: empty databases, and the way back.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::options;
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::config::Anchor;
use crate::ops::erase::{self, EraseReport, LiveView};
use crate::shell::Shell;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Text};

/// Empty the databases, and keep configuration and snapshots
///
/// A verified snapshot is taken first; what is damaged goes to quarantine byte for byte instead. The result
/// names the command that undoes it. `drift workspace scan` fills the databases again.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace reset --dry-run
  drift workspace reset --yes")]
pub(crate) struct Args {
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let session = shell.session_with(&config);
    let planned = erase::plan(&session)?;
    planned.expect_workspace()?;
    if args.dry_run.dry_run {
        return shell.ui.report(&View(planned.describe()));
    }
    shell.ui.confirm(&format!("empty drift.db and cortex.db in {}?", shown(planned.root())))?;
    shell.ui.report(&View(erase::reset(&session, &planned, &options::retention(&config))?))
}

#[derive(JsonSchema, Serialize)]
#[serde(transparent)]
pub(super) struct View(EraseReport);

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.reset/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.0;
        if report.dry_run {
            out.line(format_args!("Would empty drift.db and cortex.db in {}", report.root))?;
            return live(out, &report.plan);
        }
        out.line(format_args!("Emptied drift.db and cortex.db in {}", report.root))?;
        way_back(out, report)
    }
}

/// What becomes of each live database.
pub(super) fn live(out: &mut Text, plan: &[LiveView]) -> io::Result<()> {
    for live in plan {
        let (database, detail) = (live.database, live.detail.as_deref().unwrap_or("unusable"));
        match live.live {
            "safety_backup" => out.line(format_args!("  {database}.db goes into a safety backup first"))?,
            "quarantine" => out.line(format_args!("  {database}.db goes to quarantine first ({detail})"))?,
            _ => out.line(format_args!("  {database}.db holds nothing"))?,
        }
    }
    Ok(())
}

/// Where what was live is now.
pub(super) fn way_back(out: &mut Text, report: &EraseReport) -> io::Result<()> {
    if let Some(quarantine) = &report.quarantine {
        out.line(format_args!("What could not be backed up is kept in {quarantine}"))?;
    }
    if let Some(safety) = &report.safety_backup {
        out.line(format_args!("Undo with `drift workspace restore {safety}`"))?;
    }
    Ok(())
}
