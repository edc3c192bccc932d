//! Where the project is, and how to run its commands from its root.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The root of the workspace that this xtask was built from.
pub(crate) fn root() -> PathBuf {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest_dir.parent().unwrap_or(manifest_dir).to_path_buf()
}

/// A cargo command at the root, with the cargo that started us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds one binary of `package`, and returns where it is.
pub(crate) fn build(package: &str, binary: &str, profile: Profile) -> Result<PathBuf> {
    build_target(package, "--bin", binary, profile)
}

/// Builds one example of `package` for measurements, and returns where it is.
pub(crate) fn build_example(package: &str, example: &str) -> Result<PathBuf> {
    build_target(package, "--example", example, Profile::Release)
}

fn build_target(package: &str, kind: &str, binary: &str, profile: Profile) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--message-format=json-render-diagnostics"]);
    command.args(["--package", package, kind, binary]);
    if let Profile::Release = profile {
        command.arg("--release");
    }
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", output.status);
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let executable = messages
        .filter_map(|message| serde_json::from_slice::<Value>(message).ok())
        .filter(|message| message["target"]["name"] == binary)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    executable.with_context(|| format!("{command:?} made no {binary}"))
}

/// Runs `command` with our own standard streams, and fails unless it succeeds.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{status}");
    Ok(())
}
