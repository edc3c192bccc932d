//! Strikes a scenario at every point, and judges what is left.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use super::fault::{CALLS, Fault, Hit, MODES, count_calls};
use super::sandbox::{Sandbox, describe};
use super::scenarios::{Midway, Scenario};
use crate::project;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Full,
    /// Up to [`SAMPLE`] points per call and mode, first and last included.
    Sample,
}

const SAMPLE: usize = 6;

/// What a user sees before the command, and after it without faults.
struct States {
    old: String,
    new: String,
    verify: Verify,
}

/// Whether this drift can judge its own workspace already.
#[derive(Clone, Copy)]
enum Verify {
    Asked,
    Missing,
}

/// How one run ended, for the tally.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    NotReached,
    Killed,
    Exit(i32),
    /// Exit 0 and a right state, although this sync failed.
    Unsynced(String),
    /// The state is wrong, or the run itself was.
    Bad(String),
}

/// Prints the tally of `scenario`, and returns whether nothing was bad.
pub(super) fn run(
    scenario: &Scenario,
    drift: &Path,
    depth: Depth,
    calls: &[&str],
    workers: usize,
) -> Result<bool> {
    let started = Instant::now();
    let sandboxes: Result<Vec<Sandbox>> = (0..workers).map(|_| prepared(scenario, drift)).collect();
    let sandboxes = sandboxes.with_context(|| format!("cannot prepare {}", scenario.name))?;
    let first = sandboxes.first().context("no workers")?;
    let states = states(scenario, first)?;
    let mut faults = faults(scenario, first, depth)?;
    faults.retain(|fault| calls.is_empty() || calls.contains(&fault.call));
    println!(
        "{}: {} points, {workers} workers; old: {}; new: {}",
        scenario.name,
        faults.len(),
        states.old,
        states.new
    );

    let next = AtomicUsize::new(0);
    let endings = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for sandbox in &sandboxes {
            scope.spawn(|| {
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ending = strike(scenario, sandbox, fault, &states);
                    endings.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((*fault, ending));
                }
            });
        }
    });
    let endings = endings.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Ok(report(scenario, &endings, started))
}

fn prepared(scenario: &Scenario, drift: &Path) -> Result<Sandbox> {
    let sandbox = Sandbox::new(drift)?;
    (scenario.prepare)(&sandbox)?;
    sandbox.keep()?;
    Ok(sandbox)
}

fn states(scenario: &Scenario, sandbox: &Sandbox) -> Result<States> {
    let old = (scenario.observe)(sandbox)?;
    sandbox.start_over()?;
    sandbox.must(scenario.command).context("the command fails without any fault")?;
    let new = (scenario.observe)(sandbox)?;
    ensure!(old != new, "{} changes nothing that can be observed: {old}", scenario.name);
    let verify = match sandbox.missing(&[&["workspace", "verify"]])? {
        None => Verify::Asked,
        Some(_) => Verify::Missing,
    };
    check_health(sandbox, verify).context("without any fault")?;
    Ok(States { old, new, verify })
}

fn faults(scenario: &Scenario, sandbox: &Sandbox, depth: Depth) -> Result<Vec<Fault>> {
    sandbox.start_over()?;
    let counts = count_calls(sandbox, scenario.command)?;
    let mut faults = Vec::new();
    for mode in MODES {
        for call in CALLS {
            let count = counts.get(call).copied().unwrap_or(0);
            let numbers = points(count, depth).into_iter();
            faults.extend(numbers.map(|number| Fault { mode: *mode, call, number }));
        }
    }
    Ok(faults)
}

/// Which of `count` calls are struck, from 1.
fn points(count: usize, depth: Depth) -> Vec<usize> {
    if depth == Depth::Full || count <= SAMPLE {
        return (1..=count).collect();
    }
    (0..SAMPLE).map(|step| 1 + step * (count - 1) / (SAMPLE - 1)).collect()
}

fn strike(scenario: &Scenario, sandbox: &Sandbox, fault: &Fault, states: &States) -> Ending {
    let ending = sandbox.start_over().and_then(|()| judge(scenario, sandbox, fault, states));
    ending.unwrap_or_else(|error| {
        let reason = format!("{error:#}");
        let target =
            project::root().join("target/crash").join(format!("{}-{fault}", scenario.name).replace(' ', "-"));
        match sandbox.save(&target) {
            Ok(()) => Ending::Bad(format!("{reason} (kept in {})", target.display())),
            Err(error) => Ending::Bad(format!("{reason} (not kept: {error:#})")),
        }
    })
}

