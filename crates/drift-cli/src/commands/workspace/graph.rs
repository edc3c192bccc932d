//! `drift workspace graph`: how the projects depend on each other, for people and for other tools.

mod diagram;
mod tree;

use std::io;

use crate::args::Format;
use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::graph::{Direction, GraphOptions, GraphReport, Part};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};
use tree::Tree;

/// Show how the projects depend on each other
///
/// Text is a tree: below each project is what it depends on. `(*)` marks a project whose dependencies are
/// shown further up, `(cycle)` one that is above itself. A project is named by its id, its path or its name.
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace graph
  drift workspace graph --from packages/app --depth 1
  drift workspace graph --reverse --from packages/core
  drift workspace graph --why packages/app packages/core
  drift workspace graph --format dot | dot -Tsvg > graph.svg")]
pub(crate) struct Args {
    /// Show only P and what is below it
    #[arg(long, value_name = "P")]
    from: Option<String>,
    /// Show only P and what is above it
    #[arg(long, value_name = "P")]
    to: Option<String>,
    /// Turn the graph upside down: below each project is what depends on it
    #[arg(long)]
    reverse: bool,
    /// Show N steps from the roots, from --from, or, with --to alone, up from --to
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Show the shortest chains by which A depends on B
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with_all = ["from", "to", "reverse", "depth"])]
    why: Vec<String>,
}

pub(crate) fn run(args: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let direction = if args.reverse { Direction::Dependents } else { Direction::Dependencies };
    let levels = if args.from.is_none() && args.to.is_some() { None } else { args.depth };
    let part = match <[String; 2]>::try_from(args.why) {
        Ok([from, to]) => Part::Why { from, to },
        Err(_) => Part::Between { from: args.from, to: args.to },
    };
    let options = GraphOptions { part, direction, depth: args.depth };
    let report = ops::graph::run(&shell.session_with(&config), &options)?;
    shell.ui.report(&View { report, direction, levels, format: shell.ui.format() })
}

#[derive(schemars::JsonSchema, serde::Serialize)]
pub(super) struct View {
    #[serde(flatten)]
    report: GraphReport,
    #[serde(skip)]
    direction: Direction,
    #[serde(skip)]
    levels: Option<usize>,
    #[serde(skip)]
    format: Format,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.graph/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        match (self.format, &self.report.chains) {
            (Format::Dot, _) => diagram::dot(&self.report, out),
            (Format::Mermaid, _) => diagram::mermaid(&self.report, out),
            (_, Some(chains)) => tree::chains(&self.report, chains, out),
            (_, None) => Tree::new(&self.report, self.direction, self.levels).write(out),
        }
    }
}
