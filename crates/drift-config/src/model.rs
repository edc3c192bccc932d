//! [`Config`]: every setting, fully resolved. `default.toml` holds the built-in values and the prose of each
//! key; a test keeps the two lists of keys equal. What is optional here is optional by meaning (an override
//! for one project), never for want of a default.

mod ecosystem;

pub use ecosystem::{DependencyConfig, EcosystemConfig};

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{
    BranchName, ByteSize, DirPattern, Glob, HumanDuration, IgnorePattern, JournalMode, Limit, Pattern,
    Percent, Severity, StartupCheck,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Config {
    pub workspace: WorkspaceConfig,
    pub discover: DiscoverConfig,
    pub affected: AffectedConfig,
    pub rules: RulesConfig,
    pub gates: GatesConfig,
    pub db: DbConfig,
    pub lock: LockConfig,
    pub backup: BackupConfig,
    pub gc: GcConfig,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkspaceConfig {
    pub default_branch: BranchName,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscoverConfig {
    pub fixture_dirs: Vec<DirPattern>,
    pub artefact_dirs: Vec<DirPattern>,
    pub ignore: Vec<IgnorePattern>,
    pub ecosystem: Vec<EcosystemConfig>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AffectedConfig {
    pub global: Vec<Glob>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RulesConfig {
    pub dependency_cycle: Severity,
    pub duplicate_name: Severity,
    pub missing_member: Severity,
    pub invalid_manifest: Severity,
    pub version_mismatch: Severity,
    pub unsatisfied_range: Severity,
    pub outside_workspace: Severity,
    pub ignore: IgnoreConfig,
    pub projects: BTreeMap<String, RuleOverride>,
}

/// Of each rule, what is not reported: patterns of the subject of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoreConfig {
    pub dependency_cycle: Vec<Pattern>,
    pub duplicate_name: Vec<Pattern>,
    pub missing_member: Vec<Pattern>,
    pub invalid_manifest: Vec<Pattern>,
    pub version_mismatch: Vec<Pattern>,
    pub unsatisfied_range: Vec<Pattern>,
    pub outside_workspace: Vec<Pattern>,
}

/// What differs for one project; the rest is inherited from `[rules]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleOverride {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependency_cycle: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_name: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_member: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_manifest: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_mismatch: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsatisfied_range: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside_workspace: Option<Severity>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GatesConfig {
    pub max_errors: Limit<u32>,
    pub max_warnings: Limit<u32>,
    pub min_health: Percent,
    pub projects: BTreeMap<String, GateOverride>,
}

/// What differs for one project; the rest is inherited from `[gates]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateOverride {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_errors: Option<Limit<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_warnings: Option<Limit<u32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_health: Option<Percent>,
}

/// What one project must meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    pub max_errors: Limit<u32>,
    pub max_warnings: Limit<u32>,
    pub min_health: Percent,
}

impl GatesConfig {
    /// The gate of a project known by `names`: its id, its path and, if it is unique, its name. An override
    /// under an earlier name wins, limit by limit.
    pub fn of_project<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Gate {
        let mut gate = GateOverride::default();
        for found in names.into_iter().filter_map(|name| self.projects.get(name)) {
            gate.max_errors = gate.max_errors.or(found.max_errors);
            gate.max_warnings = gate.max_warnings.or(found.max_warnings);
            gate.min_health = gate.min_health.or(found.min_health);
        }
        Gate {
            max_errors: gate.max_errors.unwrap_or(self.max_errors),
            max_warnings: gate.max_warnings.unwrap_or(self.max_warnings),
            min_health: gate.min_health.unwrap_or(self.min_health),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DbConfig {
    pub startup_check: StartupCheck,
    pub journal_mode: JournalMode,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LockConfig {
    pub wait: HumanDuration,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BackupConfig {
    pub auto: bool,
    pub retention: RetentionConfig,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RetentionConfig {
    pub operational: u32,
    pub manual: u32,
    pub daily: u32,
    pub weekly: u32,
    pub monthly: u32,
    pub keep_within: HumanDuration,
    pub max_total_size: Limit<ByteSize>,
    pub safety_grace: HumanDuration,
}

impl RetentionConfig {
    /// Whether the policy keeps no backup for any reason of its own.
    pub fn is_empty(&self) -> bool {
        let counts = [self.operational, self.manual, self.daily, self.weekly, self.monthly];
        counts.iter().all(|&count| count == 0) && self.keep_within.0.is_zero()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GcConfig {
    pub auto: bool,
    pub history: HumanDuration,
    pub removed_projects: HumanDuration,
    pub baselines: HumanDuration,
    pub staging_grace: HumanDuration,
    pub vacuum_free_percent: Percent,
}
