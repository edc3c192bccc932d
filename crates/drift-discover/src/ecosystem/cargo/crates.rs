//! [`Crates`]: the manifests of the repository by directory, and which workspace each belongs to.
//!
//! Follows cargo's `find_root`: `package.workspace` first, then the nearest `[workspace]` above that does
//! not exclude the package.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::manifest::{Field, Manifest, Patch, Workspace, patches};
use crate::context::Context;
use crate::ecosystem::manifests::Manifests;
use crate::ecosystem::toml_file::TomlFile;
use crate::path::RepoPath;

/// The file that makes a directory a package or a workspace.
pub(super) const MANIFEST: &str = "Cargo.toml";

/// The manifests and what they inherit.
pub(super) struct Crates<'c> {
    pub(super) context: &'c Context<'c>,
    manifests: Manifests<'c, Manifest>,
    configs: Manifests<'c, Vec<Patch>>,
}

impl<'c> Crates<'c> {
    /// Reads the manifests in `dirs` at once; others are read when asked for.
    pub(super) fn new(context: &'c Context<'c>, dirs: &[RepoPath]) -> Crates<'c> {
        let manifests = Manifests::new(context, dirs, read);
        Crates { context, manifests, configs: Manifests::new(context, &[], read_config) }
    }

    /// The manifest in `dir`, if there is a usable one.
    pub(super) fn get(&self, dir: &RepoPath) -> Option<Rc<Manifest>> {
        self.manifests.get(dir)
    }

    /// The `[patch]` tables of cargo's configuration in `dir`.
    pub(super) fn config(&self, dir: &RepoPath) -> Option<Rc<Vec<Patch>>> {
        self.configs.get(dir)
    }

    /// The root directory of the workspace that the package in `dir` takes itself to be in.
    pub(super) fn root_of(&self, dir: &RepoPath) -> Option<RepoPath> {
        let from = manifest_of(dir);
        dir.ancestors().filter(|at| !packaged(at)).find_map(|at| {
            let manifest = self.get(&at)?;
            if let Some(workspace) = &manifest.workspace {
                return (!workspace.excludes(&at, &from)).then_some(at);
            }
            at.join(manifest.package.as_ref()?.root.as_deref()?)
        })
    }

    /// The `[workspace]` that fields and dependencies of the package in `dir` are inherited from.
    pub(super) fn inherited(&self, dir: &RepoPath) -> Option<(RepoPath, Rc<Manifest>)> {
        let root = self.root_of(dir)?;
        let manifest = self.get(&root).filter(|manifest| manifest.workspace.is_some())?;
        Some((root, manifest))
    }

    /// Whether a workspace above excludes the package in `dir`.
    pub(super) fn is_left_out(&self, dir: &RepoPath) -> bool {
        let from = manifest_of(dir);
        dir.ancestors().skip(1).any(|at| {
            let manifest = self.get(&at);
            let workspace = manifest.as_ref().and_then(|manifest| manifest.workspace.as_ref());
            workspace.is_some_and(|workspace| workspace.excludes(&at, &from))
        })
    }

    /// The version of the package in `dir`.
    pub(super) fn version(&self, dir: &RepoPath, manifest: &Manifest) -> Option<String> {
        self.field(dir, &manifest.package.as_ref()?.version, |workspace| workspace.version.clone())
    }

    /// Whether the package in `dir` is not to be published: it says so, or it has no version.
    pub(super) fn private(&self, dir: &RepoPath, manifest: &Manifest) -> bool {
        let Some(package) = &manifest.package else { return false };
        self.field(dir, &package.private, |workspace| workspace.private)
            .unwrap_or(package.version == Field::Absent)
    }

    fn field<T: Clone>(
        &self,
        dir: &RepoPath,
        field: &Field<T>,
        inherit: impl Fn(&Workspace) -> Option<T>,
    ) -> Option<T> {
        match field {
            Field::Absent => None,
            Field::Own(value) => Some(value.clone()),
            Field::Inherited => inherit(self.inherited(dir)?.1.workspace.as_ref()?),
        }
    }
}

impl Workspace {
    /// Whether `exclude` of the workspace in `root` keeps `path` out. A member that is listed by its path,
    /// and what is below it, never is; entries are paths, not patterns.
    pub(super) fn excludes(&self, root: &RepoPath, path: &RepoPath) -> bool {
        let Some(below) = path.strip_prefix(root).and_then(RepoPath::new) else { return false };
        let covers = |entries: &BTreeSet<RepoPath>| below.ancestors().any(|at| entries.contains(&at));
        !self.exclude.is_empty() && covers(&self.exclude) && !covers(&self.explicit)
    }
}

/// The path of the manifest in `dir`.
pub(super) fn manifest_of(dir: &RepoPath) -> RepoPath {
    // A file name never leaves the directory.
    dir.join(MANIFEST).unwrap_or_default()
}

fn read(context: &Context, dir: &RepoPath) -> Option<Manifest> {
    // Most directories that are asked for only lie above a package.
    let path = manifest_of(dir);
    if context.is_file(&path) { Manifest::read(context, &path) } else { None }
}

fn read_config(context: &Context, dir: &RepoPath) -> Option<Vec<Patch>> {
    // The name without an ending is the older one; where there are both, cargo reads it.
    let path = [".cargo/config", ".cargo/config.toml"].iter().find_map(|name| {
        let path = dir.join(name)?;
        context.is_file(&path).then_some(path)
    })?;
    let text = context.text(&path)?;
    Some(patches(TomlFile::parse(context, &path, &text)?.root()))
}

/// `cargo package` unpacks into `target/package`, where no workspace applies.
fn packaged(dir: &RepoPath) -> bool {
    let mut parts = dir.parts().rev();
    parts.next() == Some(b"package") && parts.next() == Some(b"target")
}
