//! What the fuzz targets share: how bytes become a tree of files, and what must hold of every discovery.
//!
//! An input is readable, so that seeds can be written by hand: each file starts with a line `//- path`, its
//! content follows, as in the fixtures of the tests. Contents are bytes, not text.

use std::collections::BTreeSet;

use drift_discover::{BUILTIN, DiscoverOptions, Discovery, MemorySource, RepoPath, discover};

/// One name of every kind of manifest; what a path that no ecosystem knows is renamed to.
pub const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "composer.json",
    "pubspec.yaml",
    "melos.yaml",
    "deno.json",
    "deno.jsonc",
    "app.csproj",
    "Directory.Build.props",
    "Directory.Packages.props",
    "app.sln",
    "app.slnx",
    "mix.exs",
    "go.mod",
    "go.work",
    "settings.gradle",
    "settings.gradle.kts",
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "libs.versions.toml",
    "package.json",
    "pnpm-workspace.yaml",
    "lerna.json",
    "rush.json",
    "nx.json",
    "project.json",
    "pom.xml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Gemfile",
    "lib.gemspec",
    "Package.swift",
    ".yarnrc.yml",
    ".npmrc",
    "yarn.lock",
    "tsconfig.json",
];

const MARK: &[u8] = b"//- ";

/// The tree that `data` describes; at most 64 files.
pub fn tree(data: &[u8]) -> MemorySource {
    let mut files = Vec::new();
    let mut rest = data;
    while files.len() < 64
        && let Some(part) = rest.strip_prefix(MARK)
    {
        let end = part.windows(MARK.len() + 1).position(|at| at[0] == b'\n' && &at[1..] == MARK);
        let (file, next) = end.map_or((part, &[][..]), |end| part.split_at(end + 1));
        rest = next;
        let line = file.iter().position(|&b| b == b'\n').unwrap_or(file.len());
        if let Some(path) = path(&file[..line]) {
            files.push((path, file[file.len().min(line + 1)..].to_vec()));
        }
    }
    MemorySource::new(files)
}

fn path(line: &[u8]) -> Option<RepoPath> {
    let path = RepoPath::new(line)?;
    let name = path.file_name();
    if BUILTIN.iter().any(|definition| (definition.is_manifest)(name)) {
        return Some(path);
    }
    let sum = name.iter().fold(0, |sum: usize, &byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    path.parent()?.join(MANIFESTS[sum % MANIFESTS.len()])
}

/// Discovers `source` and checks what every caller relies on.
pub fn check(source: &MemorySource) -> Discovery {
    let discovery = discover(source, &DiscoverOptions::default());
    let graph = &discovery.graph;
    let ids: BTreeSet<_> = graph.projects.iter().map(|project| &project.id).collect();
    assert_eq!(ids.len(), graph.projects.len(), "ids are unique");
    assert!(graph.projects.is_sorted_by_key(|project| &project.id));
    assert!(graph.workspaces.is_sorted_by_key(|workspace| &workspace.id));
    for edge in &graph.edges {
        assert!(edge.from != edge.to && ids.contains(&edge.from) && ids.contains(&edge.to), "{edge:?}");
    }
    assert!(graph.edges.is_sorted_by(|a, b| a < b), "edges are sorted, and none is there twice");
    assert!(discovery.problems.is_sorted_by_key(|problem| (&problem.file, problem.line)));
    assert!(discovery.problems.iter().all(|problem| problem.line != Some(0)), "lines start at one");
    discovery
}
