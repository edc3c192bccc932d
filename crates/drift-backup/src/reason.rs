//! Why a snapshot was taken, and the tier that decides how long it is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a snapshot was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    PreDestructive,
    SchemaMigration,
    VersionUpgrade,
    AutoSave,
    UserRequested,
    CiExport,
    Scheduled,
}

/// How long a snapshot is kept; later ones are longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Operational,
    Manual,
    Daily,
    Weekly,
    Monthly,
}

impl Reason {
    /// As in files and documents: `pre_destructive`.
    pub fn name(self) -> &'static str {
        match self {
            Reason::PreDestructive => "pre_destructive",
            Reason::SchemaMigration => "schema_migration",
            Reason::VersionUpgrade => "version_upgrade",
            Reason::AutoSave => "auto_save",
            Reason::UserRequested => "user_requested",
            Reason::CiExport => "ci_export",
            Reason::Scheduled => "scheduled",
        }
    }

    /// Whether drift took it so that a risky step can be undone. `latest` leaves these out: after a restore
    /// that went wrong, the newest of them holds exactly what nobody wants back.
    pub fn is_safety(self) -> bool {
        matches!(self, Reason::PreDestructive | Reason::SchemaMigration | Reason::VersionUpgrade)
    }

    /// The tier of a snapshot taken for this reason where nobody chose one.
    pub fn tier(self) -> Tier {
        match self {
            Reason::UserRequested | Reason::CiExport => Tier::Manual,
            Reason::Scheduled => Tier::Daily,
            _ => Tier::Operational,
        }
    }
}

impl Tier {
    /// As in files and documents: `daily`.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Operational => "operational",
            Tier::Manual => "manual",
            Tier::Daily => "daily",
            Tier::Weekly => "weekly",
            Tier::Monthly => "monthly",
        }
    }

    /// The reason that goes with a tier somebody asked for.
    pub fn reason(self) -> Reason {
        match self {
            Tier::Operational => Reason::AutoSave,
            Tier::Manual => Reason::UserRequested,
            Tier::Daily | Tier::Weekly | Tier::Monthly => Reason::Scheduled,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
