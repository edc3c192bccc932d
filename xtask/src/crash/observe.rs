//! What observers of several scenarios look at: what is live, and which backups are there.

use anyhow::Result;
use serde_json::Value;

use super::sandbox::Sandbox;

/// What is live.
pub(super) enum Live {
    /// As `backup show` tells of a backup of it.
    Databases(Value),
    /// The error code, or that it is lost.
    Lost(String),
}

/// Takes a backup of what is live, looks at it, and deletes it again.
pub(super) fn backed_up(sandbox: &Sandbox) -> Result<Live> {
    let taken = sandbox.document(&["workspace", "backup"])?;
    if taken["ok"] != Value::Bool(true) {
        // Nothing there and a directory with nothing in it are the same loss, with different words.
        let code = taken["error"]["code"].as_str().unwrap_or_default();
        let lost = if matches!(code, "no_workspace" | "corrupt") { "lost" } else { code };
        return Ok(Live::Lost(lost.to_owned()));
    }
    let id = taken["id"].as_str().unwrap_or_default().to_owned();
    let shown = sandbox.document(&["workspace", "backup", "show", &id])?;
    sandbox.must(&["workspace", "backup", "delete", &id, "--yes"])?;
    Ok(Live::Databases(shown))
}

/// The backups that were asked for, and whether all are whole.
pub(super) fn snapshots(sandbox: &Sandbox) -> Result<String> {
    let list = sandbox.document(&["workspace", "backup", "list"])?;
    let verified = sandbox.document(&["workspace", "backup", "verify"])?;
    let count = |document: &Value, is_wanted: fn(&Value) -> bool| {
        document["backups"].as_array().into_iter().flatten().filter(|backup| is_wanted(backup)).count()
    };
    let asked_for = count(&list, |backup| backup["reason"] == "user_requested");
    let damaged = count(&verified, |backup| backup["healthy"] != Value::Bool(true));
    Ok(format!("{asked_for} backups, {damaged} damaged"))
}
