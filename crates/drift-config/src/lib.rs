//! The configuration of drift: built-in defaults < the user's `config.toml` < `drift.toml` <
//! `DRIFT_SECTION__KEY` variables < `--config key=value`.
//!
//! The rule that must hold: [`load()`] either returns a [`Config`] in which every value has the type and range
//! its key demands, or says everything that is wrong and where. It reads the two files it is given and nothing
//! else; the environment is an argument.
//!
//! ```no_run
//! # fn main() -> Result<(), drift_config::ConfigError> {
//! let options = drift_config::LoadOptions {
//!     workspace_file: Some("/repo/drift.toml".into()),
//!     ..drift_config::LoadOptions::default()
//! };
//! let loaded = drift_config::load(&options)?;
//! assert!(loaded.config.backup.retention.operational > 0);
//! # Ok(())
//! # }
//! ```

mod check;
mod ci;
mod edit;
mod error;
mod file;
mod keys;
mod layer;
mod load;
mod model;
mod problem;
mod reference;
mod schema;
mod settings;
mod suggest;
mod text;
mod value;

pub mod env;

#[cfg(test)]
mod tests;

pub use crate::{
    ci::{CiEnv, CiProvider, CiValue},
    edit::{init, set},
    error::ConfigError,
    file::{ConfigFile, MAX_FILE_SIZE},
    keys::{DEFAULT_TOML, KeyInfo, KeyPath, Kind, keys},
    layer::{Layer, Origin},
    load::{LoadOptions, Loaded, Provenance, load, validate},
    model::{
        AffectedConfig, BackupConfig, Config, DbConfig, DependencyConfig, DiscoverConfig, EcosystemConfig,
        Gate, GateOverride, GatesConfig, GcConfig, IgnoreConfig, LockConfig, RetentionConfig, RuleOverride,
        RulesConfig, WorkspaceConfig,
    },
    problem::{Problem, ProblemLevel, Style, code},
    reference::reference,
    schema::schema,
    settings::Setting,
    value::{
        BUILT_IN_ECOSYSTEMS, BranchName, ByteSize, DependencyKind, DirPattern, EcosystemName, FileGlob, Glob,
        HumanDuration, IgnorePattern, JournalMode, Limit, ManifestFormat, Pattern, Percent, Severity,
        StartupCheck, ValuePath,
    },
};
