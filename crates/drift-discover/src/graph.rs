//! The abstract model: what drift says of a repository, in no ecosystem's words.
//!
//! Invariants, kept by `lower.rs`, the only producer: lists are sorted by id; ids are unique; every edge
//! joins two projects of the graph, never one to itself, once per (from, to, kind).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::path::RepoPath;

/// The name of an ecosystem as users write it: `npm`, `cargo`, `go`, …
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ecosystem(pub Cow<'static, str>);

impl Ecosystem {
    /// A built-in ecosystem.
    pub const fn of(name: &'static str) -> Ecosystem {
        Ecosystem(Cow::Borrowed(name))
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `ecosystem:path`; for .NET the path of the project file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectId(pub String);

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything the manifests of a repository say about its projects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectGraph {
    pub workspaces: Vec<NativeWorkspace>,
    pub projects: Vec<Project>,
    pub edges: Vec<Edge>,
}

/// What the native tool calls a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeWorkspace {
    /// `ecosystem:root`.
    pub id: String,
    pub root: RepoPath,
    pub ecosystem: Ecosystem,
    /// `pnpm`, `cargo`, `uv`, …
    pub manager: String,
}

/// A directory (for .NET: a project file) with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    /// As the manifest has it; names may repeat or be missing.
    pub name: Option<String>,
    pub version: Option<String>,
    pub ecosystem: Ecosystem,
    /// The directory.
    pub path: RepoPath,
    /// The file that was read.
    pub manifest: RepoPath,
    /// The id of the native workspace that lists it.
    pub workspace: Option<String>,
    /// The manifest says that it is not to be published.
    pub private: bool,
    /// Sorted; from the files that the project owns.
    pub languages: Vec<String>,
    /// Sorted; from the dependencies it declares.
    pub frameworks: Vec<String>,
    /// Declared dependencies that are no project of this repository, sorted.
    pub external: Vec<ExternalDependency>,
}

/// A declared dependency on something outside the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalDependency {
    pub name: String,
    pub kind: EdgeKind,
    /// The requirement as written (`^1.2`, `>=3,<4`); empty where the manifest gives none.
    pub requirement: String,
}

/// A declared direct dependency of one project on another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub from: ProjectId,
    pub to: ProjectId,
    pub kind: EdgeKind,
}

/// What the manifests say beside the graph, for the rules of `check`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Sorted.
    pub ranges: Vec<DeclaredRange>,
    /// The projects that a workspace above them says are no members.
    pub left_out: BTreeSet<ProjectId>,
    /// External dependencies, by project and name, whose version depends on the build.
    pub unsure: BTreeSet<(ProjectId, String)>,
}

/// The versions of a project that another one takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclaredRange {
    pub from: ProjectId,
    pub to: ProjectId,
    pub kind: EdgeKind,
    /// As written, without the protocol.
    pub requirement: String,
}

/// Why one project depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    Normal,
    Dev,
    Build,
    Optional,
    Peer,
    Parent,
    Bom,
    Plugin,
    Implicit,
}

impl EdgeKind {
    /// Every kind with its name in JSON and in the database.
    pub const ALL: [(EdgeKind, &'static str); 9] = [
        (EdgeKind::Normal, "normal"),
        (EdgeKind::Dev, "dev"),
        (EdgeKind::Build, "build"),
        (EdgeKind::Optional, "optional"),
        (EdgeKind::Peer, "peer"),
        (EdgeKind::Parent, "parent"),
        (EdgeKind::Bom, "bom"),
        (EdgeKind::Plugin, "plugin"),
        (EdgeKind::Implicit, "implicit"),
    ];

    /// The name in JSON and in the database.
    pub fn name(self) -> &'static str {
        EdgeKind::ALL[self as usize].1
    }
}
