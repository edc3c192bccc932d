//! How large the binary may be and how long it may take to start, against what was recorded.
//!
//! Both are ratios: of the size to the recorded one, of the time to that of `git --version` on the same machine in
//! alternating runs. Who needs more raises the record here, with the reason in the commit.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{Release, Verdict};

/// Of a stripped release build for x86-64 Linux, in bytes.
const RECORDED_SIZE: u64 = 18_200_000;
/// Growth that nobody has to explain.
const SIZE_RATIO: f64 = 1.15;

/// `drift --version` to `git --version`, medians. Recorded: 2.1.
const START_RATIO: f64 = 3.0;
const RUNS: usize = 31;

pub(super) fn size(release: &Release) -> Result<Verdict> {
    if let Some(skipped) = not_measured(release) {
        return Ok(skipped);
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(Verdict::Skipped("the record is for x86-64 Linux".into()));
    }
    let bytes = std::fs::metadata(&release.drift)?.len();
    let ratio = bytes as f64 / RECORDED_SIZE as f64;
    println!("{:17} {bytes} bytes, {ratio:.2} of the record, {SIZE_RATIO} allowed", "size");
    ensure!(ratio <= SIZE_RATIO, "the binary has {bytes} bytes, {ratio:.2} times the record");
    Ok(Verdict::Passed)
}

pub(super) fn start(release: &Release) -> Result<Verdict> {
    if let Some(skipped) = not_measured(release) {
        return Ok(skipped);
    }
    if Command::new("git").arg("--version").output().is_err() {
        return Ok(Verdict::Skipped("git, the measure, is not installed".into()));
    }
    let (mut drift, mut git) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        drift.push(time(Command::new(&release.drift).arg("--version"))?);
        git.push(time(Command::new("git").arg("--version"))?);
    }
    let ratio = median(&mut drift).as_secs_f64() / median(&mut git).as_secs_f64();
    println!("{:17} {ratio:.2} times `git --version`, {START_RATIO} allowed", "start");
    ensure!(ratio <= START_RATIO, "drift --version takes {ratio:.2} times as long as git --version");
    Ok(Verdict::Passed)
}

fn not_measured(release: &Release) -> Option<Verdict> {
    let why = "a development build says nothing of size and speed";
    (!release.is_optimised).then(|| Verdict::Skipped(why.into()))
}

fn time(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {command:?}"))?;
    let elapsed = started.elapsed();
    ensure!(status.success(), "{command:?}: {status}");
    Ok(elapsed)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
