//! Rule `dependency_cycle`: projects that depend on each other in a circle, where their tool refuses that.
//!
//! Which tools do, and by which kinds of dependencies, is the table [`forbidding`]. Everywhere else a circle is
//! legal: npm, pnpm and yarn, Go modules, Python, Composer, pub and Deno resolve it, and Gradle, Swift and nx know
//! circles of tasks or targets, not of projects.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Finding, Index, Rule, of_project, some_of};
use crate::graph::{EdgeKind, Project, ProjectId};

/// Up to how many members of a circle each get the shortest circle through them.
const MAX_EXPLAINED: usize = 64;
/// How many members a message names.
const MAX_NAMED: usize = 8;

/// The kinds of dependencies that must not form a circle, where the tool refuses one.
fn forbidding(ecosystem: &str, manager: Option<&str>) -> &'static [EdgeKind] {
    use EdgeKind::{Build, Dev, Normal, Optional, Parent, Plugin};
    match (ecosystem, manager) {
        // "cyclic package dependency"; dev-dependencies may go in circles.
        ("cargo", _) => &[Normal, Build, Optional],
        // "The projects in the reactor contain a cyclic reference", whatever the scope.
        ("maven", _) => &[Normal, Dev, Build, Parent, Plugin],
        // A project waits for those it references to be built.
        ("dotnet", _) => &[Normal],
        // "Cyclic dependency detected", unless `decoupledLocalDependencies` breaks it.
        ("npm", Some("rush")) => &[Normal, Dev, Optional],
        // "Could not sort dependencies. There are cycles in the dependency graph".
        ("elixir", _) => &[Normal],
        // "Your bundle requires gems that depend on each other, creating an infinite loop".
        ("ruby", _) => &[Normal],
        _ => &[],
    }
}

type Circles<'a> = DiGraph<&'a ProjectId, ()>;

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    let graph = index.input.graph;
    let mut circles = Circles::new();
    let mut nodes: HashMap<&ProjectId, NodeIndex> = HashMap::new();
    for edge in &graph.edges {
        let (Some(from), Some(to)) = (index.by_id.get(&edge.from), index.by_id.get(&edge.to)) else {
            continue;
        };
        let kinds = forbidding(&from.ecosystem.0, index.manager(from));
        // Maven sorts one reactor at a time; what lies in another is an artifact.
        let apart = from.ecosystem.0 == "maven" && from.workspace != to.workspace;
        if from.ecosystem == to.ecosystem && kinds.contains(&edge.kind) && !apart {
            let mut node = |id| *nodes.entry(id).or_insert_with(|| circles.add_node(id));
            let ends = (node(&edge.from), node(&edge.to));
            circles.update_edge(ends.0, ends.1, ());
        }
    }
    for circle in kosaraju_scc(&circles).into_iter().filter(|circle| circle.len() > 1) {
        report(index, &circles, circle, findings);
    }
}

fn report(index: &Index<'_>, circles: &Circles<'_>, mut circle: Vec<NodeIndex>, findings: &mut Vec<Finding>) {
    circle.sort_by_key(|&node| circles[node]);
    let inside: HashSet<NodeIndex> = circle.iter().copied().collect();
    let project = |node: NodeIndex| index.by_id[circles[node]];
    let names: Vec<&str> = circle.iter().map(|&node| shown(project(node))).collect();
    let explained = circle.len() <= MAX_EXPLAINED;
    // Members come and go; the name of the first keeps apart the circles that one project may be in over time.
    let subject = |through: &[NodeIndex]| {
        let mut names: Vec<&str> = through.iter().map(|&node| shown(project(node))).collect();
        names.sort_unstable();
        names.join(" ")
    };
    for &node in &circle {
        let (subject, message) = if explained {
            let through = shortest(circles, &inside, node);
            let mut steps: Vec<&str> = through.iter().map(|&node| shown(project(node))).collect();
            if steps.len() > MAX_NAMED {
                steps.splice(MAX_NAMED - 1.., ["…"]);
            }
            steps.push(shown(project(node)));
            let message =
                format!("depends on itself: {}; remove one of these dependencies", steps.join(" → "));
            (subject(&through), message)
        } else {
            let count = circle.len();
            let message = format!(
                "is one of {count} projects that depend on each other in circles: {}",
                some_of(&names)
            );
            (subject(&circle[..1]), message)
        };
        findings.push(of_project(project(node), Rule::DependencyCycle, subject, message));
    }
}

/// The members of the shortest circle through `start`, from it on.
fn shortest(circles: &Circles<'_>, inside: &HashSet<NodeIndex>, start: NodeIndex) -> Vec<NodeIndex> {
    let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        let mut next: Vec<NodeIndex> = circles.neighbors(at).filter(|next| inside.contains(next)).collect();
        next.sort_by_key(|&node| circles[node]);
        for to in next {
            if to == start {
                let back = std::iter::successors(Some(at), |at| came_from.get(at).copied());
                let mut through: Vec<NodeIndex> = back.collect();
                through.reverse();
                return through;
            }
            if let Entry::Vacant(unseen) = came_from.entry(to) {
                unseen.insert(at);
                queue.push_back(to);
            }
        }
    }
    vec![start]
}

fn shown(project: &Project) -> &str {
    project.name.as_deref().unwrap_or(&project.id.0)
}
