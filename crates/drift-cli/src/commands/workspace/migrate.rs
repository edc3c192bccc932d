//! `drift workspace migrate`: bring the databases to the schema of this drift.

use std::io;

use super::init::DatabaseName;
use super::options;
use crate::args::DryRunArg;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS};
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::migrate::{MigrateOptions, MigrateReport, SchemaReport};
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text};

/// Migrate the databases to the schema of this drift
///
/// Takes a verified snapshot of both first, and rehearses every step on a private copy. Killed anywhere, each
/// database has its old schema or its new one, and running it again finishes.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace migrate
  drift workspace migrate --status
  drift workspace migrate --check
  drift workspace migrate --database cortex --to 1 --yes")]
pub(crate) struct Args {
    /// Show the version of each database, and change nothing
    #[arg(long, conflicts_with_all = ["plan", "check", "dry_run", "to"])]
    status: bool,
    /// Show the steps, and change nothing; the same as --dry-run
    #[arg(long, conflicts_with = "check")]
    plan: bool,
    #[command(flatten)]
    dry_run: DryRunArg,
    /// Exit 3 if a migration is pending, and change nothing
    #[arg(long)]
    check: bool,
    /// Migrate only this database
    #[arg(long, value_name = "NAME")]
    database: Option<DatabaseName>,
    /// Stop at this version; going down drops what only later versions hold
    #[arg(long, value_name = "N", requires = "database", value_parser = clap::value_parser!(u32).range(1..))]
    to: Option<u32>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let session = shell.session_with(&config);
    if args.status {
        return shell.ui.report(&ops::migrate::status(&session)?);
    }
    let options = MigrateOptions {
        databases: args.database.into_iter().map(Into::into).collect(),
        to: args.to,
        retention: options::retention(&config),
    };
    let plans = ops::migrate::plan(&session, &options)?;
    if args.plan || args.dry_run.dry_run || args.check {
        let verdict = if args.check { Verdict::Judge } else { Verdict::Show };
        return shell.ui.report(&Plan { report: ops::migrate::planned(&plans), verdict });
    }
    if let Some(down) = plans.iter().find(|plan| plan.is_downward()) {
        shell.ui.confirm(&format!(
            "take {}.db down from schema {} to {}, which drops what only the later one holds?",
            down.kind, down.from, down.to
        ))?;
    }
    shell.ui.report(&ops::migrate::run(&session, &options)?)
}

/// What is pending: shown, or judged.
#[derive(schemars::JsonSchema, serde::Serialize)]
pub(super) struct Plan {
    #[serde(flatten)]
    report: MigrateReport,
    #[serde(skip)]
    verdict: Verdict,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Show,
    Judge,
}

impl Report for Plan {
    const SCHEMA: &'static str = "drift.workspace.migrate_plan/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let pending: Vec<_> =
            self.report.databases.iter().filter(|database| database.from != database.to).collect();
        if pending.is_empty() {
            return out.line("Nothing to migrate");
        }
        for database in pending {
            out.line(format_args!("{}.db from schema {} to {}:", database.name, database.from, database.to))?;
            for step in &database.pending {
                out.line(format_args!("  {step}"))?;
            }
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        let pending = self.report.databases.iter().any(|database| database.from != database.to);
        if pending && self.verdict == Verdict::Judge { EXIT_FOUND_PROBLEMS } else { 0 }
    }
}

impl Report for MigrateReport {
    const SCHEMA: &'static str = "drift.workspace.migrate/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let moved: Vec<_> = self.databases.iter().filter(|database| database.from != database.to).collect();
        if moved.is_empty() {
            return out.line("Nothing to migrate");
        }
        for database in moved {
            out.line(format_args!(
                "Migrated {}.db from schema {} to {}: {}",
                database.name,
                database.from,
                database.to,
                database.applied.join(", ")
            ))?;
        }
        match &self.safety_backup {
            Some(id) => out.line(format_args!("To go back: drift workspace restore {id}")),
            None => Ok(()),
        }
    }
}

impl Report for SchemaReport {
    const SCHEMA: &'static str = "drift.workspace.migrate_status/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let columns = [
            ("DATABASE", Align::Left),
            ("VERSION", Align::Right),
            ("LATEST", Align::Right),
            ("PENDING", Align::Left),
        ];
        let mut table = Table::new(columns);
        for database in &self.databases {
            let pending =
                if database.pending.is_empty() { "-".to_owned() } else { database.pending.join(", ") };
            table.row([
                database.name.to_owned(),
                database.version.to_string(),
                database.latest.to_string(),
                pending,
            ]);
        }
        out.table(&table)
    }
}
