//! `cargo xtask schema` and `cargo xtask man`: the files that are made from the sources, and never by hand.
//!
//! What comes from types is written by tests of the crates that own them, since xtask knows no crate; what
//! comes from the command line is printed by the binary. A test holds each file, so none can be forgotten.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

use crate::project::{self, Profile};

/// Tests that compare files with what they are made from, and rewrite them under `DRIFT_BLESS`.
const WRITERS: &[(&str, &str)] = &[
    ("drift-config", "tests::reference_files::files_are_up_to_date"),
    ("drift-cli", "commands::documents::schemas_are_up_to_date"),
    ("drift-cli", "error::listing::errors_are_up_to_date"),
];

const REFERENCE: &str = "docs/cli.md";

const SHELLS: &[(&str, &str)] =
    &[("bash", "drift.bash"), ("zsh", "_drift"), ("fish", "drift.fish"), ("powershell", "_drift.ps1")];

pub(crate) fn schema(arguments: &[String]) -> Result<ExitCode> {
    let bless = match arguments {
        [] => true,
        [flag] if flag == "--check" => false,
        _ => bail!("schema takes --check or nothing"),
    };
    for (package, test) in WRITERS {
        let mut command = project::cargo();
        command.args(["test", "--quiet", "--package", package, "--lib", "--", "--exact", test]);
        if bless {
            command.env("DRIFT_BLESS", "1");
        }
        let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{package}: {stdout}{stderr}");
        ensure!(stdout.contains("1 passed"), "{package} has no test {test}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn man(arguments: &[String]) -> Result<ExitCode> {
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let drift = || project::build("drift-cli", "drift", Profile::Dev);
    match arguments[..] {
        [] => write(project::root().join(REFERENCE), reference(&drift()?)?)?,
        ["--check"] => {
            let found = std::fs::read_to_string(project::root().join(REFERENCE)).unwrap_or_default();
            let found = found.replace("\r\n", "\n");
            ensure!(found == reference(&drift()?)?, "{REFERENCE} is not up to date: run `cargo xtask man`");
        }
        ["--dir", dir] => release_files(&drift()?, Path::new(dir))?,
        // A relative path without a folder would be searched for on the path.
        ["--dir", dir, "--binary", binary] => release_files(&std::path::absolute(binary)?, Path::new(dir))?,
        _ => bail!("man takes --check, --dir DIR [--binary PATH] or nothing"),
    }
    Ok(ExitCode::SUCCESS)
}

/// What a release has besides the binary: `man/` and `completions/` in `dir`.
pub(crate) fn release_files(drift: &Path, dir: &Path) -> Result<()> {
    let (man, completions) = (dir.join("man"), dir.join("completions"));
    std::fs::create_dir_all(&completions)
        .with_context(|| format!("cannot make {}", completions.display()))?;
    print(drift, &[OsStr::new("man"), OsStr::new("--dir"), man.as_os_str()])?;
    for (shell, file) in SHELLS {
        write(completions.join(file), print(drift, &["completions", shell])?)?;
    }
    Ok(())
}

fn reference(drift: &Path) -> Result<String> {
    print(drift, &["man", "--format", "markdown"])
}

fn print<A: AsRef<OsStr>>(drift: &Path, arguments: &[A]) -> Result<String> {
    let mut command = Command::new(drift);
    let output = command.args(arguments).output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn write(path: PathBuf, text: String) -> Result<()> {
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
