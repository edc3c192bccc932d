//! Each provider as its documentation describes a push and a pull request.

use super::*;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const NONE: &str = "0000000000000000000000000000000000000000";

/// Lines `NAME=value` in, `A` and `B` standing for commits; one line out.
fn check(vars: &str, expected: &str) {
    assert_eq!(show(CiEnv::detect(&parse(vars))), expected, "for {vars}");
}

fn parse(vars: &str) -> BTreeMap<String, String> {
    let pairs = vars.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    let value = |value: &str| match value {
        "A" => A.to_owned(),
        "B" => B.to_owned(),
        "A...B" => format!("{A}...{B}"),
        "0" => NONE.to_owned(),
        other => other.to_owned(),
    };
    pairs.map(|(name, text)| (name.to_owned(), value(text))).collect()
}

fn show(env: Option<CiEnv>) -> String {
    let Some(env) = env else { return "none".to_owned() };
    let mut out = env.provider.as_str().to_owned();
    let fields =
        [("", &env.branch), (" @", &env.commit), (" into ", &env.base_branch), (" since ", &env.base_commit)];
    if env.pull_request {
        out.push_str(" pr");
    }
    for (label, value) in fields {
        if let Some(CiValue { value, from }) = value {
            let value = value.replace(A, "A").replace(B, "B");
            let from = if label == " since " { format!(" ({from})") } else { String::new() };
            out.push_str(&format!("{}{value}{from}", if label.is_empty() { " " } else { label }));
        }
    }
    out
}

#[test]
fn pushes() {
    check("GITHUB_ACTIONS=true GITHUB_REF=refs/heads/feat/x GITHUB_SHA=A", "github feat/x @A");
    check("GITHUB_ACTIONS=true GITHUB_REF=refs/tags/v1 GITHUB_REF_NAME=v1 GITHUB_SHA=A", "github @A");
    check(
        "GITLAB_CI=true CI_COMMIT_BRANCH=x CI_COMMIT_SHA=A CI_COMMIT_BEFORE_SHA=B",
        "gitlab x @A since B (CI_COMMIT_BEFORE_SHA)",
    );
    check("GITLAB_CI=true CI_COMMIT_BRANCH=x CI_COMMIT_SHA=A CI_COMMIT_BEFORE_SHA=0", "gitlab x @A");
    check(
        "JENKINS_URL=u GIT_BRANCH=origin/feat/x GIT_COMMIT=A GIT_PREVIOUS_SUCCESSFUL_COMMIT=B",
        "jenkins feat/x @A since B (GIT_PREVIOUS_SUCCESSFUL_COMMIT)",
    );
    check("CIRCLECI=true CIRCLE_BRANCH=x CIRCLE_SHA1=A", "circleci x @A");
    check(
        "TF_BUILD=True BUILD_SOURCEBRANCH=refs/heads/feat/x BUILD_SOURCEBRANCHNAME=x BUILD_SOURCEVERSION=A",
        "azure feat/x @A",
    );
    check(
        "BUILDKITE=true BUILDKITE_BRANCH=x BUILDKITE_COMMIT=HEAD BUILDKITE_PULL_REQUEST=false",
        "buildkite x",
    );
    check("BITBUCKET_BUILD_NUMBER=1 BITBUCKET_BRANCH=x BITBUCKET_COMMIT=A", "bitbucket x @A");
    check(
        "TRAVIS=true TRAVIS_BRANCH=x TRAVIS_COMMIT=B TRAVIS_PULL_REQUEST=false TRAVIS_COMMIT_RANGE=A...B",
        "travis x @B since A (TRAVIS_COMMIT_RANGE)",
    );
    check(
        "DRONE=true DRONE_BRANCH=x DRONE_TARGET_BRANCH=x DRONE_COMMIT=A DRONE_COMMIT_BEFORE=B",
        "drone x @A since B (DRONE_COMMIT_BEFORE)",
    );
    check("CI=woodpecker CI_COMMIT_BRANCH=x CI_COMMIT_SHA=A", "woodpecker x @A");
    check("APPVEYOR=True APPVEYOR_REPO_BRANCH=x APPVEYOR_REPO_COMMIT=A", "appveyor x @A");
    check("TEAMCITY_VERSION=1 BUILD_VCS_NUMBER=A", "teamcity @A");
    check("SEMAPHORE=true SEMAPHORE_GIT_BRANCH=x SEMAPHORE_GIT_SHA=A", "semaphore x @A");
}

