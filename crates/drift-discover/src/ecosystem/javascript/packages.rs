//! [`Packages`]: every package manifest read so far, by directory.
//!
//! Each file is read once, many at a time. A directory without a readable manifest is not in it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::context::Context;
use crate::path::RepoPath;

use super::manifest::{Forms, Manifest};

#[derive(Default)]
pub(super) struct Packages {
    by_dir: BTreeMap<RepoPath, Manifest>,
    tried: BTreeSet<(RepoPath, bool)>,
}

impl Packages {
    /// Reads the manifests of `dirs` that were not read yet.
    pub(super) fn load<'a>(
        &mut self,
        context: &Context,
        dirs: impl IntoIterator<Item = &'a RepoPath>,
        forms: Forms,
    ) {
        let all_forms = forms == Forms::Pnpm;
        let new: Vec<RepoPath> = (dirs.into_iter())
            .filter(|dir| {
                !self.by_dir.contains_key(*dir) && !self.tried.contains(&((*dir).clone(), all_forms))
            })
            .cloned()
            .collect();
        let read: Vec<_> = (new.into_par_iter())
            .map(|dir| {
                let manifest = Manifest::read(context, &dir, forms);
                (dir, manifest)
            })
            .collect();
        for (dir, manifest) in read {
            self.tried.insert((dir.clone(), all_forms));
            if let Some(manifest) = manifest {
                self.by_dir.insert(dir, manifest);
            }
        }
    }

    pub(super) fn get(&self, dir: &RepoPath) -> Option<&Manifest> {
        self.by_dir.get(dir)
    }

    /// The directories with a manifest, sorted.
    pub(super) fn dirs(&self) -> impl Iterator<Item = &RepoPath> {
        self.by_dir.keys()
    }
}
