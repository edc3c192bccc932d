//! The graph as text: a tree from its roots, or a line for each chain.

use std::collections::HashMap;
use std::io;

use crate::ops::graph::{Direction, GraphReport, Links};
use crate::ui::{Text, Tone, styled};

/// A tree in which each project is unfolded once.
pub(super) struct Tree<'a> {
    graph: &'a GraphReport,
    links: Links,
    kinds: Kinds<'a>,
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
        Tree { links: graph.links(), kinds: Kinds::new(graph), graph, direction, levels }
    }

    pub(super) fn write(&self, out: &mut Text) -> io::Result<()> {
        let branch = |node| Branch { node, parent: None, level: 0, is_last: true };
        let mut open: Vec<Branch> = self.graph.roots.iter().rev().map(|&node| branch(node)).collect();
        let mut unfolded = vec![false; self.graph.nodes.len()];
        // The nodes above the line, each with whether it is the last below its parent.
        let mut above: Vec<(usize, bool)> = Vec::new();
        let mut is_above = vec![false; self.graph.nodes.len()];
        while let Some(branch) = open.pop() {
            for (node, _) in above.drain(branch.level..) {
                is_above[node] = false;
            }
            let children = self.links.next(branch.node, self.direction);
            let mark = match () {
                () if is_above[branch.node] => " (cycle)",
                () if unfolded[branch.node] && !children.is_empty() => " (*)",
                () => "",
            };
            out.line(format_args!("{}{}{mark}", indent(&above, &branch), self.label(&branch)))?;
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
        if !self.graph.cycles.is_empty() {
            out.blank()?;
            out.heading("In a circle")?;
            self.graph.cycles.iter().try_for_each(|ids| out.line(format_args!("  {}", ids.join(", "))))?;
        }
        Ok(())
    }

    fn label(&self, branch: &Branch) -> String {
        let node = &self.graph.nodes[branch.node];
        let mut label = node.id.clone();
        if let Some(name) = &node.name {
            label += &format!(" ({name})");
        }
        if let Some(parent) = branch.parent {
            let parent = &self.graph.nodes[parent].id;
            let (from, to) = match self.direction {
                Direction::Dependencies => (parent, &node.id),
                Direction::Dependents => (&node.id, parent),
            };
            label += &self.kinds.shown(from, to);
        }
        label
    }
}

fn indent(above: &[(usize, bool)], branch: &Branch) -> String {
    let mut indent = String::new();
    // Roots stand below nothing.
    for (_, is_last) in above.iter().skip(1) {
        indent.push_str(if *is_last { "   " } else { "│  " });
    }
    match (branch.level, branch.is_last) {
        (0, _) => {}
        (_, true) => indent.push_str("└─ "),
        (_, false) => indent.push_str("├─ "),
    }
    indent
}

/// One line for each chain.
pub(super) fn chains(graph: &GraphReport, chains: &[Vec<String>], out: &mut Text) -> io::Result<()> {
    let kinds = Kinds::new(graph);
    if chains.is_empty() {
        return out.line("No chain of dependencies leads from the one to the other");
    }
    for chain in chains {
        let mut line = styled(Tone::Heading, &chain[0]).to_string();
        for step in chain.windows(2) {
            line += &format!(" → {}{}", step[1], kinds.shown(&step[0], &step[1]));
        }
        out.line(line)?;
    }
    Ok(())
}

/// The kinds of edges between two projects.
struct Kinds<'a>(HashMap<(&'a str, &'a str), Vec<&'a str>>);

impl<'a> Kinds<'a> {
    fn new(graph: &'a GraphReport) -> Kinds<'a> {
        let mut kinds: HashMap<_, Vec<&str>> = HashMap::new();
        for edge in &graph.edges {
            kinds.entry((&*edge.from, &*edge.to)).or_default().push(&edge.kind);
        }
        Kinds(kinds)
    }

    /// ` [dev, peer]`; nothing for what is merely normal.
    fn shown(&self, from: &str, to: &str) -> String {
        match self.0.get(&(from, to)).map(Vec::as_slice) {
            None | Some(["normal"]) => String::new(),
            Some(kinds) => format!(" [{}]", kinds.join(", ")),
        }
    }
}
