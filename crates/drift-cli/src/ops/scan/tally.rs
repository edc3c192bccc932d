//! What became of the files, over the workspace and per project.
//!
//! A file counts for every project that owns it, as `projects` counts files; one that is gone counts for those
//! that owned it.

use std::collections::{BTreeMap, HashMap};

use drift_db::store::file::Removed;
use drift_db::store::graph::Replaced;
use drift_discover::{RepoPath, Tree};
use schemars::JsonSchema;
use serde::Serialize;

/// The files of one project.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub(crate) struct ProjectCounts {
    pub(crate) id: String,
    pub(crate) files: u64,
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) removed: u64,
}

/// All counts of a scan.
pub(super) struct Tally<'a> {
    tree: &'a Tree,
    /// In the order of the graph.
    projects: Vec<ProjectCounts>,
    /// The place of each project of the graph, by key.
    places: HashMap<i64, usize>,
    /// The projects that vanished, by key.
    vanished: BTreeMap<i64, ProjectCounts>,
    /// How many files with this content are gone, and are not found elsewhere yet.
    gone: HashMap<[u8; 32], u64>,
    pub(super) added: u64,
    /// Of which the content differs.
    pub(super) changed: u64,
    /// Of which only size, time, inode or owner differ.
    pub(super) touched: u64,
    pub(super) removed: u64,
    /// Of the added ones, those whose content was at a path that is gone.
    pub(super) renamed: u64,
    pub(super) rehashed: u64,
    /// Not read, since git's index proves their content.
    pub(super) vouched: u64,
    /// Read, and as git's index says.
    pub(super) confirmed: u64,
}

impl<'a> Tally<'a> {
    /// Nothing has changed yet; `files` is how many each project owns.
    pub(super) fn new(tree: &'a Tree, keys: &[i64], files: &[u64], replaced: &Replaced) -> Tally<'a> {
        let counts = |id: &str| ProjectCounts { id: id.to_owned(), ..ProjectCounts::default() };
        let projects = tree.graph.projects.iter().zip(files);
        let projects =
            projects.map(|(project, &files)| ProjectCounts { files, ..counts(&project.id.0) }).collect();
        Tally {
            tree,
            projects,
            places: keys.iter().copied().zip(0..).collect(),
            vanished: replaced.removed.iter().map(|(id, key)| (*key, counts(id))).collect(),
            gone: HashMap::new(),
            added: 0,
            changed: 0,
            touched: 0,
            removed: 0,
            renamed: 0,
            rehashed: 0,
            vouched: 0,
            confirmed: 0,
        }
    }

    /// A file of the tree that had no row.
    pub(super) fn add(&mut self, file: u32, hash: &[u8; 32]) {
        self.added += 1;
        self.owners(file).iter().for_each(|&at| self.projects[at].added += 1);
        if let Some(left) = self.gone.get_mut(hash).filter(|left| **left > 0) {
            *left -= 1;
            self.renamed += 1;
        }
    }

    /// A file of the tree with another content.
    pub(super) fn change(&mut self, file: u32) {
        self.changed += 1;
        self.owners(file).iter().for_each(|&at| self.projects[at].changed += 1);
    }

    /// A file that is gone; `row` is what was known of it. All of them come before the first that is added.
    pub(super) fn remove(&mut self, path: &RepoPath, row: &Removed) {
        self.removed += 1;
        *self.gone.entry(row.blake3).or_default() += 1;
        if let Some(counts) = row.project.and_then(|key| self.vanished.get_mut(&key)) {
            counts.removed += 1;
            return;
        }
        let owners = self.tree.owners.of(path.as_bytes());
        match row.project.and_then(|key| self.places.get(&key)) {
            // It has moved since, or a new one has come between.
            Some(owner) if !owners.contains(owner) => self.projects[*owner].removed += 1,
            _ => owners.iter().for_each(|&at| self.projects[at].removed += 1),
        }
    }

    /// The counts of each project, those that vanished last.
    pub(super) fn per_project(&self) -> Vec<ProjectCounts> {
        self.projects.iter().chain(self.vanished.values()).cloned().collect()
    }

    fn owners(&self, file: u32) -> &'a [usize] {
        let (dir, _) = self.tree.files.split(file as usize);
        self.tree.owners.of_dir(dir.strip_suffix(b"/").unwrap_or(dir))
    }
}
