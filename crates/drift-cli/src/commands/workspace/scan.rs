//! `drift workspace scan`: bring the stored state up to date with the tree.

use std::io;
use std::time::Duration;

use super::{init, options};
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::scan::{Record, Rehash, ScanReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, human};

/// Bring the workspace up to date with the files on disk
///
/// Reads manifests anew and hashes the files whose size, time or inode changed. Interrupted or killed, it
/// leaves the last scan as it was.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace scan
  drift workspace scan --full --json
  drift workspace scan --dry-run")]
pub(crate) struct Args {
    /// Hash every file, also those that look unchanged
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let rehash = if args.full { Rehash::All } else { Rehash::Changed };
    let config = shell.config(Anchor::Existing)?;
    let options = options::scan(&config, shell, rehash);
    let session = shell.session_with(&config);
    let record = if args.dry_run.dry_run { Record::Never } else { Record::Always };
    let report = ops::scan::run(&session, &options, record)?;
    if !report.dry_run {
        ops::backup::scheduled(&session, report.upkeep, &options::schedule(&config, shell));
        ops::gc::automatic(&session, report.upkeep, &options::automatic_gc(&config, shell));
    }
    shell.ui.report(&report)
}

impl Report for ScanReport {
    const SCHEMA: &'static str = "drift.workspace.scan/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.line(format_args!(
            "Scanned {} in {}: {} added, {} changed, {} removed; {}, {}",
            human::count(self.files, "file", "files"),
            human::duration(Duration::from_millis(self.duration_ms)),
            self.added,
            self.changed,
            self.removed,
            human::count(self.projects, "project", "projects"),
            human::count(self.edges, "edge", "edges"),
        ))?;
        if self.dry_run {
            out.line("Nothing of it was stored")?;
        }
        init::problems(out, &self.problems)
    }
}
