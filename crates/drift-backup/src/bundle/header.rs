//! `bundle.json`: what a bundle holds, version 1.
//!
//! Rules: the version is read before anything else, and a newer one is refused; nothing in it depends on when,
//! where or by whom the bundle was written; it names databases, never files.

use drift_db::DatabaseKind;
use drift_db::portable::Form;
use serde::{Deserialize, Serialize};

use super::MAX_BYTES;
use crate::error::{BackupError, Result};

/// The newest format this drift knows, and the one it writes.
const FORMAT: u64 = 1;
/// The first member of every bundle.
pub(super) const NAME: &str = "bundle.json";
/// A header takes some five hundred bytes.
pub(super) const MAX_HEADER_BYTES: u64 = 64 << 10;

/// What a bundle says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleHeader {
    pub form: Form,
    /// In the order in which they follow.
    pub databases: Vec<BundleDatabase>,
}

/// What a bundle says of one of its databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleDatabase {
    pub kind: DatabaseKind,
    pub bytes: u64,
    pub blake3: String,
    pub schema_version: u32,
}

#[derive(Serialize, Deserialize)]
struct File {
    format: u64,
    kind: Kind,
    databases: Vec<FileDatabase>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Full,
    Ci,
}

#[derive(Serialize, Deserialize)]
struct FileDatabase {
    name: String,
    bytes: u64,
    blake3: String,
    schema_version: u32,
}

impl BundleHeader {
    /// The bytes of the member.
    pub(super) fn encode(&self) -> Vec<u8> {
        let database = |database: &BundleDatabase| FileDatabase {
            name: database.kind.name().into(),
            bytes: database.bytes,
            blake3: database.blake3.clone(),
            schema_version: database.schema_version,
        };
        let kind = match self.form {
            Form::Full => Kind::Full,
            Form::Ci => Kind::Ci,
        };
        let file = File { format: FORMAT, kind, databases: self.databases.iter().map(database).collect() };
        // Strings and numbers always encode.
        let mut text = serde_json::to_vec_pretty(&file).unwrap_or_default();
        text.push(b'\n');
        text
    }

    /// Reads the member.
    pub(super) fn decode(bytes: &[u8]) -> Result<BundleHeader> {
        #[derive(Deserialize)]
        struct Version {
            format: u64,
        }
        let parse = |why: serde_json::Error| refused(format!("{NAME} cannot be read: {why}"));
        let Version { format } = serde_json::from_slice(bytes).map_err(parse)?;
        if format > FORMAT {
            return Err(BackupError::NewerBundle { format });
        }
        let file: File = serde_json::from_slice(bytes).map_err(parse)?;
        let mut databases = Vec::new();
        for database in file.databases {
            let kind = DatabaseKind::WORKSPACE.into_iter().find(|kind| kind.name() == database.name);
            let kind = kind.ok_or_else(|| refused(format!("{NAME} names an unknown database")))?;
            let FileDatabase { bytes, blake3, schema_version, .. } = database;
            databases.push(BundleDatabase { kind, bytes, blake3, schema_version });
        }
        let ordered = databases.windows(2).all(|pair| pair[0].kind < pair[1].kind);
        if databases.is_empty() || !ordered {
            return Err(refused(format!("{NAME} does not name one or two databases in their order")));
        }
        let form = match file.kind {
            Kind::Full => Form::Full,
            Kind::Ci => Form::Ci,
        };
        if form == Form::Ci && databases.iter().any(|database| database.kind != DatabaseKind::Drift) {
            return Err(refused("a bundle for CI never holds cortex.db".into()));
        }
        let header = BundleHeader { form, databases };
        if header.bytes() > MAX_BYTES {
            return Err(refused(format!("its databases have more than {MAX_BYTES} bytes")));
        }
        Ok(header)
    }

    /// Of all databases together.
    pub fn bytes(&self) -> u64 {
        self.databases.iter().fold(0, |sum, database| sum.saturating_add(database.bytes))
    }

    /// Which databases it holds.
    pub fn kinds(&self) -> Vec<DatabaseKind> {
        self.databases.iter().map(|database| database.kind).collect()
    }
}

/// A bundle that is not one, or not one of ours.
pub(super) fn refused(detail: String) -> BackupError {
    BackupError::BundleRefused { detail }
}
