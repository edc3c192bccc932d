//! Lints the order of writes, syncs and renames of one run: what a power cut would expose and a kill cannot.
//!
//! 1. A file is synced after its last write and before it is renamed or linked.
//! 2. The folder of a rename's target is synced after the rename.
//! 3. A new file that stays is synced after its last write, and so is its folder after the file's creation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::sandbox::Sandbox;
use super::scenarios::Scenario;

const CALLS: &str = "openat,open,creat,write,pwrite64,writev,pwritev,copy_file_range,sendfile,fsync,fdatasync,\
                     rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,fallocate";

/// SQLite's side files have their own protocol; lock files and who holds them matter only while drift runs.
const EXEMPT_ENDINGS: &[&str] = &["-wal", "-shm", "-journal", ".lock", ".lock.json"];

/// Prints what the command of `scenario` does in the wrong order, and returns whether that is nothing.
pub(super) fn run(scenario: &Scenario, sandbox: &Sandbox) -> Result<bool> {
    (scenario.prepare)(sandbox).with_context(|| format!("cannot prepare {}", scenario.name))?;
    let mut command = sandbox.command("strace".as_ref());
    command
        .args(["-f", "-y", "-qq", "-s", "4096", "-o"])
        .arg(sandbox.log())
        .arg("-e")
        .arg(format!("trace={CALLS}"));
    let output =
        command.arg(sandbox.binary()).args(scenario.command).output().context("cannot run strace")?;
    let log = std::fs::read(sandbox.log()).context("strace wrote no log")?;
    let tree = sandbox.tree().canonicalize()?;
    let mut trace = Trace::new(&tree);
    for call in calls(&String::from_utf8_lossy(&log)) {
        trace.follow(&call);
    }
    let violations = trace.finish(&|path| path.is_file());
    let renames = trace.renames.len();
    println!(
        "{}: {}, {renames} renames, {} violations of order",
        scenario.name,
        output.status,
        violations.len()
    );
    for violation in &violations {
        println!("  BAD {violation}");
    }
    Ok(violations.is_empty() && output.status.success())
}

/// A completed system call that succeeded.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    name: String,
    arguments: String,
    /// What follows the equals sign.
    result: String,
}

/// Joins calls that another thread interrupted, and drops those that failed.
fn calls(log: &str) -> Vec<Call> {
    let mut unfinished: BTreeMap<&str, &str> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if let Some(start) = text.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, start);
            continue;
        }
        let whole = match text.strip_prefix("<... ").and_then(|rest| rest.split_once("resumed>")) {
            Some((_, rest)) => format!("{}{rest}", unfinished.remove(thread).unwrap_or_default()),
            None => text.to_owned(),
        };
        let Some((call, result)) = whole.rsplit_once(" = ") else { continue };
        let Some((name, arguments)) = call.split_once('(') else { continue };
        if !result.starts_with('-') && result.starts_with(|first: char| first.is_ascii_digit()) {
            let arguments = arguments.trim_end().trim_end_matches(')').to_owned();
            calls.push(Call { name: name.to_owned(), arguments, result: result.to_owned() });
        }
    }
    calls
}

/// What is known while the calls go by; positions are their numbers.
struct Trace<'a> {
    tree: &'a Path,
    position: usize,
    /// Written since the last sync.
    dirty: BTreeMap<PathBuf, usize>,
    created: BTreeMap<PathBuf, usize>,
    synced: BTreeMap<PathBuf, usize>,
    /// Targets.
    renames: Vec<(PathBuf, usize)>,
    violations: Vec<String>,
}

impl<'a> Trace<'a> {
    fn new(tree: &'a Path) -> Self {
        Self {
            tree,
            position: 0,
            dirty: BTreeMap::new(),
            created: BTreeMap::new(),
            synced: BTreeMap::new(),
            renames: Vec::new(),
            violations: Vec::new(),
        }
    }

