//! `drift completions`: the script that teaches a shell to complete drift's command lines.

use std::io;

use clap::CommandFactory as _;
use clap_complete::Shell as Dialect;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::Cli;
use crate::error::CommandError;
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Print the completion script for a shell
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift completions bash > ~/.local/share/bash-completion/completions/drift
  drift completions zsh > ~/.zfunc/_drift
  drift completions fish > ~/.config/fish/completions/drift.fish")]
pub(crate) struct Args {
    /// The shell to print the script for
    shell: Dialect,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "drift", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    shell.ui.report(&Completions { shell: args.shell.to_string(), script })
}

#[derive(JsonSchema, Serialize)]
pub(super) struct Completions {
    shell: String,
    script: String,
}

impl Report for Completions {
    const SCHEMA: &'static str = "drift.completions/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        out.raw(&self.script)
    }
}
