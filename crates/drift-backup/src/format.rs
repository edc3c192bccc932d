//! `snapshot.json`: the header of a snapshot, version 1, as `docs/formats.md` describes it.
//!
//! Rules: the version is read before anything else, and a newer one is refused; the header carries a BLAKE3 of
//! itself, so that no bit of it changes unnoticed; it names databases, never files, so that nothing in it can
//! point anywhere. Fields this drift does not know are kept when a header is rewritten.

use std::collections::BTreeMap;

use drift_db::DatabaseKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::archive::Compression;
use crate::id::SnapshotId;
use crate::reason::{Reason, Tier};

/// The newest format this drift knows, and the one it writes.
pub(crate) const FORMAT: u64 = 1;
/// The file that makes a directory a snapshot.
pub(crate) const FILE_NAME: &str = "snapshot.json";
/// A header takes a few kilobytes.
pub(crate) const MAX_BYTES: u64 = 1 << 20;
/// Stands for the hash while the hash is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a snapshot says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotHeader {
    pub id: SnapshotId,
    /// The identity of the workspace, if its database told one.
    pub workspace: Option<String>,
    pub reason: Reason,
    pub tier: Tier,
    pub note: Option<String>,
    pub pinned: bool,
    pub created_at: Timestamp,
    pub drift_version: String,
    pub git_head: Option<String>,
    /// When all of SQLite's checks passed on exactly these bytes.
    pub verified_at: Option<Timestamp>,
    pub compression: Compression,
    pub databases: Vec<DatabaseHeader>,
    extra: serde_json::Map<String, serde_json::Value>,
}

/// What a snapshot says of one of its databases.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseHeader {
    pub kind: DatabaseKind,
    /// Of the stored file.
    pub bytes: u64,
    /// Of the stored file.
    pub blake3: String,
    /// Of the database in it; the same unless compressed.
    pub content_bytes: u64,
    /// Of the database in it; the same unless compressed.
    pub content_blake3: String,
    pub schema_version: u32,
    /// When its pages were pinned.
    pub read_at: Timestamp,
    pub rows: BTreeMap<String, u64>,
}

/// Why a header cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    Newer(u64),
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u64,
    id: String,
    workspace: Option<String>,
    reason: Reason,
    tier: Tier,
    note: Option<String>,
    pinned: bool,
    created_at: String,
    drift_version: String,
    git_head: Option<String>,
    verified_at: Option<String>,
    compression: Compression,
    databases: Vec<FileDatabase>,
    #[serde(flatten)]
    extra: serde_json::Map<String, serde_json::Value>,
    header_blake3: String,
}

#[derive(Serialize, Deserialize)]
struct FileDatabase {
    name: String,
    bytes: u64,
    blake3: String,
    content_bytes: u64,
    content_blake3: String,
    schema_version: u32,
    read_at: String,
    rows: BTreeMap<String, u64>,
}

