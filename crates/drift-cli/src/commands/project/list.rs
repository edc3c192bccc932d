//! `drift project list`

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::tone;
use crate::error::CommandError;
use crate::ops::known::{self, ListReport};
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text, Tone, human};

/// List the known workspaces, and how they are
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift project list
  drift project list --json | jq -r '.workspaces[] | select(.health != \"healthy\") | .path'")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let report = known::list(&shell.session())?;
    shell.ui.report(&View { report, now: shell.now })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: ListReport,
    #[serde(skip)]
    now: jiff::Timestamp,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.project.list/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.report.workspaces.is_empty() {
            return out.line(
                "No workspace is known: `drift workspace init` makes one, `drift project add` adds one",
            );
        }
        let columns = ["", "NAME", "HEALTH", "SCANNED", "WHY", "PATH"];
        let mut table = Table::new(columns.map(|name| (name, Align::Left)));
        for one in &self.report.workspaces {
            let examined = &one.examined;
            let scanned = examined
                .last_scan
                .as_ref()
                .map_or("-".to_owned(), |at| at.parse().map_or(at.clone(), |at| human::age(at, self.now)));
            let why = match &examined.reasons[..] {
                [] => String::new(),
                [one] => one.message.clone(),
                [first, rest @ ..] => format!("{}, and {} more", first.message, rest.len()),
            };
            table.toned_row([
                (Tone::Plain, if one.current { "*" } else { "" }.to_owned()),
                (Tone::Plain, one.name.clone()),
                (tone(examined.health), examined.health.name().to_owned()),
                (Tone::Plain, scanned),
                (Tone::Dim, why),
                (Tone::Plain, human::shown(&one.root)),
            ]);
        }
        out.table(&table)
    }
}
