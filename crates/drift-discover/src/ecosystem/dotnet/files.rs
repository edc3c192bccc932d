//! [`Files`]: MSBuild files by path, shared by the projects that import them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::file::File;
use crate::context::Context;
use crate::path::RepoPath;

/// MSBuild files, read once each.
pub(super) struct Files<'c> {
    pub(super) context: &'c Context<'c>,
    by_path: Mutex<HashMap<RepoPath, Option<Arc<File>>>>,
}

impl<'c> Files<'c> {
    pub(super) fn new(context: &'c Context<'c>) -> Files<'c> {
        Files { context, by_path: Mutex::default() }
    }

    pub(super) fn get(&self, path: &RepoPath) -> Option<Arc<File>> {
        let known = self.by_path.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return known;
        }
        // Two threads may read the same file; both get the same.
        let file = File::read(self.context, path).map(Arc::new);
        self.by_path.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), file.clone());
        file
    }
}
