//! `drift workspace …`: one file per verb.

mod affected;
mod backup;
mod cache_key;
mod check;
mod context;
mod delete;
#[cfg(test)]
pub(super) mod documents;
mod export;
mod gc;
mod graph;
mod history;
mod import;
mod init;
mod migrate;
mod options;
mod projects;
mod reset;
mod restore;
mod scan;
mod size;
mod status;
mod verify;

use clap::Subcommand;

use crate::args::Format;
use crate::error::CommandError;
use crate::shell::Shell;
use crate::ui::Outcome;

/// Look after the workspace of a repository
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace init
  drift workspace status
  drift workspace projects --json")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::Args),
    Status(status::Args),
    Scan(scan::Args),
    Projects(projects::Args),
    Graph(graph::Args),
    Verify(verify::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Migrate(migrate::Args),
    Gc(gc::Args),
    Size(size::Args),
    Export(export::Args),
    Import(import::Args),
    Reset(reset::Args),
    Delete(delete::Args),
    History(history::Args),
    Affected(affected::Args),
    Check(check::Args),
    Context(context::Args),
    CacheKey(cache_key::Args),
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    match args.verb {
        Verb::Init(args) => init::run(args, shell),
        Verb::Status(args) => status::run(args, shell),
        Verb::Scan(args) => scan::run(args, shell),
        Verb::Projects(args) => projects::run(args, shell),
        Verb::Graph(args) => graph::run(args, shell),
        Verb::Verify(args) => verify::run(args, shell),
        Verb::Backup(args) => backup::run(args, shell),
        Verb::Restore(args) => restore::run(args, shell),
        Verb::Migrate(args) => migrate::run(args, shell),
        Verb::Gc(args) => gc::run(args, shell),
        Verb::Size(args) => size::run(args, shell),
        Verb::Export(args) => export::run(args, shell),
        Verb::Import(args) => import::run(args, shell),
        Verb::Reset(args) => reset::run(args, shell),
        Verb::Delete(args) => delete::run(args, shell),
        Verb::History(args) => history::run(args, shell),
        Verb::Affected(args) => affected::run(args, shell),
        Verb::Check(args) => check::run(args, shell),
        Verb::Context(args) => context::run(args, shell),
        Verb::CacheKey(args) => cache_key::run(args, shell),
    }
}

impl Args {
    /// The values of `--format` that the verb knows.
    pub(crate) fn formats(&self) -> &'static [Format] {
        match self.verb {
            Verb::Graph(_) => &[Format::Text, Format::Json, Format::Dot, Format::Mermaid],
            Verb::CacheKey(_) => &[Format::Text, Format::Json, Format::Github],
            Verb::Check(_) => &[Format::Text, Format::Json, Format::Sarif, Format::Github],
            _ => &[Format::Text, Format::Json],
        }
    }
}
