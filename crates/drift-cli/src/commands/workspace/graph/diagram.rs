//! The graph for programs that draw. An arrow leads from the one that depends to what it depends on; those of
//! a circle are red.

use std::io;

use crate::ops::graph::{Edge, GraphReport};
use crate::ui::Text;

/// Graphviz (<https://graphviz.org/doc/info/lang.html>).
pub(super) fn dot(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let id = |node: usize| quoted(&graph.nodes[node].id);
    let circles = circles(graph);
    out.line("digraph drift {")?;
    for node in &graph.nodes {
        let label = node.name.as_deref().unwrap_or(&node.path);
        out.line(format_args!("  {} [label={}];", quoted(&node.id), quoted(label)))?;
    }
    for edge in &graph.edges {
        let mut attributes = Vec::new();
        if &*edge.kind != "normal" {
            attributes.push(format!("label={}", quoted(&edge.kind)));
        }
        if in_circle(&circles, edge) {
            attributes.push("color=red".to_owned());
        }
        let attributes = match &attributes[..] {
            [] => String::new(),
            attributes => format!(" [{}]", attributes.join(", ")),
        };
        out.line(format_args!("  {} -> {}{attributes};", id(edge.from), id(edge.to)))?;
    }
    out.line("}")
}

/// Mermaid (<https://mermaid.js.org/syntax/flowchart.html>): ids may hold no punctuation, so nodes are
/// numbered.
pub(super) fn mermaid(graph: &GraphReport, out: &mut Text) -> io::Result<()> {
    let circles = circles(graph);
    out.line("graph LR")?;
    for (place, node) in graph.nodes.iter().enumerate() {
        let label = escaped(node.name.as_deref().unwrap_or(&node.path));
        out.line(format_args!("  p{place}[\"{label}\"]"))?;
    }
    for edge in &graph.edges {
        let arrow = if &*edge.kind == "normal" { "-->".to_owned() } else { format!("-->|{}|", edge.kind) };
        out.line(format_args!("  p{} {arrow} p{}", edge.from, edge.to))?;
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

/// Which circle each node is in.
fn circles(graph: &GraphReport) -> Vec<Option<usize>> {
    let mut circles = vec![None; graph.nodes.len()];
    for (circle, nodes) in graph.links.circles().iter().enumerate() {
        nodes.iter().for_each(|&node| circles[node] = Some(circle));
    }
    circles
}

fn in_circle(circles: &[Option<usize>], edge: &Edge) -> bool {
    circles[edge.from].is_some() && circles[edge.from] == circles[edge.to]
}
