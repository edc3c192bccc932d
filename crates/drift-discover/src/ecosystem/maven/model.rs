//! [`Poms`]: the poms of the repository with what they inherit: coordinates, properties, parents.
//!
//! Interpolation is done for the pom that inherits, as Maven does: a property of a parent that says
//! `${project.artifactId}` means the child's. What no pom defines stays unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::pom::{MANIFEST, Pom};
use crate::context::Context;
use crate::ecosystem::manifests::Manifests;
use crate::path::RepoPath;

/// How far parents are followed, and how deep a property may refer to others.
const MAX_PARENTS: usize = 64;
const MAX_EXPANSIONS: usize = 16;
/// Longest value that properties may expand to.
const MAX_VALUE: usize = 4096;

/// `groupId:artifactId`.
pub(super) type Key = String;

/// The poms, by file.
pub(super) struct Poms<'c> {
    pub(super) context: &'c Context<'c>,
    files: Manifests<'c, Pom>,
    lineages: RefCell<HashMap<RepoPath, Option<Rc<Lineage>>>>,
    /// `-D` in `.mvn/maven.config` of the repository's root.
    defined: BTreeMap<String, String>,
}

/// A pom with those it inherits from, the nearest first.
pub(super) struct Lineage {
    pub(super) poms: Vec<(RepoPath, Rc<Pom>)>,
}

