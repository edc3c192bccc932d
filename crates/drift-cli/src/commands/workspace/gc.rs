//! `drift workspace gc`: remove what nobody needs any more, and say what.

use std::io;

use drift_gc::{FullVacuum, Quarantine};

use super::options;
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::gc::{GcOptions, GcReport, Mode};
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text, human};

/// Remove what nobody needs any more, and give free space back
///
/// Old events and scans, what interrupted commands left, snapshots beyond the retention policy; then the free
/// pages of the databases go back to the file system. It runs beside readers and works on a full disk.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace gc --dry-run
  drift workspace gc
  drift workspace gc --full
  drift workspace gc --max-pages 10000")]
pub(crate) struct Args {
    #[command(flatten)]
    dry_run: DryRunArg,
    /// Rewrite the databases as well, which nobody else may use meanwhile
    #[arg(long)]
    full: bool,
    /// Free at most N pages of each database
    #[arg(long, value_name = "N")]
    max_pages: Option<u64>,
    /// Remove the damaged databases that were moved aside as well
    #[arg(long)]
    quarantine: bool,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let mut policy = options::gc(&config);
    policy.max_pages = args.max_pages;
    if args.full {
        policy.full = FullVacuum::Asked;
    }
    if args.quarantine {
        policy.quarantine = Quarantine::Remove;
    }
    let mode = if args.dry_run.dry_run { Mode::DryRun } else { Mode::Run };
    shell.ui.report(&ops::gc::run(&shell.session_with(&config), &GcOptions { policy, mode })?)
}

impl Report for GcReport {
    const SCHEMA: &'static str = "drift.workspace.gc/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let mut table =
            Table::new([("", Align::Left), ("", Align::Left), ("", Align::Right), ("", Align::Left)]);
        // The planner's statistics free nothing: scripts are told, people are not.
        let told: Vec<_> = self.actions.iter().filter(|action| action.kind != "optimize").collect();
        for action in &told {
            let about = if action.estimated && self.dry_run { "about " } else { "" };
            let reason = match &action.detail {
                Some(detail) => format!("{}: {detail}", action.outcome),
                None => action.reason.clone(),
            };
            table.row([
                action.kind.replace('_', " "),
                action.subject.clone(),
                format!("{about}{}", human::bytes(action.bytes)),
                reason,
            ]);
        }
        match (told.is_empty(), self.dry_run) {
            (true, _) => out.line("Nothing to remove")?,
            (false, true) => {
                out.line(format_args!("Would free about {}:", human::bytes(self.freed_bytes)))?;
            }
            (false, false) => out.line(format_args!(
                "Freed {}, now {}",
                human::bytes(self.freed_bytes),
                human::bytes(self.after_bytes)
            ))?,
        }
        out.table(&table)
    }
}
