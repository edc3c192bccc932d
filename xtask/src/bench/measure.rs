//! Runs pairs, and measures one process at a time.
//!
//! Each measured process is the only child of a small process of our own (`measure-one`), because what the system
//! tells about children is a maximum over all of them. Its peak memory has that small process as a floor, some 3 MB.

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::place::{Place, in_tree, is_installed};
use super::rows::{Job, Peer, Row, Step};

/// One run of a job, over all of its steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    pub(super) wall: Duration,
    /// `None` where the system does not tell.
    pub(super) cpu: Option<Duration>,
    pub(super) peak_bytes: Option<u64>,
}

pub(super) enum Outcome {
    /// Subject and peer, in pairs.
    Pairs(Vec<(Sample, Sample)>),
    Skipped(String),
    Failed(String),
}

/// Without `--runs`: pairs until this much time is spent, within the bounds.
const TIME_PER_PEER: Duration = Duration::from_secs(6);
const LEAST_PAIRS: usize = 5;
const MOST_PAIRS: usize = 40;

pub(super) fn measure_row<'a>(row: &'a Row, place: &Place, runs: Option<usize>) -> Vec<(&'a Peer, Outcome)> {
    row.peers
        .iter()
        .map(|peer| {
            let outcome = measure_peer(row, peer, place, runs);
            // A tool may say much; the table has room for the first line.
            let failed = |error: anyhow::Error| {
                Outcome::Failed(format!("{error:#}").lines().next().unwrap_or("").to_owned())
            };
            (peer, outcome.unwrap_or_else(failed))
        })
        .collect()
}

fn measure_peer(row: &Row, peer: &Peer, place: &Place, runs: Option<usize>) -> Result<Outcome> {
    if let Some(tool) = peer.tools.iter().find(|tool| !is_installed(tool)) {
        return Ok(Outcome::Skipped(format!("{tool} is not installed")));
    }
    // The first run of each is not counted: it warms the caches, and shows whether the command exists at all.
    if let Some(reason) = missing_command(row, place)? {
        return Ok(Outcome::Skipped(reason));
    }
    (row.setup)(place).with_context(|| format!("cannot set up {}", row.name))?;
    let (subject, rival) = ((row.subject)(place), (peer.job)(place));
    run_job(&subject, place).context("drift, first run")?;
    run_job(&rival, place).with_context(|| format!("{}, first run", peer.name))?;
    let started = Instant::now();
    let mut pairs = Vec::new();
    loop {
        pairs.push((run_job(&subject, place)?, run_job(&rival, place)?));
        let is_enough = match runs {
            Some(runs) => pairs.len() >= runs,
            None => pairs.len() >= LEAST_PAIRS && started.elapsed() > TIME_PER_PEER,
        };
        if is_enough || (runs.is_none() && pairs.len() >= MOST_PAIRS) {
            return Ok(Outcome::Pairs(pairs));
        }
    }
}

/// Why drift cannot run this row: `--help` of its command is a usage error, or not there.
fn missing_command(row: &Row, place: &Place) -> Result<Option<String>> {
    for words in row.needs {
        let output = place.command(&place.drift).args(*words).arg("--help").output()?;
        if !output.status.success() || output.stdout.is_empty() {
            return Ok(Some(format!("drift has no `{}`", words.join(" "))));
        }
    }
    Ok(None)
}

pub(super) fn run_job(job: &Job, place: &Place) -> Result<Sample> {
    (job.before)(place)?;
    let mut total = Sample { wall: Duration::ZERO, cpu: Some(Duration::ZERO), peak_bytes: Some(0) };
    for step in &job.steps {
        let sample = run_step(step, place)?;
        total.wall += sample.wall;
        total.cpu = total.cpu.zip(sample.cpu).map(|(sum, cpu)| sum + cpu);
        total.peak_bytes = total.peak_bytes.zip(sample.peak_bytes).map(|(most, peak)| most.max(peak));
    }
    Ok(total)
}

fn run_step(step: &Step, place: &Place) -> Result<Sample> {
    let mut command = place.command(&place.xtask);
    if let Some(tree) = &step.tree {
        in_tree(&mut command, tree);
    }
    let stdin = step.stdin.as_deref().unwrap_or(Path::new("-"));
    command.arg("measure-one").arg(stdin).arg(&step.program).args(&step.arguments);
    let output = command.output().context("cannot start the measuring process")?;
    let result: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!("{}: {}", step.program.display(), String::from_utf8_lossy(&output.stderr).trim())
    })?;
    if result["ok"] != json!(true) {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("{} {:?}: {}: {}", step.program.display(), step.arguments, result["status"], told.trim());
    }
    let nanoseconds = |key: &str| result[key].as_u64().map(Duration::from_nanos);
    Ok(Sample {
        wall: nanoseconds("wall_ns").context("the measuring process told no time")?,
        cpu: nanoseconds("cpu_ns"),
        peak_bytes: result["peak_bytes"].as_u64(),
    })
}

/// `measure-one STDIN PROGRAM ARGUMENTS...`: runs one process without output, and prints what it took as JSON.
pub(crate) fn measure_one(arguments: &[String]) -> Result<ExitCode> {
    let [stdin, program, rest @ ..] = arguments else { bail!("measure-one needs a program") };
    let stdin = if stdin == "-" { Stdio::null() } else { File::open(stdin)?.into() };
    let mut command = Command::new(program);
    command.args(rest).stdin(stdin).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    let wall = started.elapsed();
    let (cpu, peak) = children_usage();
    let document = json!({
        "ok": status.success(),
        "status": status.to_string(),
        "wall_ns": u64::try_from(wall.as_nanos())?,
        "cpu_ns": cpu.map(|cpu| cpu.as_nanos() as u64),
        "peak_bytes": peak,
    });
    println!("{document}");
    Ok(ExitCode::SUCCESS)
}

#[cfg(unix)]
fn children_usage() -> (Option<Duration>, Option<u64>) {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return (None, None) };
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    // Linux and the BSDs count kilobytes, macOS counts bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    let peak = u64::try_from(usage.max_rss()).ok().map(|peak| peak * unit);
    (u64::try_from(microseconds).ok().map(Duration::from_micros), peak)
}

#[cfg(not(unix))]
fn children_usage() -> (Option<Duration>, Option<u64>) {
    (None, None)
}
