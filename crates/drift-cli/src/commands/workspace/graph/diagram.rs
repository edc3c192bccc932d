//! The graph for programs that draw. An arrow leads from the one that depends to what it depends on; those of
//! a circle are red.

use std::collections::HashMap;
use std::io;

use crate::ops::graph::{EdgeView, GraphReport};
use crate::ui::Text;

/// Graphviz (<https://graphviz.org/doc/info/lang.html>).
pub(super) fn dot(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let circles = circles(graph);
    out.line("digraph drift {")?;
    for node in &graph.nodes {
        let label = node.name.as_deref().unwrap_or(&node.path);
        out.line(format_args!("  {} [label={}];", quoted(&node.id), quoted(label)))?;
    }
    for edge in &graph.edges {
        let mut attributes = Vec::new();
        if edge.kind != "normal" {
            attributes.push(format!("label={}", quoted(&edge.kind)));
        }
        if in_circle(&circles, edge) {
            attributes.push("color=red".to_owned());
        }
        let attributes = match &attributes[..] {
            [] => String::new(),
            attributes => format!(" [{}]", attributes.join(", ")),
        };
        out.line(format_args!("  {} -> {}{attributes};", quoted(&edge.from), quoted(&edge.to)))?;
    }
    out.line("}")
}

/// Mermaid (<https://mermaid.js.org/syntax/flowchart.html>): ids may hold no punctuation, so nodes are
/// numbered.
pub(super) fn mermaid(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let circles = circles(graph);
    let places: HashMap<&str, usize> = graph.nodes.iter().map(|node| node.id.as_str()).zip(0..).collect();
    out.line("graph LR")?;
    for node in &graph.nodes {
        let label = escaped(node.name.as_deref().unwrap_or(&node.path));
        out.line(format_args!("  p{}[\"{label}\"]", places[node.id.as_str()]))?;
    }
    for edge in &graph.edges {
        let arrow = if edge.kind == "normal" { "-->".to_owned() } else { format!("-->|{}|", edge.kind) };
        out.line(format_args!("  p{} {arrow} p{}", places[edge.from.as_str()], places[edge.to.as_str()]))?;
    }
    let red = graph.edges.iter().enumerate().filter(|(_, edge)| in_circle(&circles, edge));
    let red: Vec<_> = red.map(|(at, _)| at.to_string()).collect();
    if !red.is_empty() {
        out.line(format_args!("  linkStyle {} stroke:red", red.join(",")))?;
    }
    Ok(())
}

/// Mermaid reads labels as a kind of HTML and Markdown; its own escapes are `#code;`.
fn escaped(label: &str) -> String {
    let mut out = String::new();
    for letter in label.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' => out.push_str(&format!("#{};", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out
}

/// Which circle a project is in.
fn circles(graph: &GraphReport) -> HashMap<&str, usize> {
    let members = graph.cycles.iter().enumerate();
    members.flat_map(|(circle, ids)| ids.iter().map(move |id| (id.as_str(), circle))).collect()
}

fn in_circle(circles: &HashMap<&str, usize>, edge: &EdgeView) -> bool {
    let circle = |id: &str| circles.get(id);
    circle(&edge.from).is_some() && circle(&edge.from) == circle(&edge.to)
}
