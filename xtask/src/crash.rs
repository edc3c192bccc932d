//! `cargo xtask crash`: kills or fails drift at each of its system calls, and looks at what is left.
//!
//! A scenario says how to get ready, which command to run, and what a user sees; the sweep does the rest.
//! After every fault the state must be one that the scenario allows, the next command must work, and nothing may lie about.
//! Killing a process does not lose what the kernel holds, so power loss is checked apart: `--order` lints the order of
//! writes, syncs and renames.
//! Needs Linux and strace; where they are missing it says so and succeeds.

mod bundles;
mod fault;
mod observe;
mod order;
mod recovery;
mod sandbox;
mod scenarios;
mod sweep;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::project::{self, Profile};
use sandbox::Sandbox;
use scenarios::{SCENARIOS, Scenario};
use sweep::Depth;

const USAGE: &str = "\
Usage: cargo xtask crash [SCENARIO]... [--quick] [--call NAME]... [--order] [--workers N] [--binary PATH] [--list]

--quick takes a sample of the points, --call strikes one system call only.
--order lints durability instead of injecting faults.
";

struct Options {
    /// All if empty.
    scenarios: Vec<&'static Scenario>,
    depth: Depth,
    /// All if empty.
    calls: Vec<&'static str>,
    check: Check,
    workers: usize,
    binary: Option<String>,
}

enum Check {
    Faults,
    Order,
}

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    if arguments.iter().any(|argument| argument == "--list") {
        for scenario in all() {
            println!("  {:16} {}", scenario.name, scenario.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let options = parse(arguments)?;
    if let Some(reason) = cannot_run() {
        println!("crash: skipped: {reason}");
        return Ok(ExitCode::SUCCESS);
    }
    let drift = match &options.binary {
        Some(path) => std::path::absolute(path)?,
        None => project::build("drift-cli", "drift", Profile::Dev)?,
    };
    let mut is_good = true;
    for scenario in &options.scenarios {
        let probe = Sandbox::new(&drift)?;
        if let Some(reason) = probe.missing(scenario.needs)? {
            println!("{}: skipped: {reason}", scenario.name);
            continue;
        }
        is_good &= match options.check {
            Check::Faults => sweep::run(scenario, &drift, options.depth, &options.calls, options.workers)?,
            Check::Order => order::run(scenario, &probe)?,
        };
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn all() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().chain(recovery::SCENARIOS).chain(bundles::SCENARIOS)
}

fn cannot_run() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("faults are injected with strace, which needs Linux");
    }
    let output = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).output();
    match output {
        Err(_) => Some("strace is not installed"),
        Ok(output) if !output.status.success() => Some("strace may not trace here"),
        Ok(_) => None,
    }
}

fn parse(arguments: &[String]) -> Result<Options> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let mut options = Options {
        scenarios: Vec::new(),
        depth: Depth::Full,
        calls: Vec::new(),
        check: Check::Faults,
        workers,
        binary: None,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--quick" => options.depth = Depth::Sample,
            "--order" => options.check = Check::Order,
            "--call" => {
                let name = rest.next().map_or("", String::as_str);
                let call = fault::CALLS.iter().find(|call| **call == name);
                options
                    .calls
                    .push(call.with_context(|| format!("--call takes one of: {}", fault::CALLS.join(", ")))?);
            }
            "--binary" => options.binary = Some(rest.next().context("--binary takes a path")?.clone()),
            "--workers" => {
                let number = rest.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                options.workers = number.context("--workers takes a positive number")?;
            }
            name => match all().find(|scenario| scenario.name == name) {
                Some(scenario) => options.scenarios.push(scenario),
                None => bail!("no such scenario or option: {name}\n\n{USAGE}"),
            },
        }
    }
    if options.scenarios.is_empty() {
        options.scenarios.extend(all());
    }
    Ok(options)
}
