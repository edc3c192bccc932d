//! One file per verb: parse, call one operation, render.
//!
//! To add the verb `weight` to the group `workspace`:
//!
//! 1. Write `commands/workspace/weight.rs`:
//!
//!    ```text
//!    //! `drift workspace weight`
//!
//!    /// Show what the workspace takes on disk
//!    ///
//!    /// Further paragraphs appear in `--help` and the man page.
//!    #[derive(clap::Args, Debug)]
//!    #[command(after_help = "EXAMPLES:\n  drift workspace weight --json")]
//!    pub(crate) struct Args { … }
//!
//!    pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
//!        let config = shell.config(Anchor::Existing)?;
//!        let report = ops::weight(&shell.session_with(&config), &ops::WeightOptions { … })?;
//!        shell.ui.report(&View(report))
//!    }
//!
//!    impl Report for View {
//!        const SCHEMA: &'static str = "drift.workspace.weight/v1";
//!        fn text(&self, out: &mut Text) -> io::Result<()> { out.line(…) }
//!    }
//!    ```
//!
//! 2. Name it in the enum of its group, and in the group's `run`.
//! 3. Map the error of a library that is new here in `error/`, if need be.
//! 4. List its report in `documents.rs` of its group and run `cargo xtask schema`, which writes its JSON Schema.
//! 5. Test it in `tests/it/weight.rs`.
//!
//! The `Ui` gives `confirm`, `warn` and `note`; paths from the command line go through `Shell::path`; a verb
//! that changes something flattens `DryRunArg`; one that prints more than text and JSON says so in `formats`.
//! The first line of every help text is an imperative without final period, and every command has EXAMPLES:
//! tests hold both.

mod completions;
mod config;
#[cfg(test)]
mod documents;
mod man;
mod project;
mod workspace;

use clap::Subcommand;

use crate::args::Format;
use crate::error::CommandError;
use crate::shell::Shell;
use crate::ui::Outcome;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Workspace(workspace::Args),
    Project(project::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
}

pub(crate) fn run(command: Command, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    shell.ui.expect_format(command.formats())?;
    match command {
        Command::Workspace(args) => workspace::run(args, shell),
        Command::Project(args) => project::run(args, shell),
        Command::Config(args) => config::run(args, shell),
        Command::Completions(args) => completions::run(args, shell),
        Command::Man(args) => man::run(args, shell),
    }
}

impl Command {
    /// The values of `--format` the command knows.
    fn formats(&self) -> &'static [Format] {
        match self {
            Command::Workspace(args) => args.formats(),
            Command::Man(_) => &[Format::Text, Format::Json, Format::Markdown],
            Command::Completions(_) | Command::Config(_) | Command::Project(_) => {
                &[Format::Text, Format::Json]
            }
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::rust_files;
