//! `drift workspace status`: the state of the workspace on one screen.

use std::io;

use jiff::Timestamp;

use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::status::StatusReport;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Table, Text, human};

/// Show the state of the workspace
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace status
  drift workspace status --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let report = ops::status::run(&shell.session_with(&config))?;
    shell.ui.report(&View { report, now: shell.now })
}

#[derive(schemars::JsonSchema, serde::Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: StatusReport,
    #[serde(skip)]
    now: Timestamp,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.status/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.report;
        out.line(format_args!("{} in {}", report.name.as_deref().unwrap_or("workspace"), report.root))?;
        let mut table = Table::of_pairs();
        let scanned = match &report.last_scan {
            None => "never".to_owned(),
            Some(scan) => match scan.at.parse() {
                Ok(at) => human::age(at, self.now),
                Err(_) => scan.at.clone(),
            },
        };
        let stale = if report.stale { ", stale" } else { "" };
        table.pair("last scan", format!("{scanned}{stale}"));
        let edges = human::count(report.edges as u64, "edge", "edges");
        table.pair("projects", format!("{} with {edges}", report.projects));
        table.pair("files", human::count(report.files as u64, "file", "files"));
        if report.problems > 0 {
            table.pair("problems", format!("{}: `drift workspace projects` lists them", report.problems));
        }
        table.pair("databases", human::bytes(report.size_bytes));
        table.pair(
            "snapshots",
            match &report.backups.latest {
                None => "none".to_owned(),
                Some(latest) => format!("{}, the newest {latest}", report.backups.count),
            },
        );
        for lock in &report.locks {
            table.pair("in use", format!("`{}` (process {}) since {}", lock.command, lock.pid, lock.since));
        }
        out.table(&table)
    }
}
