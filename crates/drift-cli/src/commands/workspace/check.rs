//! `drift workspace check`: what is wrong with how the projects fit together, for people, scripts, code scanning
//! and annotations.

mod github;
mod sarif;
mod text;

use std::io;

use super::options;
use crate::args::Format;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS};
use crate::ops;
use crate::ops::check::{CheckOptions, CheckReport, Keep, RuleReport, Scope};
use crate::ops::config::Anchor;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Judge how the projects of the workspace fit together
///
/// Reads the manifests afresh and holds them against the rules of `[rules]`: circles of dependencies, names given
/// twice, missing members, broken manifests, versions that disagree, projects that no workspace lists. Every
/// project has a health from 0 to 100 and a gate (`[gates]`); exits 3 if a gate fails. Nothing is written without
/// --record or --baseline.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace check
  drift workspace check --new-only --format github
  drift workspace check --format sarif > drift.sarif
  drift workspace check --baseline
  drift workspace check --explain version_mismatch")]
pub(crate) struct Args {
    /// Tell and judge only what the base branch's baseline, else the last recorded result, does not have
    #[arg(long)]
    new_only: bool,
    /// Compare with the baseline of BRANCH [env: DRIFT_BASE]
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
    /// Keep the result, for comparison and for trends
    #[arg(long)]
    record: bool,
    /// Keep the result as what this branch, and those that go into it, are measured by
    #[arg(long)]
    baseline: bool,
    /// Look only at P, named by id, path or name
    #[arg(long, value_name = "P", conflicts_with_all = ["record", "baseline"])]
    project: Vec<String>,
    /// Show what RULE means and what to do about it
    #[arg(
        long,
        value_name = "RULE",
        conflicts_with_all = ["new_only", "base", "record", "baseline", "project"]
    )]
    explain: Option<String>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    if let Some(rule) = &args.explain {
        shell.ui.expect_format(&[Format::Text, Format::Json])?;
        return shell.ui.report(&ops::check::explain(rule)?);
    }
    let config = shell.config(Anchor::Existing)?;
    let keep = match (args.baseline, args.record) {
        (true, _) => Keep::Baseline,
        (false, true) => Keep::Record,
        (false, false) => Keep::Nothing,
    };
    let options = CheckOptions {
        scope: if args.new_only { Scope::NewOnly } else { Scope::All },
        keep,
        projects: args.project,
        ..options::check(&config, shell, args.base)
    };
    let report = ops::check::run(&shell.session_with(&config), &options)?;
    shell.ui.report(&View { report, scope: options.scope, format: shell.ui.format() })
}

#[derive(schemars::JsonSchema, serde::Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: CheckReport,
    #[serde(skip)]
    scope: Scope,
    #[serde(skip)]
    format: Format,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.check/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        match self.format {
            Format::Sarif => sarif::write(&self.report, out),
            Format::Github => github::write(&self.report, out),
            _ => text::write(&self.report, self.scope, out),
        }
    }

    fn exit(&self) -> u8 {
        if self.report.workspace.result.gate == "pass" { 0 } else { EXIT_FOUND_PROBLEMS }
    }
}

impl Report for RuleReport {
    const SCHEMA: &'static str = "drift.workspace.check_rule/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.heading(self.rule)?;
        out.blank()?;
        out.line(&self.text)
    }
}
