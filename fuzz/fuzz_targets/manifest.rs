//! One manifest: the first byte chooses its name, the rest is its content. Finds what is deep in one reader
//! (go.mod, the scripts of Ruby, Gradle, Elixir and Swift) sooner than whole trees do.
#![no_main]

use drift_discover::{MemorySource, RepoPath};
use drift_fuzz::MANIFESTS;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((&first, content)) = data.split_first() else { return };
    let name = MANIFESTS[usize::from(first) % MANIFESTS.len()];
    let Some(path) = RepoPath::new(name) else { return };
    // Something that it can name: a member, a module, a file to include.
    let other = |path: &str, text: &str| Some((RepoPath::new(path)?, text.as_bytes().to_vec()));
    let others = [
        other("a/package.json", r#"{"name":"a","version":"1.0.0"}"#),
        other("a/Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n"),
        other("a/go.mod", "module example.com/a\n"),
        other("a/build.gradle", ""),
        other("a/a.gemspec", "Gem::Specification.new { |s| s.name = 'a' }"),
        other("a/mix.exs", "defmodule A do\n  def project, do: [app: :a]\nend"),
        other("a/Package.swift", "let package = Package(name: \"a\")"),
        other("a/pyproject.toml", "[project]\nname = \"a\"\n"),
    ];
    let files = others.into_iter().flatten().chain([(path, content.to_vec())]);
    drift_fuzz::check(&MemorySource::new(files));
});
