//! The whole life of a workspace, driven through the built binary: on a generated tree, and on this repository.
//!
//! Each step checks the exit code and what the document says; the next relies on it, so the first failure ends it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::{Release, Verdict, git};
use crate::{bench, project};

/// Files of the generated tree: enough for several ecosystems, few enough for a development build.
const FILES: usize = 400;
const LONGEST_LINES: usize = 400;

pub(super) fn generated_tree(release: &Release) -> Result<Verdict> {
    let bench = Workbench::new(&release.drift)?;
    bench::generate_tree(&bench.tree, FILES, LONGEST_LINES)?;
    live(&bench)?;
    Ok(Verdict::Passed)
}

pub(super) fn this_repository(release: &Release) -> Result<Verdict> {
    let Some(tracked) = git(&["ls-files"]) else {
        return Ok(Verdict::Skipped("this is no clone, or git is missing".into()));
    };
    let bench = Workbench::new(&release.drift)?;
    for file in tracked.lines() {
        let (from, to) = (project::root().join(file), bench.tree.join(file));
        // What was removed and is not committed yet is not there.
        if from.is_file() {
            std::fs::create_dir_all(to.parent().unwrap_or(&bench.tree))?;
            std::fs::copy(&from, &to).with_context(|| format!("cannot copy {file}"))?;
        }
    }
    live(&bench)?;
    Ok(Verdict::Passed)
}

/// A repository, a home, and the binary.
pub(super) struct Workbench {
    folder: TempDir,
    drift: PathBuf,
    pub(super) tree: PathBuf,
}

impl Workbench {
    pub(super) fn new(drift: &Path) -> Result<Workbench> {
        let folder = tempfile::Builder::new().prefix("drift-release-").tempdir()?;
        let top = folder.path().canonicalize()?;
        let tree = top.join("tree");
        std::fs::create_dir_all(&tree)?;
        std::fs::create_dir_all(top.join("home"))?;
        Ok(Workbench { folder, drift: drift.to_owned(), tree })
    }

    /// The document of a command in `dir`, which must end with `exit`.
    fn expect_in(&self, dir: &Path, exit: i32, arguments: &[&str]) -> Result<Value> {
        let output = self.start(dir, arguments)?;
        let told = || format!("drift {}: {}", arguments.join(" "), describe(&output));
        ensure!(output.status.code() == Some(exit), "{}, not exit {exit}", told());
        let document: Value = serde_json::from_slice(&output.stdout).with_context(told)?;
        ensure!(document["ok"] == (exit == 0 || exit == 3), "{}", told());
        Ok(document)
    }

    pub(super) fn expect(&self, exit: i32, arguments: &[&str]) -> Result<Value> {
        self.expect_in(&self.tree, exit, arguments)
    }

    pub(super) fn must(&self, arguments: &[&str]) -> Result<Value> {
        self.expect(0, arguments)
    }

    fn start(&self, dir: &Path, arguments: &[&str]) -> Result<Output> {
        let home = self.folder.path().join("home");
        let mut command = Command::new(&self.drift);
        command.args(arguments).arg("--json").current_dir(dir).stdin(Stdio::null());
        // Neither the settings nor the CI of whoever checks.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DRIFT_") {
                command.env_remove(name);
            }
        }
        command.env("CI", "false").env("HOME", &home).env("DRIFT_HOME", home.join(".drift"));
        command.output().with_context(|| format!("cannot run {}", self.drift.display()))
    }
}

