//! `cargo xtask release-check`: what must hold before a release, asked of the built binary and of the files around it.
//!
//! Every step runs even if an earlier one failed. A step passes, fails, is skipped with the reason where a tool is
//! missing, or says what is left to do; what is left to do fails the check once the release has its tag.

mod agree;
mod budget;
mod drive;
mod migrate;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use crate::project::{self, Profile};
use crate::{generate, tidy};

const USAGE: &str = "\
Usage: cargo xtask release-check [--binary PATH | --dev] [--tag TAG] [--skip STEP]...

Checks a release build, or PATH; --dev checks a development build, and leaves out size and speed.
--tag is what the release is called; by default the tag of HEAD, if it has one.
";

/// How a step ended that did not fail.
enum Verdict {
    Passed,
    /// A tool or its data is missing.
    Skipped(String),
    /// To be done before the release; an error once there is a tag.
    Todo(String),
}

/// What the steps look at.
struct Release {
    drift: PathBuf,
    is_optimised: bool,
    tag: Option<String>,
}

struct Step {
    name: &'static str,
    action: fn(&Release) -> Result<Verdict>,
}

const STEPS: &[Step] = &[
    Step { name: "versions", action: agree::versions },
    Step { name: "changelog", action: agree::changelog },
    Step { name: "migrations", action: agree::migrations },
    Step { name: "generated", action: generated },
    Step { name: "packaging", action: packaging },
    Step { name: "licences", action: |_| deny(&["licenses", "bans", "sources"]) },
    Step { name: "advisories", action: |_| deny(&["advisories"]) },
    Step { name: "generated-tree", action: drive::generated_tree },
    Step { name: "this-repository", action: drive::this_repository },
    Step { name: "released-schemas", action: migrate::released_schemas },
    Step { name: "size", action: budget::size },
    Step { name: "start", action: budget::start },
];

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if arguments.iter().any(|argument| argument == "--help") {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let (release, skipped) = parse(arguments)?;
    let (mut failed, mut left) = (Vec::new(), Vec::new());
    for step in STEPS {
        if skipped.iter().any(|name| name == step.name) {
            println!("{:17} skipped: --skip", step.name);
            continue;
        }
        let started = Instant::now();
        let verdict = (step.action)(&release);
        let seconds = started.elapsed().as_secs_f64();
        match verdict {
            Ok(Verdict::Passed) => println!("{:17} passed in {seconds:.1} s", step.name),
            Ok(Verdict::Skipped(why)) => println!("{:17} skipped: {why}", step.name),
            Ok(Verdict::Todo(what)) if release.tag.is_none() => {
                println!("{:17} to do: {what}", step.name);
                left.push(step.name);
            }
            Ok(Verdict::Todo(what)) => {
                println!("{:17} FAILED: {what}", step.name);
                failed.push(step.name);
            }
            Err(error) => {
                println!("{:17} FAILED in {seconds:.1} s: {error:#}", step.name);
                failed.push(step.name);
            }
        }
    }
    if !left.is_empty() {
        println!("before the tag: {}", left.join(", "));
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

fn parse(arguments: &[String]) -> Result<(Release, Vec<String>)> {
    let (mut binary, mut is_optimised, mut tag, mut skipped) = (None, true, None, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value =
            || rest.next().cloned().with_context(|| format!("{argument} needs a value\n\n{USAGE}"));
        match argument.as_str() {
            "--binary" => binary = Some(std::path::absolute(value()?)?),
            "--dev" => is_optimised = false,
            "--tag" => tag = Some(value()?),
            "--skip" => {
                let name = value()?;
                ensure!(STEPS.iter().any(|step| step.name == name), "no step is called {name}");
                skipped.push(name);
            }
            _ => bail!("unknown argument of release-check: {argument}\n\n{USAGE}"),
        }
    }
    let profile = if is_optimised { Profile::Release } else { Profile::Dev };
    let drift = match binary {
        Some(binary) => binary,
        None => project::build("drift-cli", "drift", profile)?,
    };
    Ok((Release { drift, is_optimised, tag: tag.or_else(agree::tag_of_head) }, skipped))
}

/// The files that are made from the sources are what the sources make.
fn generated(_: &Release) -> Result<Verdict> {
    let check = ["--check".to_owned()];
    generate::schema(&check)?;
    generate::man(&check)?;
    tidy::check()?;
    Ok(Verdict::Passed)
}

/// The binary prints its manual pages and completions.
fn packaging(release: &Release) -> Result<Verdict> {
    let folder = tempfile::tempdir()?;
    generate::release_files(&release.drift, folder.path())?;
    for (kind, least) in [("man", 20), ("completions", 4)] {
        let count = std::fs::read_dir(folder.path().join(kind))?.count();
        ensure!(count >= least, "only {count} files in {kind}");
    }
    Ok(Verdict::Passed)
}

/// What cargo-deny says, where it is installed and has what it needs without a network.
fn deny(checks: &[&str]) -> Result<Verdict> {
    let deny = |arguments: &[&str]| {
        let mut command = project::cargo();
        command.arg("deny").args(arguments).output().context("cannot run cargo")
    };
    if !deny(&["--version"])?.status.success() {
        return Ok(Verdict::Skipped("cargo-deny is not installed (`cargo install cargo-deny`)".into()));
    }
    let output = deny(&[&["--offline", "check"], checks].concat())?;
    if output.status.success() {
        return Ok(Verdict::Passed);
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    if told.contains("advisory database") || told.contains("advisory-db") {
        return Ok(Verdict::Skipped("the advisories are not here (`cargo deny fetch` gets them)".into()));
    }
    bail!("{told}")
}

/// What git prints for `arguments`, at the root; `None` without git, and where it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).current_dir(project::root()).output().ok()?;
    let text = output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.filter(|text| !text.is_empty())
}
