//! `cargo xtask ci`: the one list of what must pass before a change is merged.
//!
//! `.ci/run` and the CI workflow run these steps and no others; `tidy` holds the README to the first of them.
//! Every step runs even if an earlier one failed, so that one run tells everything.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Result, bail, ensure};

use crate::{project, tidy};

/// What the README, `.ci/run` and CI use to run the tests.
pub(crate) const TEST_COMMAND: &str = "cargo test --workspace";

struct Step {
    name: &'static str,
    action: fn() -> Result<()>,
}

/// In the order of the report: what a newcomer runs first comes first.
const STEPS: &[Step] = &[
    Step { name: "test", action: || cargo(&["test", "--workspace"]) },
    Step { name: "fmt", action: || cargo(&["fmt", "--all", "--check"]) },
    Step {
        name: "clippy",
        action: || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step { name: "tidy", action: tidy::check },
    Step { name: "docs", action: docs },
];

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let skipped = skipped_steps(arguments)?;
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| !skipped.contains(&step.name)) {
        println!("== {}", step.name);
        let started = Instant::now();
        let outcome = (step.action)();
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => println!("== {}: passed in {seconds:.1} s", step.name),
            Err(error) => {
                println!("== {}: FAILED in {seconds:.1} s: {error:#}", step.name);
                failed.push(step.name);
            }
        }
    }
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("failed: {}", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

fn skipped_steps(arguments: &[String]) -> Result<Vec<&'static str>> {
    let mut skipped = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        ensure!(argument == "--skip", "unknown argument of ci: {argument}");
        let name = rest.next().map_or("", String::as_str);
        match STEPS.iter().find(|step| step.name == name) {
            Some(step) => skipped.push(step.name),
            None => {
                let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
                bail!("--skip takes one of: {}", names.join(", "));
            }
        }
    }
    Ok(skipped)
}

fn docs() -> Result<()> {
    let mut command = command(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    project::run(command)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    project::run(command(arguments))
}

fn command(arguments: &[&str]) -> Command {
    let mut command = project::cargo();
    command.args(arguments);
    command
}
