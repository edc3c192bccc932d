//! [`Links`]: questions to a graph, by place instead of id; pure, and none recurses.

use std::collections::VecDeque;

/// Which way edges are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To what is depended on.
    Dependencies,
    /// To what depends on it.
    Dependents,
}

impl Direction {
    pub(crate) fn reversed(self) -> Direction {
        match self {
            Direction::Dependencies => Direction::Dependents,
            Direction::Dependents => Direction::Dependencies,
        }
    }
}

/// A graph without names.
#[derive(Debug)]
pub(crate) struct Links {
    nodes: usize,
    below: Lists,
    above: Lists,
    circles: Vec<Vec<usize>>,
}

impl Links {
    /// `edges` are pairs of places below `nodes`, the dependent first.
    pub(crate) fn new(nodes: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Links {
        let mut edges: Vec<(usize, usize)> = edges.into_iter().collect();
        let below = Lists::new(nodes, &mut edges);
        edges.iter_mut().for_each(|edge| *edge = (edge.1, edge.0));
        let above = Lists::new(nodes, &mut edges);
        let circles = circles(nodes, &below);
        Links { nodes, below, above, circles }
    }

    /// The neighbours of `node`, ascending.
    pub(crate) fn next(&self, node: usize, way: Direction) -> &[usize] {
        match way {
            Direction::Dependencies => self.below.of(node),
            Direction::Dependents => self.above.of(node),
        }
    }

    /// The groups of nodes that depend on each other in a circle, each ascending, by their first node.
    pub(crate) fn circles(&self) -> &[Vec<usize>] {
        &self.circles
    }

    /// How many steps each node is away from the nearest of `starts`; those further than `depth`, and those
    /// out of reach, have none.
    pub(crate) fn distances(
        &self,
        starts: impl IntoIterator<Item = usize>,
        way: Direction,
        depth: Option<usize>,
    ) -> Vec<Option<usize>> {
        let mut distances = vec![None; self.nodes];
        let mut open: VecDeque<usize> = VecDeque::new();
        for start in starts {
            if distances[start].replace(0).is_none() {
                open.push_back(start);
            }
        }
        while let Some(node) = open.pop_front() {
            let next = distances[node].map_or(0, |steps| steps + 1);
            if depth.is_some_and(|depth| next > depth) {
                break;
            }
            for &other in self.next(node, way) {
                if distances[other].is_none() {
                    distances[other] = Some(next);
                    open.push_back(other);
                }
            }
        }
        distances
    }

    /// Nodes from which every other is reached, ascending: those that nothing leads to, and of a circle that
    /// nothing leads into, the first.
    pub(crate) fn roots(&self, way: Direction) -> Vec<usize> {
        let mut roots: Vec<usize> =
            (0..self.nodes).filter(|&node| self.next(node, way.reversed()).is_empty()).collect();
        roots.extend(
            self.circles.iter().filter(|circle| !self.is_led_into(circle, way)).map(|circle| circle[0]),
        );
        roots.sort_unstable();
        roots
    }

    fn is_led_into(&self, circle: &[usize], way: Direction) -> bool {
        let mut leading = circle.iter().flat_map(|&node| self.next(node, way.reversed()));
        leading.any(|from| circle.binary_search(from).is_err())
    }

    /// The shortest chains of dependencies from `from` to `to`, at most `limit` of them, in order. From a node
    /// to itself they are the shortest circles through it.
    pub(crate) fn chains(&self, from: usize, to: usize, limit: usize) -> Vec<Vec<usize>> {
        let left = self.distances([to], Direction::Dependents, None);
        let nearest = |node: usize| self.below.of(node).iter().filter_map(|&next| left[next]).min();
        if nearest(from).is_none() {
            return Vec::new();
        }
        // Steps with the step before each, so that chains share what they have in common.
        let mut steps = vec![(from, None)];
        let mut open = vec![0];
        let mut chains = Vec::new();
        while let Some(at) = open.pop() {
            let (node, before) = steps[at];
            if node == to && before.is_some() {
                let back = std::iter::successors(Some(at), |&at| steps[at].1);
                let mut chain: Vec<usize> = back.map(|at| steps[at].0).collect();
                chain.reverse();
                chains.push(chain);
                if chains.len() == limit {
                    break;
                }
                continue;
            }
            let nearest = nearest(node);
            for &next in self.below.of(node).iter().rev().filter(|&&next| left[next] == nearest) {
                open.push(steps.len());
                steps.push((next, Some(at)));
            }
        }
        chains
    }
}

/// A list of neighbours for each node, one after the other.
#[derive(Debug)]
struct Lists {
    /// Where the list of each node ends.
    ends: Vec<usize>,
    neighbours: Vec<usize>,
}

impl Lists {
    /// Of pairs of a node and its neighbour, which it sorts.
    fn new(nodes: usize, pairs: &mut Vec<(usize, usize)>) -> Lists {
        pairs.sort_unstable();
        pairs.dedup();
        let mut ends = vec![0; nodes];
        pairs.iter().for_each(|&(node, _)| ends[node] += 1);
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        Lists { ends, neighbours: pairs.iter().map(|&(_, neighbour)| neighbour).collect() }
    }

    fn of(&self, node: usize) -> &[usize] {
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.neighbours[start..self.ends[node]]
    }
}

/// Tarjan's algorithm, with a stack of its own in place of the thread's.
fn circles(count: usize, below: &Lists) -> Vec<Vec<usize>> {
    let (mut index, mut low) = (vec![usize::MAX; count], vec![0; count]);
    let mut on_stack = vec![false; count];
    let (mut stack, mut circles, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..count {
        let mut calls = if index[start] == usize::MAX { vec![(start, 0)] } else { Vec::new() };
        while let Some((node, child)) = calls.pop() {
            if child == 0 {
                (index[node], low[node]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&below) = below.of(node).get(child) {
                calls.push((node, child + 1));
                if index[below] == usize::MAX {
                    calls.push((below, 0));
                } else if on_stack[below] {
                    low[node] = low[node].min(index[below]);
                }
                continue;
            }
            if let Some(&(above, _)) = calls.last() {
                low[above] = low[above].min(low[node]);
            }
            if low[node] == index[node] {
                let at = stack.iter().rposition(|&other| other == node).unwrap_or(0);
                if stack.len() == at + 1 {
                    stack.pop();
                    on_stack[node] = false;
                    continue;
                }
                let mut circle = stack.split_off(at);
                circle.iter().for_each(|&member| on_stack[member] = false);
                circle.sort_unstable();
                circles.push(circle);
            }
        }
    }
    circles.sort_unstable();
    circles
}

#[cfg(test)]
mod tests;