impl<'c> Poms<'c> {
    /// Reads the poms at `files` at once; others are read when asked for.
    pub(super) fn new(context: &'c Context<'c>, files: &[RepoPath]) -> Poms<'c> {
        let config = RepoPath::new(".mvn/maven.config").and_then(|path| context.text(&path));
        let defined = config.iter().flat_map(|text| text.split_whitespace()).filter_map(|word| {
            let (key, value) = word.strip_prefix("-D")?.split_once('=')?;
            Some((key.to_owned(), value.to_owned()))
        });
        Poms {
            context,
            files: Manifests::new(context, files, Pom::read),
            lineages: RefCell::default(),
            defined: defined.collect(),
        }
    }

    /// The pom in the file `file`.
    pub(super) fn get(&self, file: &RepoPath) -> Option<Rc<Pom>> {
        self.files.get(file)
    }

    /// The file that `path` means: itself, or the pom in that directory.
    pub(super) fn locate(&self, path: &RepoPath) -> Option<RepoPath> {
        let inside = path.join(MANIFEST)?;
        if self.context.is_file(&inside) {
            return Some(inside);
        }
        self.context.is_file(path).then(|| path.clone())
    }

    /// The pom in `file` and its parents on disk.
    pub(super) fn lineage(&self, file: &RepoPath) -> Option<Rc<Lineage>> {
        if let Some(known) = self.lineages.borrow().get(file) {
            return known.clone();
        }
        let lineage = self.read_lineage(file).map(Rc::new);
        self.lineages.borrow_mut().insert(file.clone(), lineage.clone());
        lineage
    }

    fn read_lineage(&self, file: &RepoPath) -> Option<Lineage> {
        let mut poms = vec![(file.clone(), self.get(file)?)];
        while poms.len() < MAX_PARENTS {
            let (file, pom) = &poms[poms.len() - 1];
            let Some(above) = self.parent_on_disk(file, pom) else { break };
            if poms.iter().any(|(known, _)| *known == above.0) {
                break;
            }
            poms.push(above);
        }
        Some(Lineage { poms })
    }

    /// The parent where `relativePath` leads, if it is the one that is meant.
    fn parent_on_disk(&self, file: &RepoPath, pom: &Pom) -> Option<(RepoPath, Rc<Pom>)> {
        let parent = pom.parent.as_ref()?;
        let relative = parent.path.as_deref().unwrap_or("..");
        if relative.is_empty() {
            return None;
        }
        let above = self.locate(&file.parent()?.join(relative.replace('\\', "/"))?)?;
        let found = self.get(&above)?;
        let same = |wanted: &Option<String>, own: Option<&String>| match (wanted, own) {
            (Some(wanted), Some(own)) => wanted == own || wanted.contains("${") || own.contains("${"),
            _ => true,
        };
        let group = found.group.as_ref().or(found.parent.as_ref().and_then(|parent| parent.group.as_ref()));
        let is_meant = same(&parent.artifact, found.artifact.as_ref()) && same(&parent.group, group);
        is_meant.then_some((above, found))
    }

    /// `text` with every `${…}` replaced; `None` if one of them has no value.
    pub(super) fn interpolate(&self, lineage: &Lineage, text: &str) -> Option<String> {
        self.expand(lineage, text, 0)
    }

    fn expand(&self, lineage: &Lineage, text: &str, depth: usize) -> Option<String> {
        if depth > MAX_EXPANSIONS {
            return None;
        }
        let mut value = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            value.push_str(before);
            value.push_str(&self.expand(lineage, &self.lookup(lineage, name)?, depth + 1)?);
            if value.len() > MAX_VALUE {
                return None;
            }
            rest = after;
        }
        value.push_str(rest);
        Some(value)
    }

    fn lookup(&self, lineage: &Lineage, name: &str) -> Option<String> {
        let of_project = name.strip_prefix("project.").or_else(|| name.strip_prefix("pom."));
        let parent = || lineage.poms[0].1.parent.as_ref();
        let built_in = match of_project.unwrap_or(name) {
            "groupId" => lineage.group(),
            "artifactId" => lineage.poms[0].1.artifact.clone(),
            "version" => lineage.version(),
            "parent.groupId" => parent().and_then(|parent| parent.group.clone()),
            "parent.artifactId" => parent().and_then(|parent| parent.artifact.clone()),
            "parent.version" => lineage.parent_version(),
            _ => None,
        };
        let of_poms = || lineage.poms.iter().find_map(|(_, pom)| pom.properties.get(name).cloned());
        // `${version}` without a prefix is the project's only where no property has the name.
        let built_in_first = of_project.and(built_in.clone());
        self.defined.get(name).cloned().or(built_in_first).or_else(of_poms).or(built_in)
    }

    /// The name of the project, `groupId:artifactId`.
    pub(super) fn key(&self, lineage: &Lineage) -> Option<Key> {
        let group = self.interpolate(lineage, &lineage.group()?)?;
        let artifact = self.interpolate(lineage, lineage.poms[0].1.artifact.as_ref()?)?;
        Some(format!("{group}:{artifact}"))
    }

    /// The version of the project.
    pub(super) fn version(&self, lineage: &Lineage) -> Option<String> {
        self.interpolate(lineage, &lineage.version()?)
    }
}

impl Lineage {
    /// Whether it states its coordinates, be it with properties.
    pub(super) fn is_named(&self) -> bool {
        self.group().is_some() && self.poms[0].1.artifact.is_some()
    }

    fn group(&self) -> Option<String> {
        self.nearest(|pom| pom.group.clone(), |parent| parent.group.clone())
    }

    fn version(&self) -> Option<String> {
        self.nearest(|pom| pom.version.clone(), |parent| parent.version.clone())
    }

    fn parent_version(&self) -> Option<String> {
        let parent = self.poms[0].1.parent.as_ref()?;
        let above = || self.poms[1..].iter().find_map(|(_, pom)| pom.version.clone());
        parent.version.clone().or_else(above)
    }

    /// A coordinate: the pom's own, else what its `<parent>` says, else the same of the parent itself.
    fn nearest(
        &self,
        own: impl Fn(&Pom) -> Option<String>,
        of_parent: impl Fn(&super::pom::Parent) -> Option<String>,
    ) -> Option<String> {
        self.poms.iter().find_map(|(_, pom)| own(pom).or_else(|| of_parent(pom.parent.as_ref()?)))
    }
}
