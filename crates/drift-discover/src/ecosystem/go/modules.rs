//! [`Modules`]: the modules of the repository, and which of them a requirement stands for.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::modfile::{Module, Replace, Require, Target};
use crate::context::Context;
use crate::ecosystem::manifests::Manifests;
use crate::path::RepoPath;

/// The file that makes a directory a module.
pub(super) const MANIFEST: &str = "go.mod";

/// The `go.mod` files.
pub(super) struct Modules<'c> {
    pub(super) context: &'c Context<'c>,
    manifests: Manifests<'c, Module>,
}

/// What a requirement turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// The module in this directory.
    Local(RepoPath),
    /// A replacement names this directory, where no module is.
    Missing(RepoPath),
    /// Nothing in the repository.
    Outside,
}

/// What decides how the requirements of a module resolve.
#[derive(Default)]
pub(super) struct Scope {
    /// The modules of its `go.work` by module path; Go takes these before anything else.
    pub(super) workspace: BTreeMap<String, RepoPath>,
    /// Replacements by module path, with the directory that theirs is relative to; the decisive ones first.
    pub(super) replaces: BTreeMap<String, Vec<(RepoPath, Replace)>>,
}

impl Scope {
    /// Adds the replacements of a file in `dir` behind those that are there.
    pub(super) fn add_replaces(&mut self, dir: &RepoPath, replaces: &[Replace]) {
        for replace in replaces {
            let same = self.replaces.entry(replace.path.clone()).or_default();
            same.push((dir.clone(), replace.clone()));
        }
    }
}

impl<'c> Modules<'c> {
    /// Reads the modules in `dirs` at once; others are read when asked for.
    pub(super) fn new(context: &'c Context<'c>, dirs: &[RepoPath]) -> Modules<'c> {
        let read = |context: &Context, dir: &RepoPath| Module::read(context, &manifest_of(dir));
        Modules { context, manifests: Manifests::new(context, dirs, read) }
    }

    /// The module in `dir`, if there is a usable one.
    pub(super) fn get(&self, dir: &RepoPath) -> Option<Rc<Module>> {
        self.manifests.get(dir)
    }

    /// What `require` stands for; `by_path` has the modules of the repository whose path is no other's.
    pub(super) fn resolve(
        &self,
        scope: &Scope,
        by_path: &BTreeMap<String, Option<RepoPath>>,
        require: &Require,
    ) -> Resolved {
        if let Some(dir) = scope.workspace.get(&require.path) {
            return Resolved::Local(dir.clone());
        }
        let applies =
            |replace: &Replace| replace.version.as_ref().is_none_or(|version| *version == require.version);
        let replaces = scope.replaces.get(&require.path).map_or(&[][..], Vec::as_slice);
        if let Some((base, replace)) = replaces.iter().find(|(_, replace)| applies(replace)) {
            let Target::Dir(dir) = &replace.target else { return Resolved::Outside };
            let Some(dir) = base.join(dir) else { return Resolved::Outside };
            let exists = self.context.is_file(&manifest_of(&dir));
            return if exists { Resolved::Local(dir) } else { Resolved::Missing(dir) };
        }
        match by_path.get(&require.path) {
            Some(Some(dir)) => Resolved::Local(dir.clone()),
            _ => Resolved::Outside,
        }
    }
}

/// The path of the `go.mod` in `dir`.
pub(super) fn manifest_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(MANIFEST).unwrap_or_default()
}
