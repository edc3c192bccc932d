//! The graph as text: a tree from its roots, or a line for each chain.

use std::fmt::Write as _;
use std::io;

use crate::ops::graph::{Direction, GraphReport};
use crate::ui::{Text, Tone, styled};

/// A tree in which each project is unfolded once.
pub(super) struct Tree<'a> {
    graph: &'a GraphReport,
    direction: Direction,
    levels: Option<usize>,
}

/// A line that is still to be written.
struct Branch {
    node: usize,
    parent: Option<usize>,
    level: usize,
    /// Whether it is the last below its parent.
    is_last: bool,
}

impl<'a> Tree<'a> {
    /// `levels` is how deep it goes; `None` for all the way.
    pub(super) fn new(graph: &'a GraphReport, direction: Direction, levels: Option<usize>) -> Tree<'a> {
        Tree { graph, direction, levels }
    }

    pub(super) fn write(&self, out: &mut Text) -> io::Result<()> {
        let branch = |node| Branch { node, parent: None, level: 0, is_last: true };
        let mut open: Vec<Branch> = self.graph.roots.iter().rev().map(|&node| branch(node)).collect();
        let mut unfolded = vec![false; self.graph.nodes.len()];
        // The nodes above the line, each with whether it is the last below its parent.
        let mut above: Vec<(usize, bool)> = Vec::new();
        let mut is_above = vec![false; self.graph.nodes.len()];
        let mut line = String::new();
        while let Some(branch) = open.pop() {
            for (node, _) in above.drain(branch.level..) {
                is_above[node] = false;
            }
            let children = self.graph.links.next(branch.node, self.direction);
            let mark = match () {
                () if is_above[branch.node] => " (cycle)",
                () if unfolded[branch.node] && !children.is_empty() => " (*)",
                () => "",
            };
            line.clear();
            indent(&above, &branch, &mut line);
            self.label(&branch, &mut line);
            line.push_str(mark);
            out.line(&line)?;
            if !mark.is_empty() || self.levels.is_some_and(|levels| branch.level >= levels) {
                continue;
            }
            unfolded[branch.node] = true;
            above.push((branch.node, branch.is_last));
            is_above[branch.node] = true;
            let below = |(at, &node): (usize, &usize)| Branch {
                node,
                parent: Some(branch.node),
                level: branch.level + 1,
                is_last: at + 1 == children.len(),
            };
            open.extend(children.iter().enumerate().rev().map(below));
        }
        let circles = self.graph.links.circles();
        if !circles.is_empty() {
            out.blank()?;
            out.heading("In a circle")?;
            for circle in circles {
                let ids: Vec<&str> = circle.iter().map(|&node| &*self.graph.nodes[node].id).collect();
                out.line(format_args!("  {}", ids.join(", ")))?;
            }
        }
        Ok(())
    }

    fn label(&self, branch: &Branch, line: &mut String) {
        let node = &self.graph.nodes[branch.node];
        line.push_str(&node.id);
        if let Some(name) = &node.name {
            line.extend([" (", name, ")"]);
        }
        if let Some(parent) = branch.parent {
            let (from, to) = match self.direction {
                Direction::Dependencies => (parent, branch.node),
                Direction::Dependents => (branch.node, parent),
            };
            kinds(self.graph, from, to, line);
        }
    }
}

fn indent(above: &[(usize, bool)], branch: &Branch, line: &mut String) {
    // Roots stand below nothing.
    for (_, is_last) in above.iter().skip(1) {
        line.push_str(if *is_last { "   " } else { "│  " });
    }
    match (branch.level, branch.is_last) {
        (0, _) => {}
        (_, true) => line.push_str("└─ "),
        (_, false) => line.push_str("├─ "),
    }
}

/// One line for each chain.
pub(super) fn chains(graph: &GraphReport, chains: &[Vec<usize>], out: &mut Text) -> io::Result<()> {
    if chains.is_empty() {
        return out.line("No chain of dependencies leads from the one to the other");
    }
    let id = |node: usize| &graph.nodes[node].id;
    for chain in chains {
        let mut line = styled(Tone::Heading, id(chain[0])).to_string();
        for step in chain.windows(2) {
            let _ = write!(line, " → {}", id(step[1]));
            kinds(graph, step[0], step[1], &mut line);
        }
        out.line(line)?;
    }
    Ok(())
}

/// The kinds of the edges between two projects, ` [dev, peer]`; nothing for what is merely normal.
fn kinds(graph: &GraphReport, from: usize, to: usize, line: &mut String) {
    match graph.between(from, to) {
        [] => {}
        [edge] if &*edge.kind == "normal" => {}
        edges => {
            let kinds: Vec<&str> = edges.iter().map(|edge| &*edge.kind).collect();
            line.extend([" [", &kinds.join(", "), "]"]);
        }
    }
}
