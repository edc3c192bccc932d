//! `drift workspace status`: the state of the workspace on one screen.

use std::io;

use drift_config::CiEnv;
use jiff::Timestamp;
use schemars::JsonSchema;

use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::status::{CheckView, StatusReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Table, Text, Tone, human};

/// Show the state of the workspace
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace status
  drift workspace status --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let report = ops::status::run(&shell.session_with(&config))?;
    let ci = CiEnv::detect(&shell.vars()).map(|ci| ci.provider.as_str());
    shell.ui.report(&View { report, ci, now: shell.now })
}

#[derive(JsonSchema, serde::Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: StatusReport,
    /// The CI provider that drift runs under; there it takes no snapshot and collects no garbage by itself.
    ci: Option<&'static str>,
    #[serde(skip)]
    now: Timestamp,
}

impl View {
    fn age(&self, at: &str) -> String {
        at.parse().map_or_else(|_| at.to_owned(), |at| human::age(at, self.now))
    }
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.status/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.report;
        out.line(format_args!("{} in {}", report.name.as_deref().unwrap_or("workspace"), report.root))?;
        let mut table = Table::of_pairs();
        for advice in &report.advice {
            table.toned_row([
                (Tone::Warning, "next".to_owned()),
                (Tone::Plain, format!("{}: `{}`", advice.message, advice.command)),
            ]);
        }
        let scanned = match &report.last_scan {
            None => "never".to_owned(),
            Some(scan) => match &scan.git_branch {
                None => self.age(&scan.at),
                Some(branch) => format!("{}, branch {branch}", self.age(&scan.at)),
            },
        };
        let stale = if report.stale { ", stale" } else { "" };
        table.pair("last scan", format!("{scanned}{stale}"));
        if let Some(check) = &report.last_check {
            let CheckView { at, health, gate } = check;
            table.pair("last check", format!("{}, health {health} of 100, gate {gate}", self.age(at)));
        }
        let edges = human::count(report.edges as u64, "edge", "edges");
        table.pair("projects", format!("{} with {edges}", report.projects));
        table.pair("files", human::count(report.files as u64, "file", "files"));
        table.pair("databases", human::bytes(report.size_bytes));
        table.pair(
            "snapshots",
            match &report.backups.latest {
                None => "none".to_owned(),
                Some(latest) => {
                    let taken =
                        report.backups.latest_at.as_deref().map(|at| self.age(at)).unwrap_or_default();
                    format!("{}, the newest {latest} ({taken})", report.backups.count)
                }
            },
        );
        for lock in &report.locks {
            table.pair("in use", format!("`{}` (process {}) since {}", lock.command, lock.pid, lock.since));
        }
        if let Some(provider) = self.ci {
            table.pair("ci", format!("{provider}: no snapshot is taken and no garbage collected by itself"));
        }
        out.table(&table)
    }
}
