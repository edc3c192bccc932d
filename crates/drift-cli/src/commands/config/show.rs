//! `drift config show`

use std::io;

use drift_config::Setting;
use schemars::JsonSchema;
use serde::Serialize;

use super::{SettingView, origin_text};
use crate::error::CommandError;
use crate::ops::config::{self, Anchor, Files};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text, Tone, styled};

/// Origins of settings up to this width stand in a column; a long list does not push the others away.
const ALIGNED: usize = 48;

/// Print every setting with the value that holds here
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config show
  drift config show --origin
  drift config show --json")]
pub(crate) struct Args {
    /// Say which file and line, variable or flag each value comes from
    #[arg(long)]
    origin: bool,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let settings = config::load(&shell.session(), &files, &shell.config_sources())?.settings();
    shell.ui.report(&Shown {
        settings: settings.iter().map(SettingView::new).collect(),
        lines: settings,
        origin: args.origin,
    })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Shown {
    settings: Vec<SettingView>,
    #[serde(skip)]
    lines: Vec<Setting>,
    #[serde(skip)]
    origin: bool,
}

impl Report for Shown {
    const SCHEMA: &'static str = "drift.config.show/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        let assignment = |setting: &Setting| format!("{} = {}", setting.key, setting.toml());
        if !self.origin {
            return self.lines.iter().try_for_each(|setting| out.line(assignment(setting)));
        }
        self.lines.iter().try_for_each(|setting| {
            let origin = format!("# {}", origin_text(&setting.origin));
            out.line(format_args!("{:<ALIGNED$}  {}", assignment(setting), styled(Tone::Dim, origin)))
        })
    }
}
