//! `drift config set`

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ScopeArg, mode};
use crate::args::DryRunArg;
use crate::error::CommandError;
use crate::ops::config::{self, Anchor, Files};
use crate::shell::Shell;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Text};

/// Change one setting in drift.toml, keeping its comments
///
/// Nothing is written unless the result is valid.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config set backup.retention.daily 14
  drift config set --user lock.wait 30s
  drift config set affected.global 'tsconfig.json,.github/**'
  drift config set 'gates.projects.\"npm:packages/web\".min_health' 80")]
pub(crate) struct Args {
    /// The setting, such as backup.retention.daily
    key: String,
    /// The value; items of a list are separated by commas
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    scope: ScopeArg,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let setting = (args.key.as_str(), args.value.as_str());
    let written = config::set(&files, args.scope.scope(), setting, mode(args.dry_run))?;
    shell.ui.report(&Changed {
        path: shown(&written.path),
        created: written.created,
        key: args.key,
        dry_run: args.dry_run.dry_run,
        text: written.text,
    })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Changed {
    path: String,
    created: bool,
    key: String,
    dry_run: bool,
    /// The whole file.
    text: String,
}

impl Report for Changed {
    const SCHEMA: &'static str = "drift.config.set/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.dry_run {
            return out.raw(&self.text);
        }
        let verb = if self.created { "created" } else { "changed" };
        out.line(format_args!("{verb} {}: {}", self.path, self.key))
    }
}