#[test]
fn pull_requests() {
    let github = "GITHUB_SHA=A GITHUB_REF=refs/pull/7/merge GITHUB_HEAD_REF=feat/x GITHUB_BASE_REF=main";
    check(&format!("GITHUB_ACTIONS=true {github}"), "github pr feat/x @A into main");
    check(&format!("GITEA_ACTIONS=true GITHUB_ACTIONS=true {github}"), "gitea pr feat/x @A into main");
    check(
        "GITLAB_CI=true CI_MERGE_REQUEST_IID=7 CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=x CI_COMMIT_SHA=A \
         CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_MERGE_REQUEST_DIFF_BASE_SHA=B CI_COMMIT_BEFORE_SHA=0",
        "gitlab pr x @A into main since B (CI_MERGE_REQUEST_DIFF_BASE_SHA)",
    );
    check(
        "JENKINS_URL=u CHANGE_ID=7 CHANGE_BRANCH=x BRANCH_NAME=PR-7 CHANGE_TARGET=main GIT_COMMIT=A \
         GIT_PREVIOUS_SUCCESSFUL_COMMIT=B",
        "jenkins pr x @A into main",
    );
    check("CIRCLECI=1 CIRCLE_PULL_REQUEST=u/7 CIRCLE_BRANCH=x CIRCLE_SHA1=A", "circleci pr x @A");
    check(
        "TF_BUILD=True SYSTEM_PULLREQUEST_PULLREQUESTID=7 SYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/feat/x \
         SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main BUILD_SOURCEBRANCH=refs/pull/7/merge \
         BUILD_SOURCEVERSION=A",
        "azure pr feat/x @A into main",
    );
    check(
        "BUILDKITE=true BUILDKITE_BRANCH=x BUILDKITE_PULL_REQUEST=7 BUILDKITE_PULL_REQUEST_BASE_BRANCH=main",
        "buildkite pr x into main",
    );
    check(
        "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_BRANCH=x BITBUCKET_PR_ID=7 BITBUCKET_PR_DESTINATION_BRANCH=main \
         BITBUCKET_PR_DESTINATION_COMMIT=B",
        "bitbucket pr x into main since B (BITBUCKET_PR_DESTINATION_COMMIT)",
    );
    check(
        "TRAVIS=true TRAVIS_BRANCH=main TRAVIS_PULL_REQUEST=7 TRAVIS_PULL_REQUEST_BRANCH=x",
        "travis pr x into main",
    );
    check(
        "APPVEYOR=True APPVEYOR_PULL_REQUEST_NUMBER=7 APPVEYOR_REPO_BRANCH=main \
         APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH=x",
        "appveyor pr x into main",
    );
}

#[test]
fn no_ci_and_unknown_ci() {
    check("PATH=x", "none");
    check("CI=", "none");
    check("CI=false GITHUB_ACTIONS=true", "none");
    check("CI=true", "generic");
    check("CI=1 GITHUB_ACTIONS=false", "generic");
}

/// Names come from whoever opens a pull request, and end up on git's command line.
#[test]
fn what_is_no_name_is_dropped() {
    check("GITHUB_ACTIONS=true GITHUB_HEAD_REF=--upload-pack=x GITHUB_BASE_REF=a..b", "github pr");
    check("GITHUB_ACTIONS=true GITHUB_REF=refs/heads/ GITHUB_SHA=--all", "github");
    check("CIRCLECI=true CIRCLE_SHA1=HEAD~3 CIRCLE_BRANCH=$(id)", "circleci $(id)");
}

#[test]
fn an_event_completes_what_variables_leave_out() {
    let env =
        || CiEnv::detect(&parse("GITHUB_ACTIONS=true GITHUB_REF=refs/heads/x GITHUB_EVENT_PATH=/e.json"));
    let with = |event: &str| show(env().map(|env| env.with_event(event)));
    assert_eq!(env().unwrap().event_file, Some(PathBuf::from("/e.json")));
    assert_eq!(with(&format!("{{\"before\":\"{B}\"}}")), "github x since B (event.before)");
    assert_eq!(with(&format!("{{\"before\":\"{NONE}\"}}")), "github x");
    assert_eq!(
        with(&format!(
            "{{\"pull_request\":{{\"base\":{{\"sha\":\"{B}\",\"ref\":\"main\"}}}},\"before\":\"{A}\"}}"
        )),
        "github x into main since B (event.pull_request.base.sha)"
    );
    assert_eq!(
        with(&format!("{{\"merge_group\":{{\"base_sha\":\"{B}\",\"base_ref\":\"refs/heads/main\"}}}}")),
        "github x into main since B (event.merge_group.base_sha)"
    );
    for odd in ["", "[", "3", "{\"before\":3}", "{\"before\":\"--all\"}", &"[".repeat(100_000)] {
        assert_eq!(with(odd), "github x");
    }
}

#[test]
fn names_are_those_of_documents() {
    for provider in CiProvider::ALL {
        assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
    }
    let known = |row: &Row| CiProvider::ALL.contains(&row.provider);
    assert!(PROVIDERS.iter().all(known));
}

#[test]
fn a_provider_that_is_named_need_not_be_found() {
    let of = |provider, vars| show(Some(CiEnv::of_provider(provider, &parse(vars))));
    assert_eq!(of(CiProvider::CircleCi, "CIRCLE_BRANCH=x CIRCLE_SHA1=A"), "circleci x @A");
    assert_eq!(of(CiProvider::Gitlab, "GITHUB_ACTIONS=true GITHUB_REF=refs/heads/x"), "gitlab");
    assert_eq!(of(CiProvider::Generic, "CIRCLE_BRANCH=x"), "generic");
}
