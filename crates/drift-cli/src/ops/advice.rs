//! What to do next: the facts of a workspace, judged, each with the command that mends it.
//!
//! Pure: facts in, advice out, the most important first. Nothing here depends on how much time has passed, so
//! that the same state always gets the same advice.

use schemars::JsonSchema;
use serde::Serialize;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct Advice {
    /// Dotted and stable: `backup.none`.
    pub(crate) code: &'static str,
    /// What is the case: lower case, no final period.
    pub(crate) message: String,
    /// The command that mends it.
    pub(crate) command: String,
}

/// What is known of a workspace.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// What was interrupted: `restore`.
    pub(super) interrupted: Option<&'static str>,
    /// The files of the databases with an older schema.
    pub(super) old_schemas: Vec<&'static str>,
    pub(super) scanned: bool,
    pub(super) stale: bool,
    /// Whether the gate of the last recorded check failed.
    pub(super) gate_failed: bool,
    pub(super) problems: i64,
    pub(super) snapshots: usize,
    /// Directories that have the name of a snapshot and are none.
    pub(super) damaged_snapshots: usize,
}

/// The advice for `facts`.
pub(super) fn advise(facts: &Facts) -> Vec<Advice> {
    let mut all = Vec::new();
    let mut add = |code, message: String, command: &str| {
        all.push(Advice { code, message, command: command.to_owned() });
    };
    if let Some(operation) = facts.interrupted {
        let message = format!("a {operation} was interrupted and is not finished yet");
        add("intent.pending", message, "drift workspace verify --repair");
    }
    if !facts.old_schemas.is_empty() {
        let message = format!("the schema of {} is older than this drift", facts.old_schemas.join(" and "));
        add("schema.pending", message, "drift workspace migrate");
    }
    if !facts.scanned {
        add("scan.none", "nothing was scanned yet".to_owned(), "drift workspace scan");
    } else if facts.stale {
        add("scan.stale", "manifests have changed since the last scan".to_owned(), "drift workspace scan");
    }
    if facts.gate_failed {
        add("check.failed", "the last recorded check failed its gate".to_owned(), "drift workspace check");
    }
    if facts.damaged_snapshots > 0 {
        let message = counted(facts.damaged_snapshots as u64, "snapshot is", "snapshots are") + " damaged";
        add("backup.damaged", message, "drift workspace verify");
    }
    if facts.snapshots == 0 {
        add("backup.none", "there is no snapshot yet".to_owned(), "drift workspace backup");
    }
    if facts.problems > 0 {
        let message = counted(facts.problems.unsigned_abs(), "problem", "problems") + " in manifests";
        add("scan.problems", message, "drift workspace projects");
    }
    all
}

/// `1 problem`, `3 problems`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests;
