//! Each provider's variables in, the keys out; and names that somebody made up to hit another's key.

use std::collections::{BTreeMap, BTreeSet};

use drift_config::CiEnv;

use super::*;
use crate::ops::export::{CACHE_DIR, CACHE_FILE};

const CONTENT: &str = "c0ffee00c0ffee00c0ffee00";

fn facts<'a>(ci: &'a CiEnv) -> Facts<'a> {
    let text = |value: &'a Option<drift_config::CiValue>| value.as_ref().map(|found| found.value.as_str());
    Facts {
        provider: ci.provider,
        os: "linux",
        arch: "x86_64",
        branch: text(&ci.branch),
        pull_request: ci.pull_request,
        base_branch: text(&ci.base_branch),
        default_branch: text(&ci.default_branch).or(Some("main")),
        content: CONTENT,
        commit: text(&ci.commit),
    }
}

/// Variables `NAME=value` in, the keys out, the best first, without what they all begin with.
fn check(vars: &str, expected: &[&str]) {
    let vars: BTreeMap<_, _> = vars
        .split_whitespace()
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| {
            (name.to_owned(), value.replace("SHA", "0123456789abcdef0123456789abcdef01234567"))
        })
        .collect();
    let keys = keys(&facts(&CiEnv::detect(&vars).unwrap()));
    let all: Vec<_> = [keys.key].into_iter().chain(keys.restore).collect();
    let shown: Vec<_> = all.iter().map(|key| key.strip_prefix("drift-v1-linux-x86_64-").unwrap()).collect();
    assert_eq!(shown, expected, "for {vars:?}");
}

#[test]
fn where_entries_never_change_prefixes_find_older_ones() {
    let branch =
        ["topic-c0ffee00c0ff-0123456789ab", "topic-c0ffee00c0ff-", "topic-", "main-c0ffee00c0ff-", "main-"];
    let request = [
        "pr-topic-c0ffee00c0ff-0123456789ab",
        "pr-topic-c0ffee00c0ff-",
        "pr-topic-",
        "next-c0ffee00c0ff-",
        "next-",
        "main-c0ffee00c0ff-",
        "main-",
    ];
    check("GITHUB_ACTIONS=1 GITHUB_REF=refs/heads/topic GITHUB_SHA=SHA", &branch);
    check(
        "GITHUB_ACTIONS=1 GITHUB_REF=refs/pull/7/merge GITHUB_HEAD_REF=topic GITHUB_BASE_REF=next GITHUB_SHA=SHA",
        &request,
    );
    check("CIRCLECI=1 CIRCLE_BRANCH=topic CIRCLE_SHA1=SHA", &branch);
    check("TF_BUILD=1 BUILD_SOURCEBRANCH=refs/heads/topic BUILD_SOURCEVERSION=SHA", &branch);
    check(
        "TF_BUILD=1 SYSTEM_PULLREQUEST_PULLREQUESTID=7 SYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/topic \
         SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/next BUILD_SOURCEVERSION=SHA",
        &request,
    );
    check("TRAVIS=1 TRAVIS_BRANCH=topic TRAVIS_COMMIT=SHA", &branch);
    // On the default branch the fallback is the branch itself.
    check(
        "GITHUB_ACTIONS=1 GITHUB_REF=refs/heads/main GITHUB_SHA=SHA",
        &["main-c0ffee00c0ff-0123456789ab", "main-c0ffee00c0ff-", "main-"],
    );
}

