//! Scenarios in which recovery itself is killed: a restore dies at a chosen place, and so does the command that
//! finishes it.

use anyhow::{Result, ensure};

use super::fault::{Fault, Hit, Mode, count_calls};
use super::observe::snapshots;
use super::sandbox::Sandbox;
use super::scenarios::{Midway, Scenario, two_generations};

const RESTORE: &[&str] = &["workspace", "restore", "latest~1", "--yes"];
const REPAIR: &[&str] = &["workspace", "verify", "--repair", "--yes"];

pub(super) const SCENARIOS: &[Scenario] = &[
    recovery(
        "recover-early",
        "recovery of a restore that died as soon as its intent was written",
        |sandbox| killed(sandbox, Where::First),
    ),
    recovery("recover-late", "recovery of a restore that died before it cleared its intent", |sandbox| {
        killed(sandbox, Where::Last)
    }),
    recovery(
        "recover-damaged",
        "the same over a database without a header, which is replaced by a rename",
        |sandbox| {
            two_generations(sandbox)?;
            sandbox.damage(".drift/drift.db", 0)?;
            strike(sandbox, Where::First)
        },
    ),
    recovery(
        "recover-undo",
        "recovery of a restore whose copies are gone: back to the safety snapshot",
        |sandbox| {
            killed(sandbox, Where::First)?;
            let staging = sandbox.tree().join(".drift/tmp");
            std::fs::remove_dir_all(&staging)?;
            Ok(std::fs::create_dir(&staging)?)
        },
    ),
];

const fn recovery(name: &'static str, what: &'static str, prepare: fn(&Sandbox) -> Result<()>) -> Scenario {
    Scenario {
        name,
        what,
        needs: &[&["workspace", "init"], &["workspace", "restore"], &["workspace", "verify"]],
        prepare,
        command: REPAIR,
        observe: as_it_lies,
        midway: Midway::Anything,
        owns_up: |_| Ok(false),
        recover: REPAIR,
    }
}

/// Which of the states that hold an intent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    First,
    Last,
}

fn killed(sandbox: &Sandbox, wanted: Where) -> Result<()> {
    two_generations(sandbox)?;
    strike(sandbox, wanted)
}

/// Kills a restore where it is to die: at the first or the last write that leaves an intent behind.
fn strike(sandbox: &Sandbox, wanted: Where) -> Result<()> {
    sandbox.keep()?;
    let writes = count_calls(sandbox, RESTORE)?.get("pwrite64").copied().unwrap_or(0);
    let numbers: Box<dyn Iterator<Item = usize>> = match wanted {
        Where::First => Box::new(1..=writes),
        Where::Last => Box::new((1..=writes).rev()),
    };
    for number in numbers {
        sandbox.start_over()?;
        let hit = Fault { mode: Mode::Kill, call: "pwrite64", number }.strike(sandbox, RESTORE)?;
        if matches!(hit, Hit::Killed) && sandbox.tree().join(".drift/intent.json").exists() {
            return Ok(());
        }
    }
    ensure!(false, "no kill of a restore left an intent");
    Ok(())
}

/// What lies there, without a command that would recover it: the events of each database, and the intent.
fn as_it_lies(sandbox: &Sandbox) -> Result<String> {
    let events = |name: &str| {
        // A database without a header has none.
        let asked = sandbox.ask(name, "SELECT count(*) FROM event;");
        asked.unwrap_or_else(|_| "unreadable".to_owned())
    };
    let pending = sandbox.tree().join(".drift/intent.json").exists();
    let (drift, cortex) = (events("drift"), events("cortex"));
    let intent = if pending { "an intent" } else { "no intent" };
    Ok(format!("events: drift {drift}, cortex {cortex}; {intent}; {}", snapshots(sandbox)?))
}
