//! The files of the project as text, held in memory so that rules need no disk.
//!
//! Paths are relative to the root and use `/` on every system. What git ignores is not part of the project.

use std::path::Path;

use anyhow::{Context, Result};
use ignore::WalkBuilder;

use super::rust_text::RustText;

/// Only these are read: everything that a person writes here.
const TEXT_ENDINGS: &[&str] = &["rs", "toml", "sql", "md", "yml", "yaml", "sh", "lock", "run"];

/// Folders of test material, which may be as odd as the test needs.
const SKIPPED_FOLDERS: &[&str] = &[".git", "target", "data", "fixtures", "snapshots", "corpus"];

pub(super) struct Tree {
    /// Sorted by path.
    files: Vec<File>,
}

pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
    /// For `.rs` files.
    pub(super) rust: Option<RustText>,
}

impl Tree {
    pub(super) fn load(root: &Path) -> Result<Self> {
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .filter_entry(|entry| !SKIPPED_FOLDERS.iter().any(|folder| entry.file_name() == *folder))
            .build();
        let mut files = Vec::new();
        for entry in walk {
            let entry = entry.context("cannot list the project")?;
            let relative = entry.path().strip_prefix(root)?;
            let Some(path) = relative.to_str() else { continue };
            let path = path.replace('\\', "/");
            let ending = path.rsplit(['.', '/']).next().unwrap_or("");
            if !entry.file_type().is_some_and(|kind| kind.is_file()) || !TEXT_ENDINGS.contains(&ending) {
                continue;
            }
            let text =
                std::fs::read_to_string(entry.path()).with_context(|| format!("cannot read {path}"))?;
            files.push((path, text));
        }
        Ok(Self::new(files))
    }

    pub(super) fn new(files: Vec<(String, String)>) -> Self {
        let mut files: Vec<File> = files
            .into_iter()
            .map(|(path, text)| {
                let text = text.replace("\r\n", "\n");
                let rust = path.ends_with(".rs").then(|| RustText::new(&text));
                File { path, text, rust }
            })
            .collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = (&File, &RustText)> {
        self.files().filter_map(|file| file.rust.as_ref().map(|rust| (file, rust)))
    }

    /// The manifests of the members: `crates/*/Cargo.toml` and `xtask/Cargo.toml`.
    pub(super) fn members(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| {
            let parts: Vec<&str> = file.path.split('/').collect();
            matches!(parts[..], ["crates", _, "Cargo.toml"] | ["xtask", "Cargo.toml"])
        })
    }
}

impl File {
    /// The member that owns this file: `drift-db` for `crates/drift-db/src/open.rs`.
    pub(super) fn member(&self) -> &str {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.next().unwrap_or(""),
            Some(first) => first,
            None => "",
        }
    }

    /// Whether the whole file is test code: `tests.rs`, `corpus_tests.rs`, or anything below a folder for tests.
    pub(super) fn is_test(&self) -> bool {
        let mut parts = self.path.rsplit('/');
        parts.next().is_some_and(|name| name == "tests.rs" || name.ends_with("_tests.rs"))
            || parts.any(|folder| matches!(folder, "tests" | "benches" | "examples" | "fuzz"))
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}
