//! Looking whether a snapshot is still what it was: hashes first, then, where they agree, structure.
//!
//! Changes nothing in the store. What SQLite's checks miss (five of six flipped bits) the hashes find.

use std::collections::BTreeSet;

use drift_db::copy::Watch;
use drift_db::private::{Check, vet};
use drift_db::{DbError, integrity::Level};

use crate::archive::{self, Compression};
use crate::error::{IoContext, Result};
use crate::format;
use crate::store::Snapshot;
use crate::work::Work;

/// Something that is wrong with a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFinding {
    /// `snapshot.hash`, `snapshot.size`, `snapshot.extra_file`, `snapshot.structure`, `snapshot.rows`,
    /// `snapshot.untrusted`.
    pub code: &'static str,
    /// The file.
    pub subject: String,
    pub message: String,
}

/// Verifies one snapshot: every file by its hash; what is stored plain also by SQLite's checks.
pub fn verify(snapshot: &Snapshot, work: &Work<'_>) -> Result<Vec<SnapshotFinding>> {
    let mut findings = Vec::new();
    let header = &snapshot.header;
    let mut finding = |code, subject: &str, message: String| {
        findings.push(SnapshotFinding { code, subject: subject.to_owned(), message });
    };
    let known: BTreeSet<String> = (header.databases.iter())
        .map(|database| header.file_name(database.kind))
        .chain([format::FILE_NAME.to_owned()])
        .collect();
    for entry in fs_err::read_dir(snapshot.dir()).doing("list", snapshot.dir())? {
        let name = entry.doing("list", snapshot.dir())?.file_name().to_string_lossy().into_owned();
        if !known.contains(&name) {
            finding("snapshot.extra_file", &name, "it does not belong to the snapshot".into());
        }
    }
    work.phase("verifying", header.databases.iter().map(|database| database.content_bytes).sum());
    for database in &header.databases {
        let (name, file) = (header.file_name(database.kind), snapshot.file(database));
        let unpacked = archive::unpack(&file, None, header.compression, database.content_bytes, work)?;
        if unpacked.stored.bytes != database.bytes {
            finding(
                "snapshot.size",
                &name,
                format!("it has {} bytes, not {}", unpacked.stored.bytes, database.bytes),
            );
            continue;
        }
        let content = unpacked.content.map(|content| content.blake3);
        if unpacked.stored.blake3 != database.blake3 || content.as_ref() != Some(&database.content_blake3) {
            finding("snapshot.hash", &name, "its content is not what was stored".into());
            continue;
        }
        if header.compression != Compression::None {
            continue;
        }
        match vet(&file, database.kind, Check::Level(Level::Full), work.interrupt) {
            Ok(vetted) => {
                for broken in &vetted.findings {
                    finding("snapshot.structure", &name, broken.message.clone());
                }
                if vetted.findings.is_empty() && vetted.rows != database.rows {
                    finding("snapshot.rows", &name, "it does not hold the rows its header tells of".into());
                }
            }
            Err(DbError::Corrupt { detail, .. }) => finding("snapshot.structure", &name, detail),
            Err(DbError::Untrusted { detail, .. }) => finding("snapshot.untrusted", &name, detail),
            // Its bytes are what a newer drift stored; only that drift can say more.
            Err(DbError::NewerSchema { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    work.watched(|watch: Watch<'_>| watch.check())?;
    Ok(findings)
}

#[cfg(test)]
mod tests;
