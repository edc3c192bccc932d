//! `drift workspace graph`: how the projects depend on each other, for people and for other tools.

use std::collections::BTreeMap;
use std::io;

use crate::args::Format;
use crate::error::CommandError;
use crate::ops;
use crate::ops::config::Anchor;
use crate::ops::graph::{EdgeView, GraphReport};
use crate::shell::Shell;
use crate::ui::{Outcome, Report, Text};

/// Show how the projects depend on each other
#[derive(clap::Args, Debug)]
#[command(after_help = "EXAMPLES:
  drift workspace graph
  drift workspace graph --format dot | dot -Tsvg > graph.svg
  drift workspace graph --json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, shell: &Shell<'_>) -> Result<Outcome, CommandError> {
    let config = shell.config(Anchor::Existing)?;
    let report = ops::graph::run(&shell.session_with(&config))?;
    shell.ui.report(&View { report, format: shell.ui.format() })
}

#[derive(serde::Serialize)]
struct View {
    #[serde(flatten)]
    report: GraphReport,
    #[serde(skip)]
    format: Format,
}

impl Report for View {
    const SCHEMA: &'static str = "drift.workspace.graph/v1";

    fn text(&self, out: &mut Text) -> io::Result<()> {
        match self.format {
            Format::Dot => dot(&self.report, out),
            Format::Mermaid => mermaid(&self.report, out),
            _ => tree(&self.report, out),
        }
    }
}

/// Each project with what it depends on below it.
fn tree(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let mut below: BTreeMap<&str, Vec<&EdgeView>> = BTreeMap::new();
    for edge in &graph.edges {
        below.entry(&edge.from).or_default().push(edge);
    }
    for node in &graph.nodes {
        match &node.name {
            Some(name) => out.line(format_args!("{} ({name})", node.id))?,
            None => out.line(&node.id)?,
        }
        let edges = below.get(node.id.as_str()).map_or(&[][..], Vec::as_slice);
        for (at, edge) in edges.iter().enumerate() {
            let branch = if at + 1 == edges.len() { "└─" } else { "├─" };
            let kind = if edge.kind == "normal" { String::new() } else { format!(" ({})", edge.kind) };
            out.line(format_args!("{branch} {}{kind}", edge.to))?;
        }
    }
    Ok(())
}

/// Graphviz (<https://graphviz.org/doc/info/lang.html>).
fn dot(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    out.line("digraph drift {")?;
    for node in &graph.nodes {
        let label = node.name.as_deref().unwrap_or(&node.path);
        out.line(format_args!("  {} [label={}];", quoted(&node.id), quoted(label)))?;
    }
    for edge in &graph.edges {
        let style =
            if edge.kind == "normal" { String::new() } else { format!(" [label={}]", quoted(&edge.kind)) };
        out.line(format_args!("  {} -> {}{style};", quoted(&edge.from), quoted(&edge.to)))?;
    }
    out.line("}")
}

/// Mermaid (<https://mermaid.js.org/syntax/flowchart.html>): ids may hold no punctuation, so nodes are numbered.
fn mermaid(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let places: BTreeMap<&str, usize> = graph.nodes.iter().map(|node| node.id.as_str()).zip(0..).collect();
    out.line("graph LR")?;
    for node in &graph.nodes {
        let label = node.name.as_deref().unwrap_or(&node.path).replace('"', "#quot;");
        out.line(format_args!("  p{}[\"{label}\"]", places[node.id.as_str()]))?;
    }
    for edge in &graph.edges {
        let arrow = if edge.kind == "normal" { "-->".to_owned() } else { format!("-->|{}|", edge.kind) };
        out.line(format_args!("  p{} {arrow} p{}", places[edge.from.as_str()], places[edge.to.as_str()]))?;
    }
    Ok(())
}