#[test]
fn where_entries_are_replaced_names_are_exact() {
    check("GITLAB_CI=1 CI_COMMIT_BRANCH=topic CI_COMMIT_SHA=SHA CI_DEFAULT_BRANCH=main", &["topic", "main"]);
    check("GITLAB_CI=1 CI_COMMIT_BRANCH=main CI_COMMIT_SHA=SHA CI_DEFAULT_BRANCH=main", &["main"]);
    check(
        "GITLAB_CI=1 CI_MERGE_REQUEST_IID=7 CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=topic \
         CI_MERGE_REQUEST_TARGET_BRANCH_NAME=next CI_DEFAULT_BRANCH=main",
        &["pr-topic", "next", "main"],
    );
    check("JENKINS_URL=u GIT_BRANCH=origin/topic GIT_COMMIT=SHA", &["topic", "main"]);
    check(
        "JENKINS_URL=u CHANGE_ID=7 CHANGE_BRANCH=topic CHANGE_TARGET=next BRANCH_NAME=PR-7",
        &["pr-topic", "next", "main"],
    );
    check("BUILDKITE=1 BUILDKITE_BRANCH=topic BUILDKITE_COMMIT=HEAD", &["topic", "main"]);
    check(
        "BUILDKITE=1 BUILDKITE_BRANCH=topic BUILDKITE_PULL_REQUEST=7 BUILDKITE_PULL_REQUEST_BASE_BRANCH=next",
        &["pr-topic", "next", "main"],
    );
}

#[test]
fn what_is_stored_is_what_export_writes() {
    assert_eq!(path(CiProvider::Generic), format!("{CACHE_DIR}/{CACHE_FILE}"));
    assert_eq!(path(CiProvider::Azure), CACHE_DIR);
}

#[test]
fn what_is_not_known_has_its_place_too() {
    check(
        "GITHUB_ACTIONS=1 GITHUB_REF=refs/tags/v1",
        &["none-c0ffee00c0ff-000000000000", "none-c0ffee00c0ff-", "none-", "main-c0ffee00c0ff-", "main-"],
    );
}

/// A fork may call its branch whatever git allows.
#[test]
fn no_name_takes_the_place_of_another() {
    let hash = |name: &str| blake3::hash(name.as_bytes()).to_hex()[..SHORT].to_owned();
    let twin = format!("feat-x-{}", hash("feat/x"));
    let names = [
        "main",
        "Main",
        "MAIN",
        "feat/x",
        "feat-x",
        "feat_x",
        "feat x",
        "feat,x",
        "feat|x",
        "feät",
        "feöt",
        "none",
        "pr-main",
        "pr/main",
        "$(id)",
        "'",
        "\u{202e}main",
        "main\n",
        "pr-none",
        &twin,
    ];
    let mut slugs = BTreeSet::new();
    for name in names {
        for pull_request in [false, true] {
            let ci = CiEnv::of_provider(CiProvider::Gitlab, &BTreeMap::new());
            let keys = keys(&Facts { branch: Some(name), pull_request, ..facts(&ci) });
            assert!(slugs.insert(keys.key.clone()), "{name:?} got {}", keys.key);
        }
    }
    assert!(slugs.contains("drift-v1-linux-x86_64-feat-x"));
    assert!(slugs.contains(&format!("drift-v1-linux-x86_64-feat-x-{}", hash("feat/x"))));
    assert_eq!(slug(None), "none");
}

#[test]
fn keys_are_short_and_plain() {
    let long = format!("feature/{}", "ü".repeat(400));
    let other = format!("{long}!");
    let mut seen = BTreeSet::new();
    for &provider in CiProvider::ALL {
        let ci = CiEnv::of_provider(provider, &BTreeMap::new());
        for branch in [&long, &other] {
            let facts =
                Facts { base_branch: Some(branch), branch: Some(branch), pull_request: true, ..facts(&ci) };
            let keys = keys(&facts);
            seen.insert((provider.as_str(), keys.key.clone()));
            for key in [keys.key].iter().chain(&keys.restore) {
                assert!(key.len() <= 255, "{key}");
                assert!(
                    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
                    "{key}"
                );
            }
            // GitLab takes five, GitHub ten.
            assert!(keys.restore.len() <= if store(provider) == Store::Replaced { 5 } else { 10 });
        }
    }
    assert_eq!(seen.len(), CiProvider::ALL.len() * 2);
}
