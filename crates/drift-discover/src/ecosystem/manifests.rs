//! [`Manifests`]: the manifests of an ecosystem by directory (or file), read once each.
//!
//! Those that the walk saw are read at once, in parallel; those that only a manifest names (a listed member
//! that is hidden or ignored, a path dependency) when asked for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use rayon::prelude::*;

use crate::context::Context;
use crate::path::RepoPath;

/// How the manifest at a path is read: `None` if there is no usable one.
type Read<M> = fn(&Context, &RepoPath) -> Option<M>;

/// Manifests of the type `M`.
pub(crate) struct Manifests<'c, M> {
    pub(crate) context: &'c Context<'c>,
    read: Read<M>,
    known: RefCell<HashMap<RepoPath, Option<Rc<M>>>>,
}

impl<'c, M: Send> Manifests<'c, M> {
    /// Reads the manifests at `paths`.
    pub(crate) fn new(context: &'c Context<'c>, paths: &[RepoPath], read: Read<M>) -> Manifests<'c, M> {
        let manifests: Vec<_> = paths.par_iter().map(|path| (path.clone(), read(context, path))).collect();
        let known = manifests.into_iter().map(|(path, manifest)| (path, manifest.map(Rc::new))).collect();
        Manifests { context, read, known: RefCell::new(known) }
    }

    /// The manifest at `path`.
    pub(crate) fn get(&self, path: &RepoPath) -> Option<Rc<M>> {
        if let Some(known) = self.known.borrow().get(path) {
            return known.clone();
        }
        let manifest = (self.read)(self.context, path).map(Rc::new);
        self.known.borrow_mut().insert(path.clone(), manifest.clone());
        manifest
    }
}
