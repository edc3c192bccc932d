//! `drift config`: the settings, and the files they are in.

#[cfg(test)]
pub(super) mod documents;
mod get;
mod init;
mod path;
mod schema;
mod set;
mod show;
mod validate;

use clap::Subcommand;
use drift_config::{Origin, Setting};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::CommandError;
use crate::ops::config::{Mode, Scope};
use crate::shell::Shell;
use crate::ui::Outcome;
use crate::ui::human::shown;

/// Show and change the configuration
#[derive(clap::Args, Debug)]
#[command(
    arg_required_else_help = true,
    after_help = "EXAMPLES:
  drift config show --origin
  drift config get backup.retention
  drift config set backup.retention.daily 14"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::Args),
    Show(show::Args),
    Get(get::Args),
    Set(set::Args),
    Validate(validate::Args),
    Schema(schema::Args),
    Path(path::Args),
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    match args.verb {
        Verb::Init(args) => init::run(args, shell),
        Verb::Show(args) => show::run(args, shell),
        Verb::Get(args) => get::run(args, shell),
        Verb::Set(args) => set::run(args, shell),
        Verb::Validate(args) => validate::run(args, shell),
        Verb::Schema(args) => schema::run(args, shell),
        Verb::Path(args) => path::run(args, shell),
    }
}

/// For verbs that write one of the two files.
#[derive(clap::Args, Clone, Copy, Debug)]
struct ScopeArg {
    /// Write the user's config.toml instead of the workspace's drift.toml
    #[arg(long)]
    user: bool,
}

impl ScopeArg {
    fn scope(self) -> Scope {
        if self.user { Scope::User } else { Scope::Workspace }
    }
}

fn mode(dry_run: crate::args::DryRunArg) -> Mode {
    if dry_run.dry_run { Mode::DryRun } else { Mode::Apply }
}

/// A setting in a JSON document.
#[derive(JsonSchema, Serialize)]
struct SettingView {
    key: String,
    value: serde_json::Value,
    origin: OriginView,
}

#[derive(JsonSchema, Serialize)]
struct OriginView {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
}

impl SettingView {
    fn new(setting: &Setting) -> SettingView {
        let mut origin =
            OriginView { layer: setting.origin.layer().as_str(), path: None, line: None, variable: None };
        match &setting.origin {
            Origin::File { path, line, .. } => (origin.path, origin.line) = (Some(shown(path)), Some(*line)),
            Origin::Env { name } => origin.variable = Some(name.clone()),
            Origin::Default | Origin::Flag { .. } => {}
        }
        SettingView { key: setting.key.to_string(), value: setting.value.clone(), origin }
    }
}

/// Where a setting comes from, in few words.
fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::Default => "built in".to_owned(),
        Origin::File { path, line, .. } => format!("{}:{line}", shown(path)),
        Origin::Env { name } => name.clone(),
        Origin::Flag { .. } => "--config".to_owned(),
    }
}