    fn follow(&mut self, call: &Call) {
        self.position += 1;
        let opened = bracketed(&call.arguments);
        match call.name.as_str() {
            "write" | "pwrite64" | "writev" | "pwritev" | "ftruncate" | "fallocate" | "sendfile" => {
                if let Some(path) = opened.first() {
                    self.dirty.insert(path.into(), self.position);
                }
            }
            "copy_file_range" => {
                if let Some(path) = opened.get(1) {
                    self.dirty.insert(path.into(), self.position);
                }
            }
            "fsync" | "fdatasync" => {
                if let Some(path) = opened.first() {
                    self.dirty.remove(Path::new(path));
                    self.synced.insert(path.into(), self.position);
                }
            }
            "open" | "openat" | "creat" if call.name == "creat" || call.arguments.contains("O_CREAT") => {
                if let Some(path) = bracketed(&call.result).into_iter().next() {
                    self.created.entry(path.into()).or_insert(self.position);
                }
            }
            "unlink" | "unlinkat" => {
                if let Some(path) = self.paths(call).pop() {
                    self.dirty.remove(&path);
                    self.created.remove(&path);
                }
            }
            "rename" | "renameat" | "renameat2" | "link" | "linkat" => self.follow_rename(call),
            _ => {}
        }
    }

    fn follow_rename(&mut self, call: &Call) {
        let paths = self.paths(call);
        let [from, to] = &paths[..] else { return };
        if !from.starts_with(self.tree) && !to.starts_with(self.tree) {
            return;
        }
        if self.dirty.remove(from).is_some() {
            let (name, from, to) = (&call.name, from.display(), to.display());
            self.violations.push(format!("{name} {from} to {to}: not synced since its last write"));
        }
        self.created.remove(from);
        self.renames.push((to.clone(), self.position));
    }

    fn finish(&mut self, exists: &dyn Fn(&Path) -> bool) -> Vec<String> {
        let mut violations = std::mem::take(&mut self.violations);
        let is_folder_synced = |path: &Path, since: usize| {
            path.parent().and_then(|folder| self.synced.get(folder)).is_some_and(|position| *position > since)
        };
        for (path, position) in &self.renames {
            if !is_exempt(path) && !is_folder_synced(path, *position) {
                violations.push(format!("the folder of {} is not synced after the rename", path.display()));
            }
        }
        for (path, position) in &self.created {
            if !path.starts_with(self.tree) || is_exempt(path) || !exists(path) {
                continue;
            }
            if self.dirty.contains_key(path) {
                violations.push(format!("{} is left with writes that were not synced", path.display()));
            }
            if !is_folder_synced(path, *position) {
                violations.push(format!("the folder of the new file {} is not synced", path.display()));
            }
        }
        violations
    }

    /// The quoted paths of a call; relative ones belong to the folder before them, or to the tree.
    fn paths(&self, call: &Call) -> Vec<PathBuf> {
        let mut folder = self.tree.to_path_buf();
        let mut paths = Vec::new();
        for argument in call.arguments.split(", ") {
            if let Some(quoted) = argument.strip_prefix('"') {
                paths.push(folder.join(quoted.trim_end_matches('"')));
                folder = self.tree.to_path_buf();
            } else if let Some(path) = bracketed(argument).into_iter().next() {
                folder = PathBuf::from(path);
            }
        }
        paths
    }
}

fn is_exempt(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    EXEMPT_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The paths that strace puts behind descriptors: `3</a/b>`.
fn bracketed(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for argument in text.split(", ") {
        let is_descriptor =
            argument.starts_with(|first: char| first.is_ascii_digit()) || argument.starts_with("AT_FDCWD");
        if let (true, Some((_, path))) = (is_descriptor, argument.split_once('<')) {
            found.push(path.trim_end().trim_end_matches('>'));
        }
    }
    found
}

#[cfg(test)]
mod tests;
