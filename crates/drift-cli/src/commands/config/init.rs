//! `drift config init`

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

/// Write a drift.toml that explains every setting, all commented out
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config init
  drift config init --user
  drift config init --dry-run")]
pub(crate) struct Args {
    #[command(flatten)]
    scope: ScopeArg,
    #[command(flatten)]
    dry_run: DryRunArg,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let written = config::init(&files, args.scope.scope(), mode(args.dry_run))?;
    let dry_run = args.dry_run.dry_run;
    if !dry_run {
        shell.ui.note("editors complete it once `drift config schema > drift.schema.json` is beside it");
    }
    shell.ui.report(&Created {
        path: shown(&written.path),
        created: written.created && !dry_run,
        dry_run,
        text: written.text,
    })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Created {
    path: String,
    created: bool,
    dry_run: bool,
    /// The whole file.
    text: String,
}

impl Report for Created {
    const SCHEMA: &'static str = "drift.config.init/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        if self.dry_run {
            return out.raw(&self.text);
        }
        out.line(format_args!("created {}", self.path))
    }
}
