//! One fault: which system call, the how manieth, and what happens to it.
//!
//! strace counts per thread and per name. A killed call is not executed; a failed one is neither.

use std::collections::BTreeMap;
use std::fmt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::sandbox::Sandbox;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Kill,
    /// That one call finds the disk full.
    NoSpaceOnce,
    /// That call and every later one of its name: a disk that stays full.
    NoSpaceFromThere,
    IoError,
}

pub(super) const MODES: &[Mode] = &[Mode::Kill, Mode::NoSpaceOnce, Mode::NoSpaceFromThere, Mode::IoError];

/// Calls that change a disk, or decide what will be changed. SQLite and Rust use different ones of each family.
pub(super) const CALLS: &[&str] = &[
    "copy_file_range",
    "fallocate",
    "fchmod",
    "fdatasync",
    "fsync",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "openat",
    "pwrite64",
    "rename",
    "renameat",
    "renameat2",
    "sendfile",
    "unlink",
    "unlinkat",
    "write",
];

#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) mode: Mode,
    pub(super) call: &'static str,
    /// From 1.
    pub(super) number: usize,
}

/// A run that takes longer than this hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

pub(super) enum Hit {
    /// The command ended before it made that call.
    NotReached,
    Killed,
    /// With what the process did then, and the first call that failed.
    Exited(Output, String),
    Hung,
}

impl Fault {
    fn injection(&self) -> String {
        let Self { mode, call, number } = self;
        match mode {
            Mode::Kill => format!("inject={call}:signal=KILL:when={number}"),
            Mode::NoSpaceOnce => format!("inject={call}:error=ENOSPC:when={number}"),
            Mode::NoSpaceFromThere => format!("inject={call}:error=ENOSPC:when={number}+"),
            Mode::IoError => format!("inject={call}:error=EIO:when={number}"),
        }
    }

    /// Runs drift with `arguments` under this fault.
    pub(super) fn strike(&self, sandbox: &Sandbox, arguments: &[&str]) -> Result<Hit> {
        let mut command = strace(sandbox, &[self.call]);
        command.arg("-e").arg(self.injection()).arg(sandbox.binary()).args(arguments);
        let child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("cannot run strace")?;
        let Some(output) = wait(child)? else { return Ok(Hit::Hung) };
        let log = std::fs::read(sandbox.log()).context("strace wrote no log")?;
        let log = String::from_utf8_lossy(&log);
        // strace dies of the signal that drift died of; a child of drift that was killed is only in the log.
        Ok(if output.status.code().is_none() {
            Hit::Killed
        } else if let Some(line) = log.lines().find(|line| is_struck(line)) {
            Hit::Exited(output, line.replace(&*sandbox.tree().to_string_lossy(), ""))
        } else {
            Hit::NotReached
        })
    }
}

fn is_struck(line: &str) -> bool {
    line.contains("(INJECTED)") || line.contains("+++ killed by")
}

/// How often the busiest thread makes each of [`CALLS`] in a run without faults.
pub(super) fn count_calls(sandbox: &Sandbox, arguments: &[&str]) -> Result<BTreeMap<&'static str, usize>> {
    let mut command = strace(sandbox, CALLS);
    command.arg(sandbox.binary()).args(arguments).output().context("cannot run strace")?;
    let log = std::fs::read(sandbox.log()).context("strace wrote no log")?;
    Ok(most_per_thread(&String::from_utf8_lossy(&log)))
}

fn most_per_thread(log: &str) -> BTreeMap<&'static str, usize> {
    let mut per_thread: BTreeMap<(&str, &'static str), usize> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let name = text.trim_start().split('(').next().unwrap_or("");
        if let Some(call) = CALLS.iter().find(|call| **call == name) {
            *per_thread.entry((thread, call)).or_default() += 1;
        }
    }
    let mut most: BTreeMap<&'static str, usize> = BTreeMap::new();
    for ((_, call), count) in per_thread {
        let most = most.entry(call).or_default();
        *most = count.max(*most);
    }
    most
}

fn strace(sandbox: &Sandbox, calls: &[&str]) -> Command {
    let mut command = sandbox.command("strace".as_ref());
    // Not `--seccomp-bpf`, fast as it is: strace 6.1 injects no signals with it, and every kill would be missed.
    command.args(["-f", "-q", "-y", "-o"]).arg(sandbox.log());
    command.arg("-e").arg(format!("trace={}", calls.join(",")));
    command
}

/// `None` if it had to be stopped.
fn wait(mut child: Child) -> Result<Option<Output>> {
    let started = Instant::now();
    while child.try_wait()?.is_none() {
        if started.elapsed() > TIME_LIMIT {
            stop(&mut child);
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    Ok(Some(child.wait_with_output()?))
}

/// Asks strace to end, which takes its child with it.
#[cfg(unix)]
fn stop(child: &mut Child) {
    use nix::sys::signal::{Signal, kill};
    let Ok(id) = i32::try_from(child.id()) else { return };
    // If it is gone already there is nothing to stop.
    let _ = kill(nix::unistd::Pid::from_raw(id), Signal::SIGTERM);
}

#[cfg(not(unix))]
fn stop(child: &mut Child) {
    // If it is gone already there is nothing to stop.
    let _ = child.kill();
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mode, call, number } = self;
        write!(f, "{mode} {call} #{number}")
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kill => "KILL",
            Self::NoSpaceOnce => "ENOSPC",
            Self::NoSpaceFromThere => "ENOSPC+",
            Self::IoError => "EIO",
        })
    }
}

#[cfg(test)]
mod tests;
