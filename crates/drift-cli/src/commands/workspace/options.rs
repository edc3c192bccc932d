//! From flags and configuration to the options of operations.

mod ecosystem;

use std::path::{Path, PathBuf};

use drift_config::{CiEnv, Config, HumanDuration, Limit};
use drift_discover::{DiscoverOptions, TreeOptions, WalkOptions};
use drift_gc::{FullVacuum, GcPolicy, Quarantine, RetentionPolicy};
use jiff::SignedDuration;

use crate::ops::affected::{AffectedOptions, Changes};
use crate::ops::backup::ScheduleOptions;
use crate::ops::base::{self, BaseOptions};
use crate::ops::cache_key::CacheKeyOptions;
use crate::ops::check::{CheckOptions, Keep, Policy, Scope};
use crate::ops::gc::AutomaticOptions;
use crate::ops::scan::{Rehash, ScanOptions};
use crate::shell::Shell;

/// How a scan works, unless the command says otherwise.
pub(super) fn scan(config: &Config, shell: &Shell<'_>, rehash: Rehash) -> ScanOptions {
    let build = shell.build().to_owned();
    ScanOptions { tree: tree(config, git_ignore(shell)), threads: 0, rehash, build }
}

/// What is asked of `affected`; `base` and `changes` come from the flags.
pub(super) fn affected(
    config: &Config,
    shell: &Shell<'_>,
    base: Option<String>,
    changes: Changes,
    depth: Option<usize>,
) -> AffectedOptions {
    AffectedOptions {
        tree: tree(config, git_ignore(shell)),
        base: BaseOptions { flag: base, ..compared_with(config, shell, base::ci(&shell.vars())) },
        changes,
        globals: config.affected.global.iter().map(|glob| glob.as_str().to_owned()).collect(),
        depth,
    }
}

/// What is asked of `cache-key` for the run `ci`.
pub(super) fn cache_key(config: &Config, shell: &Shell<'_>, ci: &CiEnv) -> CacheKeyOptions {
    CacheKeyOptions {
        tree: tree(config, git_ignore(shell)),
        base: compared_with(config, shell, Some(ci.clone())),
    }
}

/// What is asked of `check`, besides its flags.
pub(super) fn check(config: &Config, shell: &Shell<'_>, base: Option<String>) -> CheckOptions {
    CheckOptions {
        scan: scan(config, shell, Rehash::Changed),
        base: BaseOptions { flag: base, ..compared_with(config, shell, base::ci(&shell.vars())) },
        policy: Policy { rules: config.rules.clone(), gates: config.gates.clone() },
        scope: Scope::All,
        keep: Keep::Nothing,
        projects: Vec::new(),
    }
}

/// What names the base, besides a flag.
fn compared_with(config: &Config, shell: &Shell<'_>, ci: Option<CiEnv>) -> BaseOptions {
    let branch = config.workspace.default_branch.as_str();
    let variable = shell.vars().get(drift_config::env::BASE).filter(|value| !value.is_empty()).cloned();
    BaseOptions { flag: None, variable, ci, default_branch: (!branch.is_empty()).then(|| branch.to_owned()) }
}

/// The file of patterns that git reads where `core.excludesFile` is not set.
fn git_ignore(shell: &Shell<'_>) -> Option<PathBuf> {
    let vars = shell.vars();
    let set = vars.get("XDG_CONFIG_HOME").filter(|dir| !dir.is_empty()).map(|dir| shell.path(Path::new(dir)));
    let dir = set.or_else(|| Some(shell.place.home.as_ref()?.join(".config")))?;
    Some(dir.join("git").join("ignore"))
}

/// How a tree is read.
fn tree(config: &Config, default_excludes: Option<PathBuf>) -> TreeOptions {
    let text = |dirs: &[drift_config::DirPattern]| dirs.iter().map(|dir| dir.as_str().to_owned()).collect();
    TreeOptions {
        walk: WalkOptions {
            ignore: config.discover.ignore.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            default_excludes,
            ..WalkOptions::default()
        },
        discover: DiscoverOptions {
            fixture_dirs: text(&config.discover.fixture_dirs),
            artefact_dirs: text(&config.discover.artefact_dirs),
            ecosystems: config.discover.ecosystem.iter().map(ecosystem::custom).collect(),
        },
    }
}

/// Which snapshots are kept.
pub(super) fn retention(config: &Config) -> RetentionPolicy {
    let retention = &config.backup.retention;
    RetentionPolicy {
        operational: retention.operational,
        manual: retention.manual,
        daily: retention.daily,
        weekly: retention.weekly,
        monthly: retention.monthly,
        keep_within: (!retention.keep_within.0.is_zero()).then(|| signed(retention.keep_within)),
        max_total_size: match retention.max_total_size {
            Limit::Unlimited => None,
            Limit::At(size) => Some(size.0),
        },
        safety_grace: signed(retention.safety_grace),
    }
}

/// What a gc removes, unless the command says otherwise.
pub(super) fn gc(config: &Config) -> GcPolicy {
    GcPolicy {
        history: signed(config.gc.history),
        removed_projects: signed(config.gc.removed_projects),
        baselines: signed(config.gc.baselines),
        staging_grace: signed(config.gc.staging_grace),
        vacuum_free_percent: u64::from(config.gc.vacuum_free_percent.get()),
        retention: retention(config),
        full: FullVacuum::Automatic,
        max_pages: None,
        quarantine: Quarantine::Keep,
    }
}

/// Whether a command that wrote also removes what nobody needs.
pub(super) fn automatic_gc(config: &Config, shell: &Shell<'_>) -> AutomaticOptions {
    let in_ci = CiEnv::detect(&shell.vars()).is_some();
    AutomaticOptions { enabled: config.gc.auto && !in_ci, policy: gc(config) }
}

/// Whether a command that wrote takes the scheduled snapshot that is due.
pub(super) fn schedule(config: &Config, shell: &Shell<'_>) -> ScheduleOptions {
    let in_ci = CiEnv::detect(&shell.vars()).is_some();
    ScheduleOptions { enabled: config.backup.auto && !in_ci, retention: retention(config) }
}

/// The configuration allows a hundred years at most.
fn signed(time: HumanDuration) -> SignedDuration {
    SignedDuration::try_from(time.0).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests;
