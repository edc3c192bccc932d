//! `drift workspace export`: the workspace in one file, for another machine or the cache of a CI job.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use clap::ValueEnum;
use drift_backup::Compression;
use drift_db::DatabaseKind;
use drift_db::portable::Form;

use super::init::DatabaseName;
use crate::args::Format;
use crate::error::{CommandError, ErrorCode};
use crate::ops::Warning;
use crate::ops::config::Anchor;
use crate::ops::export::{self, ExportOptions, ExportReport, Target};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, human};

/// Write the workspace into one file that another machine can import
///
/// The file holds what is known of the repository, and nothing of this machine: no events, no identity, no
/// credentials, no absolute paths, no times of files. Equal content gives equal bytes. `--ci` leaves out all that
/// the commit does not determine, cortex.db too, and never fails a job.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace export
  drift workspace export -o shop.drift.tar.zst
  drift workspace export -o - | ssh build 'cd shop && drift workspace import - --yes'
  drift workspace export --ci")]
pub(crate) struct Args {
    /// The file to write, replaced if it is there; `-` is the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<OsString>,
    /// Export only this database
    #[arg(long, value_name = "NAME")]
    database: Vec<DatabaseName>,
    /// How to compress; without it the name of the file decides, or zstd
    #[arg(long, value_name = "FORM")]
    compression: Option<CompressionName>,
    /// Write for the cache of a CI job, by default to .drift-cache/ci.drift.tar.zst, and exit 0 if it fails
    #[arg(long)]
    ci: bool,
    /// Let --ci fail like any other export
    #[arg(long, requires = "ci")]
    strict: bool,
}

/// A form of compression, as named on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum CompressionName {
    Zstd,
    Gzip,
    None,
}

impl From<CompressionName> for Compression {
    fn from(name: CompressionName) -> Compression {
        match name {
            CompressionName::Zstd => Compression::Zstd,
            CompressionName::Gzip => Compression::Gzip,
            CompressionName::None => Compression::None,
        }
    }
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let to_stdout = args.output.as_deref().is_some_and(|output| output == "-");
    if to_stdout && shell.ui.format() == Format::Json {
        let message =
            "`-o -` writes the bundle to the standard output, where `--json` would write its document";
        return Err(CommandError::usage(message).with_hint("name a file"));
    }
    let form = if args.ci { Form::Ci } else { Form::Full };
    let mut databases: Vec<_> = args.database.iter().map(|name| DatabaseKind::from(*name)).collect();
    databases.sort_unstable();
    databases.dedup();
    if args.ci && databases.contains(&DatabaseKind::Cortex) {
        return Err(CommandError::usage("a bundle for CI never holds cortex.db")
            .with_hint("leave out `--ci`, or `--database cortex`"));
    }
    if databases.is_empty() {
        databases = if args.ci { vec![DatabaseKind::Drift] } else { DatabaseKind::WORKSPACE.to_vec() };
    }
    let compression = args.compression.map(Compression::from);
    let work = |target: Target<'_>| {
        let config = shell.config(Anchor::Existing)?;
        let options = ExportOptions { form, databases, compression, target };
        export::run(&shell.session_with(&config), options)
    };
    if to_stdout {
        return match shell.ui.stream(|out| work(Target::Stream(out)).map(drop)) {
            Err(error) if forgiven(&args, &error) => {
                warn_missed(shell, "export.missed", &error);
                shell.ui.stream(|_| Ok(()))
            }
            done => done,
        };
    }
    let target = match &args.output {
        None => Target::Default,
        Some(file) => Target::File(shell.path(Path::new(file))),
    };
    match work(target) {
        Err(error) if forgiven(&args, &error) => {
            warn_missed(shell, "export.missed", &error);
            shell.ui.report(&ExportReport::missed(error.code, compression))
        }
        done => shell.ui.report(&done?),
    }
}

fn forgiven(args: &Args, error: &CommandError) -> bool {
    args.ci && !args.strict && may_miss(error)
}

/// Whether a CI job may go on without: everything but a command line or configuration that is wrong, and a job
/// that is being stopped.
pub(super) fn may_miss(error: &CommandError) -> bool {
    !matches!(error.code, ErrorCode::Usage | ErrorCode::Config | ErrorCode::Interrupted)
}

/// Says why nothing came of it.
pub(super) fn warn_missed(shell: &Shell<'_>, code: &'static str, error: &CommandError) {
    let causes = error.causes.iter().map(|cause| format!(": {cause}")).collect::<String>();
    let warning = Warning::new(code, format!("{}{causes}", error.message));
    shell.ui.warn(match &error.hint {
        Some(hint) => warning.with_hint(hint),
        None => warning,
    });
}

impl Report for ExportReport {
    const SCHEMA: &'static str = "drift.workspace.export/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let Some(output) = self.output.as_deref().filter(|_| self.written) else {
            return out.line("Wrote no bundle");
        };
        let databases: Vec<_> = self.databases.iter().map(|database| database.name).collect();
        let size = human::bytes(self.bytes);
        out.line(format_args!("Wrote {} to {output} ({size})", databases.join(" and ")))
    }
}