fn describe(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(2000).collect::<String>();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// From nothing to a workspace that was damaged, restored, moved and removed.
fn live(bench: &Workbench) -> Result<()> {
    let made = bench.must(&["workspace", "init"])?;
    ensure!(made["created"] == true && made["projects"].as_u64() > Some(0), "init: {made}");
    let projects = bench.must(&["workspace", "projects"])?["projects"].clone();
    bench.must(&["workspace", "graph"])?;
    bench.must(&["workspace", "status"])?;
    bench.must(&["workspace", "context"])?;

    let file = bench.tree.join("README.md");
    std::fs::write(&file, "changed\n")?;
    let scanned = bench.must(&["workspace", "scan"])?;
    let differs = scanned["added"].as_u64().unwrap_or(0) + scanned["changed"].as_u64().unwrap_or(0);
    ensure!(differs == 1, "a scan after one change: {scanned}");
    healthy(bench)?;

    damage_and_restore(bench)?;
    let again = bench.must(&["workspace", "projects"])?["projects"].clone();
    ensure!(again == projects, "restore brought other projects");

    let planned = bench.must(&["workspace", "gc", "--dry-run"])?["actions"].clone();
    let done = bench.must(&["workspace", "gc"])?["actions"].clone();
    let subjects = |actions: &Value| {
        let all = actions.as_array().into_iter().flatten();
        all.map(|action| (action["kind"].clone(), action["subject"].clone())).collect::<Vec<_>>()
    };
    ensure!(subjects(&planned) == subjects(&done), "gc did not do what it planned: {planned}, {done}");
    bench.must(&["workspace", "size", "--tables"])?;
    bench.expect(3, &["workspace", "size", "--fail-over", "1B"])?;

    travel(bench, &projects)?;

    let reset = bench.must(&["workspace", "reset", "--yes"])?;
    let safety = reset["safety_backup"].as_str().context("reset took no snapshot")?;
    bench.must(&["workspace", "restore", safety, "--yes"])?;
    healthy(bench)?;
    bench.must(&["workspace", "delete", "--yes"])?;
    bench.expect(4, &["workspace", "status"])?;
    bench.must(&["workspace", "restore", "--yes"])?;
    healthy(bench)
}

fn healthy(bench: &Workbench) -> Result<()> {
    let verified = bench.must(&["workspace", "verify", "--deep"])?;
    ensure!(verified["healthy"] == true, "verify: {verified}");
    Ok(())
}

fn damage_and_restore(bench: &Workbench) -> Result<()> {
    let backup = bench.must(&["workspace", "backup"])?;
    ensure!(backup["id"].is_string(), "backup: {backup}");
    std::fs::write(bench.tree.join(".drift/drift.db"), "no database")?;
    let error = bench.expect(7, &["workspace", "status"])?["error"].clone();
    ensure!(error["code"] == "corrupt", "status of a damaged database: {error}");
    let hint = error["hint"].as_str().unwrap_or_default();
    ensure!(hint.contains("drift workspace restore --database drift"), "hint: {hint}");
    bench.expect(3, &["workspace", "verify"])?;
    let restored = bench.must(&["workspace", "restore", "--database", "drift", "--yes"])?;
    ensure!(restored["restored"] == backup["id"], "restore: {restored}");
    healthy(bench)
}

/// A bundle makes the same workspace of another clone, which exports the same bytes.
fn travel(bench: &Workbench, projects: &Value) -> Result<()> {
    let top = bench.folder.path().canonicalize()?;
    let other = top.join("other");
    copy(&bench.tree, &other)?;
    let (first, second) = (top.join("1.drift.tar.zst"), top.join("2.drift.tar.zst"));
    let text = |path: &Path| path.to_string_lossy().into_owned();
    bench.must(&["workspace", "export", "-o", &text(&first)])?;
    bench.expect_in(&other, 0, &["workspace", "import", &text(&first), "--yes"])?;
    let back = top.join("3.drift.tar.zst");
    bench.expect_in(&other, 0, &["workspace", "export", "-o", &text(&back)])?;
    ensure!(std::fs::read(&first)? == std::fs::read(&back)?, "an export right after the import differs");
    let arrived = bench.expect_in(&other, 0, &["workspace", "projects"])?["projects"].clone();
    ensure!(arrived == *projects, "import brought other projects");
    let scanned = bench.expect_in(&other, 0, &["workspace", "scan"])?;
    ensure!(scanned["added"] == 0 && scanned["changed"] == 0, "a scan after import: {scanned}");
    bench.must(&["workspace", "export", "-o", &text(&second)])?;
    ensure!(std::fs::read(&first)? == std::fs::read(&second)?, "two exports of one workspace differ");
    Ok(())
}

/// Copies a tree without what belongs to drift.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == ".drift" || name == ".drift-backups" {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy(&from, &to)?;
        } else {
            std::fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}
