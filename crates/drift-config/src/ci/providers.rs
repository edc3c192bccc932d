//! What each provider calls things, from their documentation of predefined variables. Order matters where one
//! provider also sets the variables of another: Gitea and Forgejo set GitHub's, Harness Drone's.

use std::collections::BTreeMap;

use super::{CiProvider, variable};

/// One provider. The first variable of a list that is set and usable counts.
pub(super) struct Row {
    pub(super) provider: CiProvider,
    pub(super) detect: &'static [Test],
    pub(super) branch: &'static [&'static str],
    pub(super) commit: &'static [&'static str],
    pub(super) pull_request: &'static [Test],
    /// Looked at for pull requests only.
    pub(super) target_branch: &'static [&'static str],
    /// Looked at for pull requests only.
    pub(super) target_commit: &'static [&'static str],
    /// The commit before the push; looked at for anything but pull requests.
    pub(super) before: &'static [&'static str],
    pub(super) default_branch: &'static [&'static str],
    pub(super) event_file: Option<&'static str>,
}

pub(super) enum Test {
    Set(&'static str),
    Is(&'static str, &'static str),
}

use Test::{Is, Set};

impl Test {
    pub(super) fn holds(&self, vars: &BTreeMap<String, String>) -> bool {
        match *self {
            Set(name) => variable(vars, name).is_some(),
            Is(name, value) => variable(vars, name) == Some(value),
        }
    }
}

const NOTHING: Row = Row {
    provider: CiProvider::Generic,
    detect: &[],
    branch: &[],
    commit: &[],
    pull_request: &[],
    target_branch: &[],
    target_commit: &[],
    before: &[],
    default_branch: &[],
    event_file: None,
};

/// Gitea and Forgejo run GitHub's workflows with GitHub's variables.
const ACTIONS: Row = Row {
    // GITHUB_REF_NAME would name a tag as well; GITHUB_REF tells them apart.
    branch: &["GITHUB_HEAD_REF", "GITHUB_REF"],
    commit: &["GITHUB_SHA"],
    pull_request: &[
        Set("GITHUB_BASE_REF"),
        Is("GITHUB_EVENT_NAME", "pull_request"),
        Is("GITHUB_EVENT_NAME", "pull_request_target"),
    ],
    target_branch: &["GITHUB_BASE_REF"],
    event_file: Some("GITHUB_EVENT_PATH"),
    ..NOTHING
};

pub(super) const PROVIDERS: &[Row] = &[
    Row {
        provider: CiProvider::Woodpecker,
        detect: &[Is("CI", "woodpecker"), Is("CI_SYSTEM_NAME", "woodpecker")],
        branch: &["CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"],
        commit: &["CI_COMMIT_SHA"],
        pull_request: &[Set("CI_COMMIT_PULL_REQUEST")],
        target_branch: &["CI_COMMIT_TARGET_BRANCH"],
        before: &["CI_PREV_COMMIT_SHA"],
        default_branch: &["CI_REPO_DEFAULT_BRANCH"],
        ..NOTHING
    },
    Row { provider: CiProvider::Forgejo, detect: &[Set("FORGEJO_ACTIONS")], ..ACTIONS },
    Row { provider: CiProvider::Gitea, detect: &[Set("GITEA_ACTIONS")], ..ACTIONS },
    Row { provider: CiProvider::Github, detect: &[Set("GITHUB_ACTIONS")], ..ACTIONS },
    Row {
        provider: CiProvider::Gitlab,
        detect: &[Set("GITLAB_CI")],
        branch: &[
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
            "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
            "CI_COMMIT_BRANCH",
        ],
        commit: &["CI_COMMIT_SHA"],
        pull_request: &[Set("CI_MERGE_REQUEST_IID"), Set("CI_EXTERNAL_PULL_REQUEST_IID")],
        target_branch: &[
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
            "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME",
        ],
        target_commit: &[
            "CI_MERGE_REQUEST_DIFF_BASE_SHA",
            "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
            "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA",
        ],
        before: &["CI_COMMIT_BEFORE_SHA"],
        default_branch: &["CI_DEFAULT_BRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::CircleCi,
        detect: &[Set("CIRCLECI")],
        branch: &["CIRCLE_BRANCH"],
        commit: &["CIRCLE_SHA1"],
        pull_request: &[Set("CIRCLE_PULL_REQUEST"), Set("CIRCLE_PR_NUMBER")],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Azure,
        detect: &[Set("TF_BUILD")],
        // BUILD_SOURCEBRANCHNAME has only what follows the last slash.
        branch: &["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"],
        commit: &["BUILD_SOURCEVERSION"],
        pull_request: &[Set("SYSTEM_PULLREQUEST_PULLREQUESTID"), Is("BUILD_REASON", "PullRequest")],
        target_branch: &["SYSTEM_PULLREQUEST_TARGETBRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Buildkite,
        detect: &[Set("BUILDKITE")],
        branch: &["BUILDKITE_BRANCH"],
        commit: &["BUILDKITE_COMMIT"],
        pull_request: &[Set("BUILDKITE_PULL_REQUEST")],
        target_branch: &["BUILDKITE_PULL_REQUEST_BASE_BRANCH"],
        default_branch: &["BUILDKITE_PIPELINE_DEFAULT_BRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Bitbucket,
        detect: &[Set("BITBUCKET_BUILD_NUMBER"), Set("BITBUCKET_COMMIT")],
        branch: &["BITBUCKET_BRANCH"],
        commit: &["BITBUCKET_COMMIT"],
        pull_request: &[Set("BITBUCKET_PR_ID")],
        target_branch: &["BITBUCKET_PR_DESTINATION_BRANCH"],
        target_commit: &["BITBUCKET_PR_DESTINATION_COMMIT"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Travis,
        detect: &[Set("TRAVIS")],
        branch: &["TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"],
        commit: &["TRAVIS_COMMIT"],
        pull_request: &[Set("TRAVIS_PULL_REQUEST")],
        target_branch: &["TRAVIS_BRANCH"],
        target_commit: &["TRAVIS_COMMIT_RANGE"],
        before: &["TRAVIS_COMMIT_RANGE"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Drone,
        detect: &[Set("HARNESS_BUILD_ID"), Set("DRONE")],
        branch: &["DRONE_SOURCE_BRANCH", "DRONE_BRANCH"],
        commit: &["DRONE_COMMIT"],
        pull_request: &[Set("DRONE_PULL_REQUEST")],
        target_branch: &["DRONE_TARGET_BRANCH"],
        before: &["DRONE_COMMIT_BEFORE"],
        default_branch: &["DRONE_REPO_BRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::AppVeyor,
        detect: &[Set("APPVEYOR")],
        branch: &["APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH", "APPVEYOR_REPO_BRANCH"],
        commit: &["APPVEYOR_REPO_COMMIT"],
        pull_request: &[Set("APPVEYOR_PULL_REQUEST_NUMBER")],
        target_branch: &["APPVEYOR_REPO_BRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::TeamCity,
        detect: &[Set("TEAMCITY_VERSION")],
        commit: &["BUILD_VCS_NUMBER"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Semaphore,
        detect: &[Set("SEMAPHORE")],
        branch: &["SEMAPHORE_GIT_PR_BRANCH", "SEMAPHORE_GIT_BRANCH"],
        commit: &["SEMAPHORE_GIT_PR_SHA", "SEMAPHORE_GIT_SHA"],
        pull_request: &[Set("SEMAPHORE_GIT_PR_NUMBER")],
        target_branch: &["SEMAPHORE_GIT_BRANCH"],
        before: &["SEMAPHORE_GIT_COMMIT_RANGE"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::Cirrus,
        detect: &[Set("CIRRUS_CI")],
        branch: &["CIRRUS_BRANCH"],
        commit: &["CIRRUS_CHANGE_IN_REPO"],
        pull_request: &[Set("CIRRUS_PR")],
        target_branch: &["CIRRUS_BASE_BRANCH"],
        target_commit: &["CIRRUS_BASE_SHA"],
        before: &["CIRRUS_LAST_GREEN_CHANGE"],
        default_branch: &["CIRRUS_DEFAULT_BRANCH"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::CodeBuild,
        detect: &[Set("CODEBUILD_BUILD_ARN")],
        branch: &["CODEBUILD_WEBHOOK_HEAD_REF"],
        commit: &["CODEBUILD_RESOLVED_SOURCE_VERSION"],
        pull_request: &[Set("CODEBUILD_WEBHOOK_BASE_REF")],
        target_branch: &["CODEBUILD_WEBHOOK_BASE_REF"],
        before: &["CODEBUILD_WEBHOOK_PREV_COMMIT"],
        ..NOTHING
    },
    Row {
        provider: CiProvider::CloudBuild,
        detect: &[Set("GOOGLE_CLOUD_BUILD"), Set("BUILDER_OUTPUT")],
        branch: &["_HEAD_BRANCH", "BRANCH_NAME"],
        commit: &["COMMIT_SHA", "REVISION_ID"],
        pull_request: &[Set("_PR_NUMBER")],
        target_branch: &["_BASE_BRANCH"],
        ..NOTHING
    },
    // Last: agents of other systems run on machines that Jenkins prepared.
    Row {
        provider: CiProvider::Jenkins,
        detect: &[Set("JENKINS_URL")],
        branch: &["CHANGE_BRANCH", "GIT_BRANCH", "BRANCH_NAME"],
        commit: &["GIT_COMMIT"],
        pull_request: &[Set("CHANGE_ID")],
        target_branch: &["CHANGE_TARGET"],
        before: &["GIT_PREVIOUS_SUCCESSFUL_COMMIT"],
        ..NOTHING
    },
];
