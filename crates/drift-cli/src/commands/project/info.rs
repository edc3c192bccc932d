//! `drift project info`

use std::io;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::tone;
use crate::error::CommandError;
use crate::ops::known::{self, KnownView};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Table, Text, Tone, human};

/// Show one workspace, and how it is
///
/// The one around the current directory, unless another is named.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift project info
  drift project info shop --json")]
pub(crate) struct Args {
    /// A name, a path or an id
    #[arg(value_name = "WORKSPACE")]
    workspace: Option<String>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let report = known::info(&shell.session(), args.workspace.as_deref())?;
    shell.ui.report(&View { report, now: shell.now })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: KnownView,
    #[serde(skip)]
    now: Timestamp,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.project.info/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let report = &self.report;
        let examined = &report.examined;
        out.line(format_args!("{} in {}", report.name, human::shown(&report.root)))?;
        let age = |at: &Option<String>| match at {
            None => "never".to_owned(),
            Some(at) => at.parse().map_or(at.clone(), |at| human::age(at, self.now)),
        };
        let mut table = Table::of_pairs();
        table.toned_row([
            (Tone::Dim, "health".to_owned()),
            (tone(examined.health), examined.health.name().to_owned()),
        ]);
        if examined.exists {
            table.pair("last scan", age(&examined.last_scan));
            table.pair("last backup", age(&examined.last_backup));
        }
        if let Some(projects) = examined.projects {
            table.pair("projects", projects.to_string());
        }
        if let Some(gate) = &examined.gate {
            table.pair("gate", gate.clone());
        }
        if !report.registered {
            table.pair("known", "no: `drift project add` remembers it");
        } else if report.current {
            table.pair("current", "yes");
        }
        if !report.id.is_empty() {
            table.pair("id", report.id.clone());
        }
        out.table(&table)?;
        for reason in &examined.reasons {
            out.line(format_args!("  {}: `{}`", reason.message, reason.command))?;
        }
        Ok(())
    }
}
