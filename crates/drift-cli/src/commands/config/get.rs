//! `drift config get`

use std::io;

use drift_config::Setting;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::SettingView;
use crate::error::CommandError;
use crate::ops::config::{self, Anchor, Files};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Print the value of one setting, or all settings of a section
///
/// A single value is printed bare, a list with one item per line.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config get backup.retention.daily
  drift config get backup.retention
  drift config get gates --json")]
pub(crate) struct Args {
    /// The setting or section, such as backup.retention.daily
    key: String,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let files = Files::locate(&shell.place, Anchor::Existing)?;
    let loaded = config::load(&shell.session(), &files, &shell.config_sources())?;
    let found = loaded.get(&args.key)?;
    let single = match found.as_slice() {
        [only] if only.key.to_string() == args.key => Some(only.value.clone()),
        _ => None,
    };
    shell.ui.report(&Got { settings: found.iter().map(SettingView::new).collect(), lines: found, single })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Got {
    settings: Vec<SettingView>,
    #[serde(skip)]
    lines: Vec<Setting>,
    #[serde(skip)]
    single: Option<Value>,
}

impl Report for Got {
    const SCHEMA: &'static str = "drift.config.get/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        match &self.single {
            Some(Value::Array(items)) => items.iter().try_for_each(|item| out.line(bare(item))),
            Some(value) => out.line(bare(value)),
            None => self
                .lines
                .iter()
                .try_for_each(|setting| out.line(format_args!("{} = {}", setting.key, setting.toml()))),
        }
    }
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
