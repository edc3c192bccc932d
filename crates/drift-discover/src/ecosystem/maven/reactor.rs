//! The projects of a reactor: what the root pom's modules, and theirs, name.

use std::collections::BTreeSet;

use super::model::Poms;
use super::pom::{MANIFEST, Modules};
use crate::path::RepoPath;
use crate::source::EntryKind;

/// The pom files that `file` aggregates directly; what is missing is reported.
pub(super) fn modules(poms: &Poms, file: &RepoPath) -> Vec<RepoPath> {
    let context = poms.context;
    let (Some(pom), Some(dir)) = (poms.get(file), file.parent()) else { return Vec::new() };
    match &pom.modules {
        Modules::Discovered => (context.source().list(&dir).iter())
            .filter(|entry| entry.kind == EntryKind::Dir)
            .filter_map(|entry| dir.join(&entry.name)?.join(MANIFEST))
            .filter(|pom| context.is_file(pom))
            .collect(),
        Modules::Listed(listed) => {
            let find = |text: &str| {
                let lineage = poms.lineage(file)?;
                let path = poms.interpolate(&lineage, text)?.replace('\\', "/");
                let path = dir.join(path)?;
                context.input(&path.join(MANIFEST)?);
                poms.locate(&path)
            };
            let mut found = Vec::new();
            for module in listed {
                match find(&module.text) {
                    Some(pom) => found.push(pom),
                    None => {
                        let message = format!(
                            "the module `{}` has no {MANIFEST}; add one or remove the line",
                            module.text
                        );
                        context.problem(file, Some(module.line), "member.missing", message);
                    }
                }
            }
            found
        }
    }
}

/// The pom files of the reactor whose root is `root`, itself included.
pub(super) fn members(poms: &Poms, root: &RepoPath) -> BTreeSet<RepoPath> {
    let mut members = BTreeSet::new();
    let mut todo = vec![root.clone()];
    while let Some(file) = todo.pop() {
        if members.insert(file.clone()) {
            todo.extend(modules(poms, &file));
        }
    }
    members
}
