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
    is_test: bool,
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
                let is_test = is_named_as_test(&path);
                File { path, text, rust, is_test }
            })
            .collect();
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut tree = Self { files };
        // What a test declares is a test, and so on downwards; each round goes one level deeper.
        loop {
            let found: Vec<usize> = (0..tree.files.len()).filter(|index| tree.is_new_test(*index)).collect();
            if found.is_empty() {
                return tree;
            }
            for index in found {
                tree.files[index].is_test = true;
            }
        }
    }

    /// Whether a file not yet known as a test is declared by one, or under `#[cfg(test)]`.
    fn is_new_test(&self, index: usize) -> bool {
        let file = &self.files[index];
        let Some((name, parents)) = parents(&file.path).filter(|_| !file.is_test && file.rust.is_some())
        else {
            return false;
        };
        parents.iter().filter_map(|path| self.get(path)).any(|parent| {
            let rust = parent.rust.as_ref();
            parent.is_test || rust.is_some_and(|rust| rust.tests().contains(&format!("mod {name};")))
        })
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

    /// Whether the whole file is test code: by its name, by its folder, or by how it is declared.
    pub(super) fn is_test(&self) -> bool {
        self.is_test
    }

    /// The line, from 1, of the byte at `offset`.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }
}

/// The name of the module in `path`, and the files that may declare it; `None` for the root of a target.
pub(super) fn parents(path: &str) -> Option<(&str, Vec<String>)> {
    let (folder, file) = path.rsplit_once('/')?;
    let (folder, name) = match file {
        "mod.rs" => folder.rsplit_once('/')?,
        _ => (folder, file.strip_suffix(".rs")?),
    };
    let (_, folder_name) = folder.rsplit_once('/')?;
    let is_root = matches!(file, "main.rs" | "lib.rs" | "build.rs")
        || matches!(folder_name, "bin" | "examples" | "benches" | "fuzz_targets")
        || (folder_name == "tests" && !path.contains("/src/"));
    if is_root {
        return None;
    }
    let mut parents = vec![format!("{folder}.rs"), format!("{folder}/mod.rs")];
    if folder_name == "src" || path.starts_with("tests/") {
        parents.insert(0, format!("{folder}/main.rs"));
        parents.insert(0, format!("{folder}/lib.rs"));
    }
    Some((name, parents))
}

/// `tests.rs`, `corpus_tests.rs`, or anything below a folder for tests.
fn is_named_as_test(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    parts.next().is_some_and(|name| name == "tests.rs" || name.ends_with("_tests.rs"))
        || parts.any(|folder| matches!(folder, "tests" | "benches" | "examples" | "fuzz"))
}
