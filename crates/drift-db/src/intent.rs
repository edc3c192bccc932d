//! The intent: that a change of several files is under way, and what finishing it takes.
//!
//! Rules: it is looked at and written only under a held workspace lock. It holds an operation, generated ids and
//! hashes, never a path: every path is made here from ids of a fixed form, so that an intent planted in a clone
//! names nothing outside `.drift/tmp` and `.drift-backups`. Anything unknown in it is refused, and so is one
//! whose workspace is not this one; nothing is changed then.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::durable;
use crate::error::{DbError, IoContext, Result};
use crate::kind::DatabaseKind;
use crate::lock::ExclusiveLock;
use crate::paths::WorkspacePaths;

/// The format of the file; another one is refused.
const FORMAT: u32 = 1;
/// An intent takes a few hundred bytes.
const MAX_BYTES: u64 = 64 << 10;

/// A swap of live databases under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    format: u32,
    pub operation: Operation,
    /// Names the staging directory and, if need be, the quarantine.
    pub id: String,
    /// The identities the workspace may have while the swap is half done; empty where none could be read.
    pub workspaces: Vec<String>,
    /// The snapshot to go back to if the swap cannot be finished.
    pub safety: Option<String>,
    pub databases: Vec<IntentDatabase>,
}

/// What the swap is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    Restore,
    Import,
    Reset,
}

/// One database that the swap replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntentDatabase {
    /// `drift` or `cortex`.
    pub name: String,
    /// BLAKE3 of the private copy that goes live.
    pub blake3: String,
}

impl Operation {
    /// As in messages and events.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Restore => "restore",
            Operation::Import => "import",
            Operation::Reset => "reset",
        }
    }
}

impl IntentDatabase {
    /// Which database it is; checked when the intent was read.
    pub fn kind(&self) -> Option<DatabaseKind> {
        DatabaseKind::WORKSPACE.into_iter().find(|kind| kind.name() == self.name)
    }
}

impl Intent {
    /// An intent whose swap starts when it is written.
    pub fn new(operation: Operation, id: &str) -> Intent {
        Intent {
            format: FORMAT,
            operation,
            id: id.to_owned(),
            workspaces: Vec::new(),
            safety: None,
            databases: Vec::new(),
        }
    }

    /// Where the private copies lie.
    pub fn staging(&self, paths: &WorkspacePaths) -> PathBuf {
        paths.staging().join(&self.id)
    }

    /// Where the live files went, or will go, that had to be moved aside.
    pub fn quarantine(&self, paths: &WorkspacePaths) -> PathBuf {
        paths.quarantine().join(&self.id)
    }

    /// Writes the intent durably: from now on the swap is finished or undone, by whoever comes next.
    pub fn write(&self, paths: &WorkspacePaths, _lock: &ExclusiveLock) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        durable::write_file(&paths.intent(), &text)
    }

    fn problem(&self) -> Option<String> {
        let hex = |text: &str| text.len() == 64 && is_hex(text);
        if self.format != FORMAT {
            return Some(format!("its format {} is unknown", self.format));
        }
        if !is_id(&self.id) || !self.safety.iter().all(|id| is_id(id)) {
            return Some("it holds an id that drift does not make".into());
        }
        if !self.workspaces.iter().all(|id| id.len() <= 64 && is_hex(id)) {
            return Some("it holds a workspace id that drift does not make".into());
        }
        if !self.databases.iter().all(|database| hex(&database.blake3) && database.kind().is_some()) {
            return Some("it names an unknown database or a malformed hash".into());
        }
        let twice = self.databases.len() > 1 && self.databases[0].name == self.databases[1].name;
        (twice || self.databases.is_empty() || self.databases.len() > 2)
            .then(|| "it does not name one or two databases".into())
    }
}

/// The intent of the workspace, if a swap is under way; the caller holds the workspace lock, shared or not.
pub fn read(paths: &WorkspacePaths) -> Result<Option<Intent>> {
    let path = paths.intent();
    durable::refuse_foreign_file(&path)?;
    let untrusted = |detail: String| DbError::Untrusted { path: path.clone(), detail };
    match path.symlink_metadata() {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(DbError::io("look at", &path, why)),
        Ok(meta) if meta.len() > MAX_BYTES => return Err(untrusted("it is too large for an intent".into())),
        Ok(_) => {}
    }
    let text = fs_err::read(&path).doing("read", &path)?;
    let intent: Intent = serde_json::from_slice(&text).map_err(|why| untrusted(why.to_string()))?;
    match intent.problem() {
        None => Ok(Some(intent)),
        Some(problem) => Err(untrusted(problem)),
    }
}

/// Removes the intent durably: the swap is over.
pub fn clear(paths: &WorkspacePaths, _lock: &ExclusiveLock) -> Result<()> {
    let path = paths.intent();
    match fs_err::remove_file(&path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(DbError::io("remove", &path, why)),
        _ => durable::sync_dir(&paths.drift_dir()),
    }
}

/// Ids are made of digits, letters of the basic alphabet and `-`: never a separator, a dot or a drive.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
