//! The table of ecosystems, and [`Found`]: what each of them hands to the one lowering.
//!
//! A new ecosystem is one file or folder beside this one and one line in [`BUILTIN`]. Inside it keeps its
//! own concrete model in its own words; only [`Found`] leaves it.
//! Invariant: an ecosystem decides membership and links; exclusions, ids, kinds of duplicate edges and order
//! are decided once, in `lower.rs`.

mod cargo;
mod composer;
pub(crate) mod custom;
mod dart;
mod deno;
mod dotnet;
mod elixir;
mod go;
mod gradle;
mod javascript;
mod lines;
mod manifests;
mod maven;
mod python;
mod ruby;
pub(crate) mod script;
mod swift;
mod syntax;
mod toml_file;
mod xml_file;

pub(crate) use javascript::npm;

use crate::context::Context;
use crate::graph::{Ecosystem, EdgeKind};
use crate::path::RepoPath;

/// One ecosystem: how to recognise its files and how to read them.
pub struct Definition {
    /// The tag of its projects.
    pub name: &'static str,
    /// Whether a file of this name matters to it. Names are all that is looked at in the walk.
    pub is_manifest: fn(&[u8]) -> bool,
    /// Reads everything; reports what it cannot read to the context.
    pub find: fn(&Context) -> Found,
}

/// Every ecosystem that drift reads, in the order of reports.
pub const BUILTIN: &[Definition] = &[
    cargo::DEFINITION,
    composer::DEFINITION,
    dart::DEFINITION,
    deno::DEFINITION,
    dotnet::DEFINITION,
    elixir::DEFINITION,
    go::DEFINITION,
    gradle::DEFINITION,
    javascript::DEFINITION,
    maven::DEFINITION,
    python::DEFINITION,
    ruby::DEFINITION,
    swift::DEFINITION,
];

/// What one ecosystem found, in drift's terms but before any exclusion.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub workspaces: Vec<FoundWorkspace>,
    pub projects: Vec<FoundProject>,
}

/// A native workspace.
#[derive(Clone, Debug)]
pub struct FoundWorkspace {
    pub root: RepoPath,
    /// `pnpm`, `cargo`, …
    pub manager: String,
}

/// A manifest that is a project unless it is excluded.
#[derive(Clone, Debug, Default)]
pub struct FoundProject {
    /// The tag, where it is not the definition's name (`nx` beside `npm`).
    pub ecosystem: Option<Ecosystem>,
    /// What the id is made of: the directory, or for .NET the project file.
    pub key: RepoPath,
    /// The directory.
    pub path: RepoPath,
    pub manifest: RepoPath,
    pub name: Option<String>,
    pub version: Option<String>,
    pub private: bool,
    /// Index into [`Found::workspaces`] of the workspace that lists it.
    pub workspace: Option<usize>,
    /// Links to projects of this repository, by their key. A link to something that is no project in the end
    /// is dropped.
    pub links: Vec<Link>,
    /// Declared dependencies that are no link.
    pub external: Vec<crate::graph::ExternalDependency>,
    /// What it asks of the versions of projects of this repository.
    pub ranges: Vec<Range>,
    /// A workspace above it says that it is no member.
    pub left_out: bool,
}

/// A declared dependency on a project of the repository that names versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The key of the other project, of the same ecosystem.
    pub to: RepoPath,
    pub kind: EdgeKind,
    /// The versions it takes, as written, without the protocol.
    pub requirement: String,
}

/// A declared dependency that the native tool resolves to a project of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The tag of the other project, where it is not the same as this one's.
    pub ecosystem: Option<Ecosystem>,
    /// The key of the other project.
    pub to: RepoPath,
    pub kind: EdgeKind,
}

#[cfg(test)]
mod corpus_tests;
#[cfg(test)]
mod tests;
