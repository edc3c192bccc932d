//! `drift workspace verify`: what is wrong with the workspace, if anything.

use std::io;

use drift_db::VerifyLevel;

use super::init::DatabaseName;
use crate::error::{CommandError, EXIT_FOUND_PROBLEMS, ErrorCode};
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::verify::{VerifyOptions, VerifyReport};
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
  drift workspace verify --deep --database cortex")]
pub(crate) struct Args {
    /// Leave out the comparison of indexes with their tables, the configuration and the snapshots
    #[arg(long, conflicts_with = "deep")]
    quick: bool,
    /// Also hash and check every snapshot, and the words of the full-text index
    #[arg(long)]
    deep: bool,
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
    let config_error = match shell.config(Anchor::Existing) {
        Err(error) if error.code == ErrorCode::Config => Some(error),
        Err(error) => return Err(error),
        Ok(_) => None,
    };
    let options = VerifyOptions {
        level,
        databases: args.database.into_iter().map(Into::into).collect(),
        config_error,
        threads: std::thread::available_parallelism().map_or(1, Into::into),
    };
    shell.ui.report(&ops::verify::run(&shell.session(), options)?)
}

impl Report for VerifyReport {
    const SCHEMA: &'static str = "drift.workspace.verify/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        for finding in &self.findings {
            let tone = if finding.severity == "error" { Tone::Error } else { Tone::Warning };
            out.line(format_args!(
                "{} {}: {} [{}]",
                styled(tone, format_args!("{}:", finding.severity)),
                finding.subject,
                finding.message,
                finding.code
            ))?;
            if let Some(hint) = &finding.hint {
                out.line(format_args!("  {hint}"))?;
            }
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
