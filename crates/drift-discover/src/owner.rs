//! [`Owners`]: which projects a file belongs to.
//!
//! A file belongs to the projects of the deepest directory above it that holds any. One directory can hold
//! several, of different ecosystems or, for .NET, of the same; the file then belongs to all of them, since
//! nothing in the tree says which of them uses it.

use std::collections::HashMap;

use crate::files::Files;
use crate::graph::ProjectGraph;

/// The index from paths to projects, as places in [`ProjectGraph::projects`].
#[derive(Clone, Debug, Default)]
pub struct Owners {
    by_dir: HashMap<Box<[u8]>, Vec<usize>>,
}

impl Owners {
    /// Indexes the projects of `graph`.
    pub fn new(graph: &ProjectGraph) -> Owners {
        let mut by_dir: HashMap<Box<[u8]>, Vec<usize>> = HashMap::new();
        for (at, project) in graph.projects.iter().enumerate() {
            by_dir.entry(project.path.as_bytes().into()).or_default().push(at);
        }
        Owners { by_dir }
    }

    /// The projects that the file `path` belongs to, ascending; none if it is outside all of them.
    pub fn of(&self, path: &[u8]) -> &[usize] {
        self.of_dir(path.iter().rposition(|&b| b == b'/').map_or(&[], |end| &path[..end]))
    }

    /// The projects that the files right in the directory `dir` belong to.
    pub fn of_dir(&self, mut dir: &[u8]) -> &[usize] {
        loop {
            if let Some(found) = self.by_dir.get(dir) {
                return found;
            }
            match dir.iter().rposition(|&b| b == b'/') {
                Some(end) => dir = &dir[..end],
                None if dir.is_empty() => return &[],
                None => dir = &[],
            }
        }
    }

    /// The owners of every file of `files`, in order. Each directory is looked up about once.
    pub fn of_files<'a>(&'a self, files: &'a Files) -> impl Iterator<Item = &'a [usize]> {
        let mut last: Option<(&[u8], &[usize])> = None;
        (0..files.len()).map(move |at| {
            let dir = files.split(at).0;
            match last {
                Some((known, owners)) if std::ptr::eq(known, dir) => owners,
                _ => {
                    let owners = self.of_dir(dir.strip_suffix(b"/").unwrap_or(dir));
                    last = Some((dir, owners));
                    owners
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