fn judge(scenario: &Scenario, sandbox: &Sandbox, fault: &Fault, states: &States) -> Result<Ending> {
    let ending = match fault.strike(sandbox, scenario.command)? {
        Hit::NotReached => return Ok(Ending::NotReached),
        Hit::Hung => bail!("hangs"),
        Hit::Killed if fault.mode == super::fault::Mode::Kill => Ending::Killed,
        Hit::Killed => bail!("died of a signal"),
        Hit::Exited(output, call) => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            ensure!(
                !stderr.contains("panicked at") && !stderr.contains("BUG:"),
                "panics: {}",
                describe(&output)
            );
            match output.status.code().unwrap_or(-1) {
                0 if fault.call.ends_with("sync") => Ending::Unsynced(call),
                code => Ending::Exit(code),
            }
        }
    };
    let seen = (scenario.observe)(sandbox).context("cannot be observed")?;
    let is_done = matches!(ending, Ending::Exit(0) | Ending::Unsynced(_));
    let is_expected = match scenario.midway {
        _ if is_done => seen == states.new,
        Midway::OldOrNew => seen == states.new || seen == states.old,
        Midway::OldOrNewEach => is_each_old_or_new(&seen, &states.old, &states.new),
        Midway::Anything => true,
    };
    if !is_expected && !(scenario.owns_up)(sandbox)? {
        bail!("{}: {seen}", if is_done { "exit 0, but" } else { "neither old nor new" });
    }
    if !scenario.recover.is_empty() {
        sandbox.must(scenario.recover).context("cannot recover")?;
        let settled = (scenario.observe)(sandbox).context("cannot be observed after recovery")?;
        ensure!(settled == states.new, "after recovery: {settled}");
    }
    check_health(sandbox, states.verify).context("in the end")?;
    Ok(ending)
}

fn is_each_old_or_new(seen: &str, old: &str, new: &str) -> bool {
    let parts = |text: &str| text.split(';').map(str::to_owned).collect::<Vec<_>>();
    let (seen, old, new) = (parts(seen), parts(old), parts(new));
    seen.len() == old.len()
        && seen.len() == new.len()
        && (seen.iter().zip(old.iter().zip(&new))).all(|(seen, (old, new))| seen == old || seen == new)
}

/// What must hold in every scenario once the dust has settled.
fn check_health(sandbox: &Sandbox, verify: Verify) -> Result<()> {
    sandbox.check_leftovers()?;
    sandbox.check_databases()?;
    if let Verify::Asked = verify {
        let document = sandbox.document(&["workspace", "verify"])?;
        ensure!(document["healthy"] == true, "verify finds: {}", document["findings"]);
    }
    Ok(())
}

fn report(scenario: &Scenario, endings: &[(Fault, Ending)], started: Instant) -> bool {
    let mut tally: BTreeMap<_, BTreeMap<String, usize>> = BTreeMap::new();
    let (mut bad, mut unsynced) = (Vec::new(), Vec::new());
    for (fault, ending) in endings {
        let label = match ending {
            Ending::NotReached => "not reached".to_owned(),
            Ending::Killed => "killed".to_owned(),
            Ending::Exit(0) => "exit 0 all the same".to_owned(),
            Ending::Unsynced(call) => {
                unsynced.push(format!("{fault}: {call}"));
                "exit 0, unsynced".to_owned()
            }
            Ending::Exit(code) => format!("exit {code}"),
            Ending::Bad(reason) => {
                bad.push(format!("{fault}: {reason}"));
                "BAD".to_owned()
            }
        };
        *tally.entry((fault.mode, fault.call)).or_default().entry(label).or_default() += 1;
    }
    for ((mode, call), counts) in &tally {
        let counts: Vec<_> = counts.iter().map(|(label, count)| format!("{count} × {label}")).collect();
        println!("  {mode:8} {call:16} {}", counts.join(", "));
    }
    // Threads take turns, so a few points may be missed; all points of a mode mean that nothing was injected.
    for mode in MODES {
        let mut of_mode = endings.iter().filter(|(fault, _)| fault.mode == *mode).peekable();
        if of_mode.peek().is_some() && of_mode.all(|(_, ending)| *ending == Ending::NotReached) {
            bad.push(format!("{mode}: not one fault was injected"));
        }
    }
    unsynced.sort();
    for line in &unsynced {
        println!("  NOTE exit 0 although a sync failed, {line}");
    }
    bad.sort();
    for line in &bad {
        println!("  BAD {line}");
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{}: {} runs, {} bad, {seconds:.0} s", scenario.name, endings.len(), bad.len());
    bad.is_empty()
}

#[cfg(test)]
mod tests;
