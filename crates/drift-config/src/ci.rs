//! [`CiEnv`]: which CI provider runs drift, and what it says of branch, commit and base, from a map of
//! variables. One row per provider in `ci/providers.rs`.
//!
//! Nothing is read but the map; where a provider writes the rest to a file, [`CiEnv::event_file`] names it.
//! Branches and commits come from whoever opened a pull request: what git would not take as a name is dropped.

mod providers;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use self::providers::{PROVIDERS, Row};
use crate::value::{BranchName, Scalar as _};

/// Who runs drift. The names are those of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CiProvider {
    Github,
    Gitlab,
    Jenkins,
    CircleCi,
    Azure,
    Buildkite,
    Bitbucket,
    Travis,
    Drone,
    Woodpecker,
    AppVeyor,
    TeamCity,
    Semaphore,
    Cirrus,
    CodeBuild,
    CloudBuild,
    Gitea,
    Forgejo,
    /// `CI` is set, and nothing else tells.
    Generic,
}

impl CiProvider {
    /// Those that people name come first.
    pub const ALL: &'static [CiProvider] = &[
        CiProvider::Github,
        CiProvider::Gitlab,
        CiProvider::Jenkins,
        CiProvider::CircleCi,
        CiProvider::Azure,
        CiProvider::Buildkite,
        CiProvider::Generic,
        CiProvider::Bitbucket,
        CiProvider::Travis,
        CiProvider::Drone,
        CiProvider::Woodpecker,
        CiProvider::AppVeyor,
        CiProvider::TeamCity,
        CiProvider::Semaphore,
        CiProvider::Cirrus,
        CiProvider::CodeBuild,
        CiProvider::CloudBuild,
        CiProvider::Gitea,
        CiProvider::Forgejo,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            CiProvider::Github => "github",
            CiProvider::Gitlab => "gitlab",
            CiProvider::Jenkins => "jenkins",
            CiProvider::CircleCi => "circleci",
            CiProvider::Azure => "azure",
            CiProvider::Buildkite => "buildkite",
            CiProvider::Bitbucket => "bitbucket",
            CiProvider::Travis => "travis",
            CiProvider::Drone => "drone",
            CiProvider::Woodpecker => "woodpecker",
            CiProvider::AppVeyor => "appveyor",
            CiProvider::TeamCity => "teamcity",
            CiProvider::Semaphore => "semaphore",
            CiProvider::Cirrus => "cirrus",
            CiProvider::CodeBuild => "codebuild",
            CiProvider::CloudBuild => "cloudbuild",
            CiProvider::Gitea => "gitea",
            CiProvider::Forgejo => "forgejo",
            CiProvider::Generic => "generic",
        }
    }
}

/// A value and the variable, or the field of the event, that it was taken from: the rule that won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiValue {
    pub value: String,
    pub from: &'static str,
}

/// One CI run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiEnv {
    pub provider: CiProvider,
    /// The branch that is built; of a pull request, its source.
    pub branch: Option<CiValue>,
    pub commit: Option<CiValue>,
    pub pull_request: bool,
    /// The branch that a pull request goes into.
    pub base_branch: Option<CiValue>,
    /// A commit to compare with: of a pull request, on its target; else what was there before the push.
    pub base_commit: Option<CiValue>,
    pub default_branch: Option<CiValue>,
    /// A JSON file in which the provider describes what happened; see [`CiEnv::with_event`].
    pub event_file: Option<PathBuf>,
}

impl CiEnv {
    /// `None` outside CI, and where `CI=false` says so.
    pub fn detect(vars: &BTreeMap<String, String>) -> Option<CiEnv> {
        if vars.get("CI").is_some_and(|value| value.eq_ignore_ascii_case("false")) {
            return None;
        }
        let is_set = |name: &str| variable(vars, name).is_some();
        match PROVIDERS.iter().find(|row| row.detect.iter().any(|test| test.holds(vars))) {
            Some(row) => Some(CiEnv::of(row, vars)),
            None => is_set("CI").then(|| CiEnv::empty(CiProvider::Generic)),
        }
    }

    /// What the variables of `provider` say, whether or not anything else speaks for it.
    pub fn of_provider(provider: CiProvider, vars: &BTreeMap<String, String>) -> CiEnv {
        match PROVIDERS.iter().find(|row| row.provider == provider) {
            Some(row) => CiEnv::of(row, vars),
            None => CiEnv::empty(provider),
        }
    }

    /// Completes what the variables do not tell from the text of [`CiEnv::event_file`]. A text that is not
    /// what it should be adds nothing.
    pub fn with_event(mut self, text: &str) -> CiEnv {
        let Ok(event) = serde_json::from_str::<Value>(text) else { return self };
        let at = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        let commits = [
            ("/pull_request/base/sha", "event.pull_request.base.sha"),
            ("/merge_group/base_sha", "event.merge_group.base_sha"),
            ("/before", "event.before"),
        ];
        let branches = [
            ("/pull_request/base/ref", "event.pull_request.base.ref"),
            ("/merge_group/base_ref", "event.merge_group.base_ref"),
        ];
        let find = |fields: &[(&str, &'static str)], clean: fn(&str) -> Option<String>| {
            fields.iter().find_map(|&(field, from)| Some(CiValue { value: clean(at(field)?)?, from }))
        };
        self.base_commit = self.base_commit.or_else(|| find(&commits, commit));
        self.base_branch = self.base_branch.or_else(|| find(&branches, branch));
        let default = [("/repository/default_branch", "event.repository.default_branch")];
        self.default_branch = self.default_branch.or_else(|| find(&default, branch));
        self
    }

    fn of(row: &Row, vars: &BTreeMap<String, String>) -> CiEnv {
        let find = |names: &[&'static str], clean: fn(&str) -> Option<String>| {
            names.iter().find_map(|&name| Some(CiValue { value: clean(variable(vars, name)?)?, from: name }))
        };
        let pull_request = row.pull_request.iter().any(|test| test.holds(vars));
        let base_commit = if pull_request { row.target_commit } else { row.before };
        CiEnv {
            provider: row.provider,
            branch: find(row.branch, branch),
            commit: find(row.commit, commit),
            pull_request,
            base_branch: find(row.target_branch, branch).filter(|_| pull_request),
            base_commit: find(base_commit, commit),
            default_branch: find(row.default_branch, branch),
            event_file: row.event_file.and_then(|name| variable(vars, name)).map(PathBuf::from),
        }
    }

    fn empty(provider: CiProvider) -> CiEnv {
        CiEnv {
            provider,
            branch: None,
            commit: None,
            pull_request: false,
            base_branch: None,
            base_commit: None,
            default_branch: None,
            event_file: None,
        }
    }
}

/// A variable that says something: providers write `false` or nothing for "none".
fn variable<'a>(vars: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    vars.get(name).map(String::as_str).filter(|value| !value.is_empty() && *value != "false")
}

/// A branch without the prefixes that some providers leave on it. Tags and merge refs are no branches.
fn branch(text: &str) -> Option<String> {
    let name = text.strip_prefix("refs/heads/").or_else(|| text.strip_prefix("origin/")).unwrap_or(text);
    let usable = !name.is_empty() && !name.starts_with("refs/") && BranchName::parse(name).is_ok();
    usable.then(|| name.to_owned())
}

/// A full commit id. All zeros stand for "there was none", and a range begins with the older commit.
fn commit(text: &str) -> Option<String> {
    let id = text.split("..").next().unwrap_or(text);
    let is_id = (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_id && id.bytes().any(|byte| byte != b'0')).then(|| id.to_ascii_lowercase())
}
