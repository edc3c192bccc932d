//! Rule `version_mismatch`: projects require an external dependency at different versions; those in the minority
//! are named.
//!
//! Compared are the members of one workspace, which are installed together; in an ecosystem without a workspace
//! here, all projects. Compared are the versions that requirements stand for, so `1.2` and `^1.2` are one in Cargo.
//! Not compared are:
//! what names no version (`catalog:`, addresses, paths, tags, properties), floors without an end (`>=2`), which
//! pick no version, peer dependencies, which ask for what somebody else picked, and what one project itself
//! requires at several versions, which it does on purpose.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Finding, Index, Rule, of_project, some_of};
use crate::graph::{EdgeKind, Project};
use crate::requirement::Requirement;

/// What a dependency is for. Those for different purposes may differ: a library takes a wide range, its tests a
/// narrow one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Use,
    Development,
    Parent,
    Plugin,
}

fn purpose(kind: EdgeKind) -> Option<Purpose> {
    match kind {
        EdgeKind::Normal | EdgeKind::Optional | EdgeKind::Build | EdgeKind::Bom => Some(Purpose::Use),
        EdgeKind::Dev => Some(Purpose::Development),
        EdgeKind::Parent => Some(Purpose::Parent),
        EdgeKind::Plugin => Some(Purpose::Plugin),
        EdgeKind::Peer | EdgeKind::Implicit => None,
    }
}

/// What is no package: the language and its extensions, for Composer.
fn is_platform(ecosystem: &str, name: &str) -> bool {
    let composer = ["php", "hhvm", "composer"];
    let prefixes = ["php-", "ext-", "lib-", "composer-"];
    ecosystem == "composer"
        && (composer.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix)))
}

/// Where a plain version is the lowest that will do, or a wish that the nearest one overrules.
const FLOORS: [&str; 4] = ["dotnet", "go", "gradle", "maven"];

/// One project's wish.
struct Wish<'a> {
    project: &'a Project,
    written: &'a str,
    wanted: Requirement,
}

pub(super) fn find(index: &Index<'_>, findings: &mut Vec<Finding>) {
    // The ecosystems with a workspace: what stands alone beside it is an example, a test, or somebody else's.
    let gathered: HashSet<&str> =
        index.input.graph.workspaces.iter().map(|w| w.ecosystem.0.as_ref()).collect();
    type Key<'a> = (&'a str, Option<&'a str>, &'a str, Purpose);
    let mut wishes: BTreeMap<Key, Vec<Wish>> = BTreeMap::new();
    for project in &index.input.graph.projects {
        let ecosystem = project.ecosystem.0.as_ref();
        if project.workspace.is_none() && gathered.contains(ecosystem) {
            continue;
        }
        let mut own: BTreeMap<Key, Option<Wish>> = BTreeMap::new();
        for dependency in &project.external {
            let Some(purpose) = purpose(dependency.kind) else { continue };
            let Some(wanted) = Requirement::parse(ecosystem, &dependency.requirement) else { continue };
            if wanted.is_open() || is_platform(ecosystem, &dependency.name) {
                continue;
            }
            let key = (ecosystem, project.workspace.as_deref(), dependency.name.as_str(), purpose);
            let wish = Wish { project, written: &dependency.requirement, wanted };
            match own.get_mut(&key) {
                None => drop(own.insert(key, Some(wish))),
                Some(known) if known.as_ref().is_some_and(|known| known.wanted == wish.wanted) => {}
                Some(known) => *known = None,
            }
        }
        for (key, wish) in own {
            wishes.entry(key).or_default().extend(wish);
        }
    }
    for ((ecosystem, _, name, _), wishes) in wishes {
        report(ecosystem, name, &wishes, findings);
    }
}

fn report(ecosystem: &str, name: &str, wishes: &[Wish<'_>], findings: &mut Vec<Finding>) {
    let mut groups: HashMap<&Requirement, Vec<&Wish>> = HashMap::new();
    for wish in wishes {
        groups.entry(&wish.wanted).or_default().push(wish);
    }
    if groups.len() < 2 {
        return;
    }
    // Of equally many, those are right who ask for the newer version.
    let most = groups.iter().max_by(|a, b| {
        let newer = || a.0.compare(b.0);
        // Some order, so that the same input always gives the same answer.
        a.1.len().cmp(&b.1.len()).then_with(newer).then_with(|| b.1[0].project.id.cmp(&a.1[0].project.id))
    });
    let Some((majority, followers)) = most else { return };
    let ids: Vec<&str> = followers.iter().map(|wish| wish.project.id.0.as_str()).collect();
    let spellings: BTreeSet<&str> = followers.iter().map(|wish| wish.written).collect();
    let spelling = spellings.first().copied().unwrap_or_default();
    for (wanted, group) in groups.iter().filter(|(wanted, _)| *wanted != majority) {
        let is_binding = !FLOORS.contains(&ecosystem);
        let apart = match is_binding && !wanted.intersects(majority) {
            true => ", and no version satisfies both",
            false => "",
        };
        for wish in group {
            let message = format!(
                "requires `{name}` at `{}`, while {} at `{spelling}`{apart}; align them",
                wish.written,
                match ids.as_slice() {
                    [one] => format!("{one} requires it"),
                    _ => format!("{} require it", some_of(&ids)),
                }
            );
            let mention = Some(name.to_owned());
            findings
                .push(Finding { mention, ..of_project(wish.project, Rule::VersionMismatch, name, message) });
        }
    }
}
