//! `drift config schema`

use std::io;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Print the JSON Schema of drift.toml, for editors
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift config schema > drift.schema.json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    shell.ui.report(&Schema { json_schema: drift_config::schema() })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Schema {
    json_schema: Value,
}

impl Report for Schema {
    const SCHEMA: &'static str = "drift.config.schema/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.line(format_args!("{:#}", self.json_schema))
    }
}
