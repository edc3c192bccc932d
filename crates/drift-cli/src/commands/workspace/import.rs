//! `drift workspace import`: what a bundle holds becomes what is live, and what was live can be brought back.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::export::{may_miss, warn_missed};
use super::restore::planned_text;
use super::{backup, options};
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::config::Anchor;
use crate::ops::export::{CACHE_DIR, CACHE_FILE};
use crate::ops::import::{self, ImportReport, Results, Source};
use crate::ops::scan::Rehash;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Replace the databases with what a bundle holds
///
/// The bundle is taken for hostile: whatever in it drift would not have written is refused before anything live
/// is touched. What is live goes into a safety snapshot first, and the result names the command that undoes the
/// import. The workspace stays the one it is, with its own events; a database that is not in the bundle is left
/// alone. Where there is no workspace, the import makes one.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace import shop.drift.tar.zst
  drift workspace import shop.drift.tar.zst --dry-run
  drift workspace import - --yes < shop.drift.tar.zst
  drift workspace import --ci --baseline")]
pub(crate) struct Args {
    /// The bundle; `-` is the standard input. With --ci by default .drift-cache/ci.drift.tar.zst
    #[arg(value_name = "FILE", required_unless_present = "ci")]
    file: Option<OsString>,
    /// Import from the cache of a CI job: ask nothing, and exit 0 if there is nothing to import
    #[arg(long)]
    ci: bool,
    /// Take the newest result of `check` in the bundle as the baseline of its branch
    #[arg(long)]
    baseline: bool,
    /// Let --ci fail like any other import
    #[arg(long, requires = "ci")]
    strict: bool,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    match work(&args, shell) {
        Err(error) if args.ci && !args.strict && may_miss(&error) => {
            warn_missed(shell, "import.missed", &error);
            shell.ui.report(&ImportReport::missed(error.code))
        }
        done => shell.ui.report(&done?),
    }
}

fn work(args: &Args, shell: &Shell<'_>) -> Result<ImportReport, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let session = shell.session_with(&config);
    let paths = import::target(&session)?;
    let source = match &args.file {
        None => Source::File(paths.root().join(CACHE_DIR).join(CACHE_FILE)),
        Some(file) if file == "-" => Source::Stream(shell.stdin_stream()),
        Some(file) => Source::File(shell.path(Path::new(file))),
    };
    let looked = import::look(paths, source)?;
    if args.dry_run.dry_run {
        return import::describe(&session, looked);
    }
    if !args.ci {
        let what: Vec<_> = looked.header().kinds().iter().map(|kind| kind.file_name()).collect();
        let file = args.file.as_deref().unwrap_or_default().to_string_lossy();
        shell.ui.confirm(&format!(
            "replace {} of {} with what {file} holds?",
            what.join(" and "),
            looked.root().display()
        ))?;
    }
    let scan = options::scan(&config, shell, Rehash::Changed);
    let results = if args.baseline { Results::Baseline } else { Results::AsTheyAre };
    import::apply(&session, looked, &options::retention(&config), &scan.tree.walk, results)
}

impl Report for ImportReport {
    const SCHEMA: &'static str = "drift.workspace.import/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let databases = self.databases.join(" and ");
        if self.dry_run {
            out.line(format_args!("Would import {databases}"))?;
            return planned_text(&self.plan, out);
        }
        if !self.hit {
            return out.line("Imported nothing");
        }
        let migrated = if self.migrated { ", migrated to the latest schema" } else { "" };
        let root = self.root.as_deref().unwrap_or_default();
        out.line(format_args!("Imported {databases} into {root}{migrated}"))?;
        if let Some(branch) = self.baseline.as_deref().filter(|branch| !branch.is_empty()) {
            out.line(format_args!("Its results are the baseline of {branch}"))?;
        }
        if self.unchanged_files + self.changed_files > 0 {
            out.line(format_args!(
                "{} files are as the bundle tells; {} are to be read by the next scan",
                self.unchanged_files, self.changed_files
            ))?;
        }
        if let Some(quarantine) = &self.quarantine {
            out.line(format_args!("What could not be backed up is kept in {quarantine}"))?;
        }
        if let Some(safety) = &self.safety_backup {
            out.line(format_args!("Undo with `drift workspace restore {safety}`"))?;
        }
        backup::removed(out, &self.removed)
    }
}
