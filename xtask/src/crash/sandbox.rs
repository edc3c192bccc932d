//! A folder in which drift may be killed: a small repository, a private home, and a copy of both to start over from.
//!
//! It lies in the temporary folder, never inside another repository, and always at the same path while it lives,
//! because databases may hold that path.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tempfile::TempDir;

pub(super) struct Sandbox {
    folder: TempDir,
    drift: PathBuf,
}

/// Two ecosystems and some content; small, because every fault starts from a fresh copy.
const FILES: &[(&str, &str)] = &[
    ("package.json", "{ \"name\": \"root\", \"private\": true, \"workspaces\": [\"packages/*\"] }\n"),
    (
        "packages/a/package.json",
        "{ \"name\": \"a\", \"version\": \"1.0.0\", \"dependencies\": { \"b\": \"*\" } }\n",
    ),
    ("packages/a/index.js", "export { b } from \"b\";\n"),
    ("packages/b/package.json", "{ \"name\": \"b\", \"version\": \"1.0.0\" }\n"),
    ("packages/b/index.js", "export const b = 1;\n"),
    ("tool/Cargo.toml", "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("tool/src/main.rs", "fn main() {}\n"),
];

impl Sandbox {
    /// With the repository, and without a workspace.
    pub(super) fn new(drift: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("drift-crash-").tempdir()?;
        let sandbox = Self { folder, drift: drift.to_owned() };
        for (path, text) in FILES {
            sandbox.write(path, text)?;
        }
        std::fs::create_dir_all(sandbox.home())?;
        Ok(sandbox)
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.folder.path().join("work/tree")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("work/home")
    }

    /// A place for logs, which survives starting over.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.path().join("strace.log")
    }

    /// Writes a file of the repository.
    pub(super) fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.tree().join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Overwrites a kilobyte of a file from `at` on, as a bad disk would.
    pub(super) fn damage(&self, path: &str, at: usize) -> Result<()> {
        let path = self.tree().join(path);
        let mut bytes = std::fs::read(&path)?;
        let end = bytes.len().min(at + 1024);
        ensure!(at < end, "{} is too short to be damaged at {at}", path.display());
        bytes[at..end].fill(0x5a);
        Ok(std::fs::write(path, bytes)?)
    }

    /// Puts a database made of `sql` in the place of a live one.
    pub(super) fn replace_database(&self, name: &str, sql: &str) -> Result<()> {
        let path = self.tree().join(format!(".drift/{name}.db"));
        for suffix in ["", "-wal", "-shm"] {
            let file = self.tree().join(format!(".drift/{name}.db{suffix}"));
            if file.exists() {
                std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        self.sqlite(&path, sql).map(drop)
    }

    /// Changes a live database, as another program would.
    pub(super) fn change(&self, name: &str, sql: &str) -> Result<()> {
        self.sqlite(&self.tree().join(format!(".drift/{name}.db")), sql).map(drop)
    }

    /// What SQLite itself answers about a copy of a live database: asking must not recover what drift is to recover.
    pub(super) fn ask(&self, name: &str, sql: &str) -> Result<String> {
        let folder = tempfile::tempdir_in(self.folder.path())?;
        for suffix in ["", "-wal", "-journal"] {
            let file = format!("{name}.db{suffix}");
            let live = self.tree().join(".drift").join(&file);
            if live.exists() {
                std::fs::copy(&live, folder.path().join(&file))
                    .with_context(|| format!("cannot copy {}", live.display()))?;
            }
        }
        let answer = self.sqlite(&folder.path().join(format!("{name}.db")), sql)?;
        Ok(answer.lines().collect::<Vec<_>>().join(" "))
    }

    fn sqlite(&self, path: &Path, sql: &str) -> Result<String> {
        let output = self.command(Path::new("sqlite3")).arg("-bail").arg(path).arg(sql).output();
        let output = output.context("cannot run sqlite3")?;
        ensure!(output.status.success(), "sqlite3 {}: {}", path.display(), describe(&output));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// From now on, [`Self::start_over`] comes back to this state.
    pub(super) fn keep(&self) -> Result<()> {
        copy(&self.folder.path().join("work"), &self.folder.path().join("kept"))
    }

    pub(super) fn start_over(&self) -> Result<()> {
        copy(&self.folder.path().join("kept"), &self.folder.path().join("work"))
    }

    /// Copies everything to `target`, for whoever wants to know what went wrong.
    pub(super) fn save(&self, target: &Path) -> Result<()> {
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        copy(self.folder.path(), target)
    }

    /// A command in the tree, with neither the configuration nor the workspaces of whoever tests.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.tree())
            .env("HOME", self.home())
            .env("DRIFT_HOME", self.home().join(".drift"))
            .env("DRIFT_ROOT", self.tree())
            .env("LC_ALL", "C")
            // Cargo puts its build folders there, and the loader would search them first.
            .env_remove("LD_LIBRARY_PATH")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null());
        command
    }

    pub(super) fn binary(&self) -> &Path {
        &self.drift
    }

    pub(super) fn drift(&self, arguments: &[&str]) -> Result<Output> {
        let output = self.command(&self.drift).args(arguments).output();
        output.with_context(|| format!("cannot run {}", self.drift.display()))
    }

    /// Runs drift, which must succeed.
    pub(super) fn must(&self, arguments: &[&str]) -> Result<()> {
        let output = self.drift(arguments)?;
        ensure!(output.status.success(), "drift {}: {}", arguments.join(" "), describe(&output));
        Ok(())
    }

    /// The document that drift prints with `--json`, be it a result or an error.
    pub(super) fn document(&self, arguments: &[&str]) -> Result<Value> {
        let output = self.drift(&[&["--json"], arguments].concat())?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!("drift --json {}: no document, {}", arguments.join(" "), describe(&output))
        })
    }

    /// Why drift cannot run a scenario that `needs` these commands.
    pub(super) fn missing(&self, needs: &[&[&str]]) -> Result<Option<String>> {
        for words in needs {
            let output = self.drift(&[words, &["--help"][..]].concat())?;
            if !output.status.success() || output.stdout.is_empty() {
                return Ok(Some(format!("drift has no `{}`", words.join(" "))));
            }
        }
        Ok(None)
    }

    /// What no command may leave behind, whatever the scenario.
    pub(super) fn check_leftovers(&self) -> Result<()> {
        let drift = self.tree().join(".drift");
        if drift.join("intent.json").exists() {
            bail!("an intent is left");
        }
        if let Ok(entries) = std::fs::read_dir(drift.join("tmp")) {
            let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
            ensure!(names.is_empty(), "left in .drift/tmp: {names:?}");
        }
        Ok(())
    }

    /// Asks SQLite itself, where its shell is installed: drift must not be the only witness of its own health.
    pub(super) fn check_databases(&self) -> Result<()> {
        for name in ["drift.db", "cortex.db"] {
            let path = self.tree().join(".drift").join(name);
            let mut shell = self.command(Path::new("sqlite3"));
            shell
                .arg(&path)
                .arg("PRAGMA integrity_check; PRAGMA foreign_key_check; SELECT count(*) FROM sqlite_schema;");
            let Ok(output) = shell.output() else { return Ok(()) };
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            let is_good = matches!(lines[..], ["ok", tables] if tables != "0");
            ensure!(is_good, "{name}: {}", if text.is_empty() { describe(&output) } else { text });
        }
        Ok(())
    }
}

/// Status and last words of a process.
pub(super) fn describe(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
    format!("{}: {}", output.status, lines.join(" / "))
}

/// Replaces `to` by a copy of `from` with times and modes; only ever runs where strace does.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    let output = Command::new("cp").arg("-a").arg(from).arg(to).output().context("cannot run cp")?;
    ensure!(output.status.success(), "cp: {}", describe(&output));
    Ok(())
}
