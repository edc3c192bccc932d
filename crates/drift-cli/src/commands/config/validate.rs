//! `drift config validate`

use std::io;

use drift_config::{ConfigError, Problem};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::CommandError;
use crate::ops::config::{self, Anchor, Files, Scope};
use crate::shell::Shell;
use crate::ui::human::shown;
use crate::ui::{Outcome, Report, Text};

/// Check the configuration, and fail if anything in it is wrong
///
/// Unknown keys in files are errors here, as they are with --strict-config; variables and --config flags are
/// checked as well. All problems are shown, not only the first.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config validate
  drift config validate --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let mut checked = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for (scope, path) in [(Scope::User, &files.user), (Scope::Workspace, &files.workspace)] {
        let Some(path) = path else { continue };
        let found = config::problems(path, scope)?;
        checked.push(FileView { path: shown(path), present: found.is_some() });
        problems.extend(found.unwrap_or_default());
    }
    if !problems.is_empty() {
        return Err(ConfigError::Invalid { problems }.into());
    }
    // Each file is fine; the variables, the flags and all together are left.
    config::load(&shell.session(), &files, &shell.config_sources())?;
    shell.ui.report(&Valid { files: checked })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Valid {
    files: Vec<FileView>,
}

#[derive(JsonSchema, Serialize)]
struct FileView {
    path: String,
    present: bool,
}

impl Report for Valid {
    const SCHEMA: &'static str = "drift.config.validate/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        for file in &self.files {
            let state = if file.present { "valid" } else { "absent" };
            out.line(format_args!("{}: {state}", file.path))?;
        }
        Ok(())
    }
}
