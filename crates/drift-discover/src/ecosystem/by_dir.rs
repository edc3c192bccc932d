//! [`ByDir`]: the manifests of an ecosystem by directory, read once each.
//!
//! Those that the walk saw are read at once, in parallel; those that only a manifest names (a listed member
//! that is hidden or ignored, a path dependency) when asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rayon::prelude::*;

use crate::context::Context;
use crate::path::RepoPath;

/// How the manifest in a directory is read: `None` if there is no usable one.
type Read<M> = fn(&Context, &RepoPath) -> Option<M>;

/// Manifests of the type `M`.
pub(crate) struct ByDir<'c, M> {
    pub(crate) context: &'c Context<'c>,
    read: Read<M>,
    known: RefCell<HashMap<RepoPath, Option<Rc<M>>>>,
}

impl<'c, M: Send> ByDir<'c, M> {
    /// Reads the manifests in `dirs`.
    pub(crate) fn new(context: &'c Context<'c>, dirs: &[RepoPath], read: Read<M>) -> ByDir<'c, M> {
        let manifests: Vec<_> = dirs.par_iter().map(|dir| (dir.clone(), read(context, dir))).collect();
        let known = manifests.into_iter().map(|(dir, manifest)| (dir, manifest.map(Rc::new))).collect();
        ByDir { context, read, known: RefCell::new(known) }
    }

    /// The manifest in `dir`.
    pub(crate) fn get(&self, dir: &RepoPath) -> Option<Rc<M>> {
        if let Some(known) = self.known.borrow().get(dir) {
            return known.clone();
        }
        let manifest = (self.read)(self.context, dir).map(Rc::new);
        self.known.borrow_mut().insert(dir.clone(), manifest.clone());
        manifest
    }
}
