//! What is killed, and what must be true afterwards.
//!
//! To add a scenario, add an entry to [`SCENARIOS`]. `observe` says what a user sees, as text that is the same for the
//! same state: counts and versions, not times and sizes.

use anyhow::Result;
use serde_json::Value;

use super::sandbox::Sandbox;

pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// Commands of drift that must exist.
    pub(super) needs: &'static [&'static [&'static str]],
    /// From a bare repository to the state before the command.
    pub(super) prepare: fn(&Sandbox) -> Result<()>,
    /// The arguments of the run that is struck.
    pub(super) command: &'static [&'static str],
    pub(super) observe: fn(&Sandbox) -> Result<String>,
    pub(super) midway: Midway,
    /// Whether drift itself reports that something is missing: then another state than the expected one is honest.
    pub(super) owns_up: fn(&Sandbox) -> Result<bool>,
    /// What a user does next, which must work and lead to what the command leads to without faults.
    /// Nothing if empty: then the state after the fault is final.
    pub(super) recover: &'static [&'static str],
}

/// What may be seen after a fault, before anybody recovers.
pub(super) enum Midway {
    /// The state before the command or the one after it, and nothing between.
    OldOrNew,
    /// The command has several durable steps.
    Anything,
}

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "init",
        what: "the first init of a repository",
        needs: &[&["workspace", "init"], &["workspace", "status"]],
        prepare: |_| Ok(()),
        command: &["workspace", "init"],
        observe: status,
        midway: Midway::Anything,
        owns_up: reports_problems,
        recover: &["workspace", "init"],
    },
    Scenario {
        name: "scan",
        what: "a scan after files came, went and changed",
        needs: &[&["workspace", "init"], &["workspace", "scan"], &["workspace", "status"]],
        prepare: |sandbox| {
            sandbox.must(&["workspace", "init"])?;
            for name in ["c", "d"] {
                let manifest = format!("{{ \"name\": \"{name}\", \"version\": \"1.0.0\" }}\n");
                sandbox.write(&format!("packages/{name}/package.json"), &manifest)?;
            }
            sandbox.write("packages/a/index.js", "export const a = 2;\n")?;
            std::fs::remove_file(sandbox.tree().join("tool/Cargo.toml"))?;
            Ok(())
        },
        command: &["workspace", "scan"],
        observe: status,
        midway: Midway::OldOrNew,
        owns_up: reports_problems,
        recover: &["workspace", "scan"],
    },
];

/// Versions and counts, or the code of the error.
fn status(sandbox: &Sandbox) -> Result<String> {
    let document = sandbox.document(&["workspace", "status"])?;
    if document["ok"] != Value::Bool(true) {
        return Ok(format!("error {}", document["error"]["code"]));
    }
    Ok(format!(
        "projects {}, files {}, schema {}",
        document["projects"], document["files"], document["schemas"]
    ))
}

/// A file or folder that could not be read is a problem of the scan, not its end.
fn reports_problems(sandbox: &Sandbox) -> Result<bool> {
    let document = sandbox.document(&["workspace", "status"])?;
    Ok(document["problems"].as_u64().is_some_and(|number| number > 0))
}