impl SnapshotHeader {
    /// The bytes of the file.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let file = File {
            format: FORMAT,
            id: self.id.to_string(),
            workspace: self.workspace.clone(),
            reason: self.reason,
            tier: self.tier,
            note: self.note.clone(),
            pinned: self.pinned,
            created_at: self.created_at.to_string(),
            drift_version: self.drift_version.clone(),
            git_head: self.git_head.clone(),
            verified_at: self.verified_at.map(|at| at.to_string()),
            compression: self.compression,
            databases: self.databases.iter().map(DatabaseHeader::to_file).collect(),
            extra: self.extra.clone(),
            header_blake3: BLANK.into(),
        };
        // Strings, numbers and maps with string keys always encode.
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        let hash = blake3::hash(text.as_bytes()).to_hex();
        if let Some(at) = hash_position(&text, BLANK) {
            text.replace_range(at..at + BLANK.len(), &hash);
        }
        text.into_bytes()
    }

    /// Reads the file of the snapshot in the directory `id`.
    pub(crate) fn decode(bytes: &[u8], id: &SnapshotId) -> Result<SnapshotHeader, HeaderFault> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let damaged = |what: &str| HeaderFault::Damaged(what.to_owned());
        let parse =
            |why: serde_json::Error| HeaderFault::Damaged(format!("its header cannot be read: {why}"));
        let Version { format } = serde_json::from_slice(bytes).map_err(parse)?;
        if format > FORMAT {
            return Err(HeaderFault::Newer(format));
        }
        let file: File = serde_json::from_slice(bytes).map_err(parse)?;
        let text = str::from_utf8(bytes).map_err(|_| damaged("its header is not UTF-8"))?;
        let sealed = hash_position(text, &file.header_blake3).is_some_and(|at| {
            let mut blank = text.to_owned();
            blank.replace_range(at..at + file.header_blake3.len(), BLANK);
            blake3::hash(blank.as_bytes()).to_hex().as_str() == file.header_blake3
        });
        if !sealed {
            return Err(damaged("its header does not match its own hash"));
        }
        if file.id != id.as_str() {
            return Err(damaged("its header is that of another snapshot"));
        }
        let time =
            |text: &str| text.parse::<Timestamp>().map_err(|_| damaged("a time in its header is malformed"));
        let databases: Vec<_> = file
            .databases
            .iter()
            .map(|database| DatabaseHeader::from_file(database, &time))
            .collect::<Result<_, _>>()?;
        let twice = databases.len() == 2 && databases[0].kind == databases[1].kind;
        if databases.is_empty() || databases.len() > 2 || twice {
            return Err(damaged("its header does not name one or two databases"));
        }
        Ok(SnapshotHeader {
            id: id.clone(),
            workspace: file.workspace,
            reason: file.reason,
            tier: file.tier,
            note: file.note,
            pinned: file.pinned,
            created_at: time(&file.created_at)?,
            drift_version: file.drift_version,
            git_head: file.git_head,
            verified_at: file.verified_at.as_deref().map(time).transpose()?,
            compression: file.compression,
            databases,
            extra: file.extra,
        })
    }

    /// A header to be filled in.
    pub(crate) fn new(id: SnapshotId, created_at: Timestamp, reason: Reason, tier: Tier) -> SnapshotHeader {
        SnapshotHeader {
            id,
            workspace: None,
            reason,
            tier,
            note: None,
            pinned: false,
            created_at,
            drift_version: String::new(),
            git_head: None,
            verified_at: None,
            compression: Compression::None,
            databases: Vec::new(),
            extra: serde_json::Map::new(),
        }
    }

    /// The name of the file that holds `kind`.
    pub(crate) fn file_name(&self, kind: DatabaseKind) -> String {
        format!("{}{}", kind.file_name(), self.compression.suffix())
    }
}

impl DatabaseHeader {
    fn to_file(&self) -> FileDatabase {
        FileDatabase {
            name: self.kind.name().into(),
            bytes: self.bytes,
            blake3: self.blake3.clone(),
            content_bytes: self.content_bytes,
            content_blake3: self.content_blake3.clone(),
            schema_version: self.schema_version,
            read_at: self.read_at.to_string(),
            rows: self.rows.clone(),
        }
    }

    fn from_file(
        file: &FileDatabase,
        time: &impl Fn(&str) -> Result<Timestamp, HeaderFault>,
    ) -> Result<DatabaseHeader, HeaderFault> {
        let kind = DatabaseKind::WORKSPACE.into_iter().find(|kind| kind.name() == file.name);
        Ok(DatabaseHeader {
            kind: kind.ok_or_else(|| HeaderFault::Damaged("its header names an unknown database".into()))?,
            bytes: file.bytes,
            blake3: file.blake3.clone(),
            content_bytes: file.content_bytes,
            content_blake3: file.content_blake3.clone(),
            schema_version: file.schema_version,
            read_at: time(&file.read_at)?,
            rows: file.rows.clone(),
        })
    }
}

/// Where the value of the header's own hash begins.
fn hash_position(text: &str, value: &str) -> Option<usize> {
    const KEY: &str = "\"header_blake3\": \"";
    (value.len() == BLANK.len())
        .then(|| text.rfind(&format!("{KEY}{value}\"")).map(|at| at + KEY.len()))
        .flatten()
}

#[cfg(test)]
mod tests;
