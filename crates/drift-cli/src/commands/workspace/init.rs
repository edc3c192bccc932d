//! `drift workspace init`: make the workspace, or complete it, and scan the tree.

use std::io;

use clap::ValueEnum;
use drift_db::DatabaseKind;

use super::options;
use crate::error::CommandError;
use crate::ops::config::Anchor;
use crate::ops::init::{InitOptions, InitReport};
use crate::ops::scan::Rehash;
use crate::ops::{self, wire::ProblemView};
use crate::shell::{Shell, journal};
use crate::ui::{Outcome, Report, Table, Text, human};

/// Create the workspace of a repository and scan it
///
/// Makes .drift at the top of the git work tree, or in the current directory outside git, and stores the
/// projects, their dependencies and a fingerprint of every file. Doing it again is safe: it completes what a
/// killed init left, and changes nothing where nothing changed. It never writes drift.toml.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace init
  drift -C path/to/repo workspace init --json
  drift workspace init --root services/api")]
pub(crate) struct Args {
    /// Make an empty database where this one was lost
    #[arg(long, value_name = "NAME")]
    recreate: Vec<DatabaseName>,
}

/// A database, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum DatabaseName {
    Drift,
    Cortex,
}

impl From<DatabaseName> for DatabaseKind {
    fn from(name: DatabaseName) -> DatabaseKind {
        match name {
            DatabaseName::Drift => DatabaseKind::Drift,
            DatabaseName::Cortex => DatabaseKind::Cortex,
        }
    }
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::New)?;
    let options = InitOptions {
        scan: options::scan(&config, shell, Rehash::Changed),
        journal: journal(&config),
        recreate: args.recreate.into_iter().map(DatabaseKind::from).collect(),
        retention: options::retention(&config),
    };
    shell.ui.report(&ops::init::run(&shell.session_with(&config), &options)?)
}

impl Report for InitReport {
    const SCHEMA: &'static str = "drift.workspace.init/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let what = if self.created { "Created the workspace in" } else { "The workspace is up to date in" };
        out.line(format_args!("{what} {}", self.root))?;
        let list = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>().join(", ");
        let mut table = Table::of_pairs();
        table.pair(
            "projects",
            format!("{} with {}", self.projects, human::count(self.edges, "edge", "edges")),
        );
        table.pair("files", human::count(self.files, "file", "files"));
        if !self.ecosystems.is_empty() {
            table.pair("ecosystems", list(&mut self.ecosystems.iter()));
        }
        if !self.languages.is_empty() {
            table.pair("languages", list(&mut self.languages.iter()));
        }
        out.table(&table)?;
        problems(out, &self.problems)
    }
}

/// The problems, or the first few of many.
pub(super) fn problems(out: &mut Text, problems: &[ProblemView]) -> io::Result<()> {
    const SHOWN: usize = 10;
    if problems.is_empty() {
        return Ok(());
    }
    out.blank()?;
    out.heading(human::count(problems.len() as u64, "problem", "problems"))?;
    for problem in problems.iter().take(SHOWN) {
        let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        out.line(format_args!("  {}{line}: {}", problem.file, problem.message))?;
    }
    if problems.len() > SHOWN {
        let more = problems.len() - SHOWN;
        out.line(format_args!("  and {more} more: `drift workspace projects --json` lists them all"))?;
    }
    Ok(())
}
