//! `drift workspace projects`: the projects of the last scan.

use std::io;

use super::init;
use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::projects::ProjectsReport;
use crate::shell::Shell;
use crate::ui::{Align, Outcome, Report, Table, Text};

/// List the projects of the repository
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace projects
  drift workspace projects --json | jq -r '.projects[].path'")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    shell.ui.report(&ops::projects::run(&shell.session_with(&config))?)
}

impl Report for ProjectsReport {
    const SCHEMA: &'static str = "drift.workspace.projects/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.projects.is_empty() {
            out.line("No project: the last scan found no manifest that drift understands")?;
        } else {
            let columns = ["PROJECT", "NAME", "VERSION", "WORKSPACE"];
            let mut table = Table::new(columns.map(|name| (name, Align::Left)));
            for project in &self.projects {
                let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
                let row = [
                    project.id.clone(),
                    text(&project.name),
                    text(&project.version),
                    text(&project.workspace),
                ];
                table.row(row);
            }
            out.table(&table)?;
        }
        init::problems(out, &self.problems)
    }
}
