//! Versions, changelog and migrations: what several files say of one release is the same.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Release, Verdict, git};
use crate::project;

/// The tag of HEAD that looks like a version.
pub(super) fn tag_of_head() -> Option<String> {
    let tags = git(&["tag", "--points-at", "HEAD"])?;
    tags.lines().find(|tag| tag.strip_prefix('v').is_some_and(is_version)).map(str::to_owned)
}

fn is_version(text: &str) -> bool {
    text.split(['.', '-', '+']).next().is_some_and(|major| major.parse::<u32>().is_ok())
}

/// As `Cargo.toml` has it.
fn version() -> Result<String> {
    let manifest: toml::Table = read("Cargo.toml")?.parse()?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    version.map(str::to_owned).context("Cargo.toml has no version")
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(project::root().join(path)).with_context(|| format!("cannot read {path}"))
}

/// `Cargo.toml`, `Cargo.lock`, the binary and the tag have the same version.
pub(super) fn versions(release: &Release) -> Result<Verdict> {
    let version = version()?;
    let lock: toml::Table = read("Cargo.lock")?.parse()?;
    let packages = lock["package"].as_array().context("Cargo.lock has no packages")?;
    let ours = packages.iter().filter(|package| {
        let name = package["name"].as_str().unwrap_or_default();
        package.get("source").is_none() && (name.starts_with("drift-") || name == "xtask")
    });
    for package in ours {
        ensure!(
            package["version"].as_str() == Some(&version),
            "Cargo.lock has another version of {}",
            package["name"]
        );
    }
    let output = Command::new(&release.drift).args(["--version", "--json"]).output()?;
    let told: Value = serde_json::from_slice(&output.stdout).context("drift --version --json")?;
    ensure!(told["version"] == version, "the binary calls itself {}, Cargo.toml {version}", told["version"]);
    ensure!(told["sqlite"].is_string() && told["schemas"].is_array(), "{told}");
    match &release.tag {
        None => Ok(Verdict::Passed),
        Some(tag) => {
            ensure!(tag.trim_start_matches('v') == version, "the tag is {tag}, and Cargo.toml has {version}");
            Ok(Verdict::Passed)
        }
    }
}

/// The changelog has a section for the version, with a date and something in it.
pub(super) fn changelog(_: &Release) -> Result<Verdict> {
    told_of(&version()?, &read("CHANGELOG.md")?)
}

/// What the text of a changelog says of a version.
fn told_of(version: &str, text: &str) -> Result<Verdict> {
    let section = |title: &str| {
        let (_, rest) = text.split_once(&format!("\n## [{title}]"))?;
        let (line, rest) = rest.split_once('\n')?;
        let entries = rest.split("\n## ").next().unwrap_or_default();
        Some((line.to_owned(), entries.lines().filter(|line| line.starts_with("- ")).count()))
    };
    match (section(version), section("Unreleased")) {
        (Some((line, entries)), _) => {
            ensure!(line.trim_start().starts_with("- 20"), "CHANGELOG.md has no date for {version}");
            ensure!(entries > 0, "CHANGELOG.md says nothing of {version}");
            Ok(Verdict::Passed)
        }
        (None, Some((_, entries))) if entries > 0 => {
            let what =
                format!("call [Unreleased] of CHANGELOG.md [{version}] with the date, and begin a new one");
            Ok(Verdict::Todo(what))
        }
        _ => bail!("CHANGELOG.md has neither {version} nor anything unreleased"),
    }
}

/// Each migration is recorded as released; `tidy` has already held the recorded ones to their hashes.
pub(super) fn migrations(_: &Release) -> Result<Verdict> {
    let lock = read("migrations/checksums.lock")?;
    let mut missing = Vec::new();
    for database in std::fs::read_dir(project::root().join("migrations"))? {
        let database = database?.path();
        if !database.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(&database)? {
            let file = file?.path();
            let path = file.strip_prefix(project::root())?.to_string_lossy().replace('\\', "/");
            if !lock.lines().any(|line| line.ends_with(&format!("  {path}"))) {
                missing.push(path);
            }
        }
    }
    missing.sort();
    Ok(match missing.is_empty() {
        true => Verdict::Passed,
        false => Verdict::Todo(format!("`cargo xtask tidy --bless` for {}", missing.join(", "))),
    })
}

#[cfg(test)]
mod tests;
