//! `drift workspace verify`: what is wrong with the workspace, if anything.

use std::io;

use drift_config::LoadOptions;
use drift_db::VerifyLevel;

use super::init::DatabaseName;
use super::options;
use crate::args::DryRunArg;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS, ErrorCode};
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::repair::RepairReport;
use crate::ops::verify::{FindingView, VerifyOptions, VerifyReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, Tone, human, styled};

/// Check the workspace for damage, without changing anything
///
/// Tells missing, empty, foreign, damaged and newer databases apart, compares the schema with the one drift
/// makes, and runs SQLite's checks of structure. Exits 3 if it finds an error.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace verify
  drift workspace verify --quick --json
  drift workspace verify --deep --database cortex
  drift workspace verify --repair")]
pub(crate) struct Args {
    /// Leave out the comparison of indexes with their tables, the configuration and the snapshots
    #[arg(long, conflicts_with = "deep")]
    quick: bool,
    /// Also hash and check every snapshot, and the words of the full-text index
    #[arg(long)]
    deep: bool,
    /// Propose how to mend what is found and, once confirmed, do it
    #[arg(long)]
    repair: bool,
    #[command(flatten)]
    dry_run: DryRunArg,
    /// Check only this database
    #[arg(long, value_name = "NAME")]
    database: Vec<DatabaseName>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let level = match (args.quick, args.deep) {
        (true, _) => VerifyLevel::Quick,
        (_, true) => VerifyLevel::Deep,
        _ => VerifyLevel::Normal,
    };
    // A configuration that cannot be read is something to find, not a reason to look no further.
    let (config, config_error) = match shell.config(Anchor::Existing) {
        Err(error) if error.code == ErrorCode::Config => {
            (drift_config::load(&LoadOptions::default())?.config, Some(error))
        }
        Err(error) => return Err(error),
        Ok(config) => (config, None),
    };
    let options = VerifyOptions {
        level,
        databases: args.database.into_iter().map(Into::into).collect(),
        config_error,
        threads: std::thread::available_parallelism().map_or(1, Into::into),
    };
    let session = shell.session_with(&config);
    if !args.repair {
        return shell.ui.report(&ops::verify::run(&session, &options)?);
    }
    let plan = ops::repair::plan(&session, &options)?;
    if plan.is_empty() || args.dry_run.dry_run {
        return shell.ui.report(&plan.into_report(args.dry_run.dry_run));
    }
    shell.ui.confirm(&format!("{}?", plan.describe().join("; ")))?;
    let retention = options::retention(&config);
    shell.ui.report(&ops::repair::apply(&session, &plan, &options, &retention)?)
}

impl Report for RepairReport {
    const SCHEMA: &'static str = "drift.workspace.verify_repair/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        findings(out, &self.findings)?;
        let (said, steps) = if self.dry_run { ("Would", &self.plan) } else { ("Did", &self.done) };
        for step in steps {
            out.line(format_args!("{said}: {step}"))?;
        }
        out.line(match (self.healthy, self.plan.is_empty()) {
            (true, _) => "The workspace is healthy",
            (false, true) => "The workspace is damaged, and nothing here can mend it",
            (false, false) => "The workspace is damaged",
        })?;
        let is_of_database =
            |code: &str| code.starts_with("db.") || code.starts_with("schema.") && code != "schema.newer";
        let is_lost = |finding: &FindingView| finding.severity == "error" && is_of_database(&finding.code);
        if !self.healthy && self.plan.is_empty() && self.findings.iter().any(is_lost) {
            out.line("`drift workspace reset` begins anew, and keeps what is there in quarantine")?;
        }
        Ok(())
    }

    fn exit(&self) -> u8 {
        if self.healthy { 0 } else { EXIT_FOUND_PROBLEMS }
    }
}

fn findings(out: &mut Text, findings: &[FindingView]) -> io::Result<()> {
    for finding in findings {
        let tone = if finding.severity == "error" { Tone::Error } else { Tone::Warning };
        let label = format!("{}:", finding.severity);
        let (subject, message, code) = (&finding.subject, &finding.message, finding.code.as_str());
        out.line(format_args!("{} {subject}: {message} [{code}]", styled(tone, &label)))?;
        if let Some(hint) = &finding.hint {
            out.line(format_args!("  {hint}"))?;
        }
    }
    Ok(())
}

impl Report for VerifyReport {
    const SCHEMA: &'static str = "drift.workspace.verify/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        findings(out, &self.findings)?;
        for subject in &self.unchecked {
            out.line(format_args!("{subject}: large, so only --deep looks inside"))?;
        }
        if self.findings.is_empty() {
            return out.line(format_args!("The workspace is healthy ({} check)", self.level));
        }
        let count = human::count(self.findings.len() as u64, "finding", "findings");
        let verdict = if self.healthy { "The workspace is healthy" } else { "The workspace is damaged" };
        out.line(format_args!("{verdict}: {count}"))
    }

    fn exit(&self) -> u8 {
        if self.healthy { 0 } else { EXIT_FOUND_PROBLEMS }
    }
}
