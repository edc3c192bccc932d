//! A lock file before and after: a byte for its name, then `before NUL after`.
#![no_main]

use std::sync::LazyLock;

use drift_discover::{DiscoverOptions, MemorySource, ProjectGraph, RepoPath, discover, lock_change};

const LOCKS: &[&str] = &[
    "Cargo.lock",
    "Gemfile.lock",
    "Package.resolved",
    "composer.lock",
    "go.sum",
    "go.work.sum",
    "gradle.lockfile",
    "mix.lock",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Two projects of every ecosystem that has a lock file.
static GRAPH: LazyLock<ProjectGraph> = LazyLock::new(|| {
    let source = MemorySource::fixture(
        r#"
//- package.json
{"name":"root","version":"1.0.0","workspaces":["a"],"dependencies":{"x":"^1.0.0","b":"*"}}
//- a/package.json
{"name":"a","version":"1.0.0","dependencies":{"x":"^1.0.0","b":"1"}}
//- Cargo.toml
[workspace]
members = ["a"]
[package]
name = "root"
[dependencies]
x = "1"
//- a/Cargo.toml
[package]
name = "a"
[dependencies]
b = "1"
//- go.mod
module example.com/root
require example.com/x v1.0.0
//- a/go.mod
module example.com/a
//- pyproject.toml
[project]
name = "root"
dependencies = ["x", "b"]
[tool.uv.workspace]
members = ["a"]
//- a/pyproject.toml
[project]
name = "a"
dependencies = ["b"]
//- Gemfile
gem "x"
//- composer.json
{"name":"v/root","require":{"v/x":"1"}}
//- pubspec.yaml
name: root
dependencies:
  x: any
//- Package.swift
let package = Package(name: "root")
//- mix.exs
defmodule Root do
  def project, do: [app: :root]
end
//- settings.gradle
include("a")
//- root.csproj
<Project Sdk="Microsoft.NET.Sdk"></Project>
"#,
    );
    discover(&source, &DiscoverOptions::default()).graph
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let (before, after) = text.split_once('\0').unwrap_or(("", text));
    let Some(file) = RepoPath::new(LOCKS[usize::from(first) % LOCKS.len()]) else { return };
    let change = |before: &str, after: &str| {
        lock_change(&file, Ok(Some(before.to_owned())), Ok(Some(after.to_owned())), &GRAPH, &GRAPH)
    };
    change(before, after);
    change(after, after);
});
