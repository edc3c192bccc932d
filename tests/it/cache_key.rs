//! `drift workspace cache-key`: asked before there is a workspace, by scripts that trust what they read.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["p/*"] }
//- p/a/package.json
{ "name": "a" }
//- p/a/index.js
1
"#;

/// A clone with a branch `topic` that goes into `main`.
fn clone() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.git(["checkout", "--quiet", "-b", "topic"]);
    env.write("p/a/index.js", "2\n");
    env.commit("second");
    env
}

fn key(env: &TestEnv, args: &[&str]) -> Value {
    env.run(["workspace", "cache-key", "--json"].iter().chain(args)).success().json()
}

/// A key without what differs between the machines that run this test, and its hashes.
fn plain(key: &Value) -> String {
    let scope = format!("drift-v1-{}-{}-", std::env::consts::OS, std::env::consts::ARCH);
    let rest = key.as_str().unwrap().strip_prefix(&scope).unwrap().to_owned();
    regex::Regex::new("[0-9a-f]{12}").unwrap().replace_all(&rest, "#").into_owned()
}

fn keys(document: &Value) -> Vec<String> {
    let restore = document["restore_keys"].as_array().unwrap();
    [&document["key"]].into_iter().chain(restore).map(plain).collect()
}

#[test]
fn a_pull_request_looks_into_its_base_and_never_saves() {
    let mut env = clone();
    let main = env.git(["rev-parse", "main"]);
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_HEAD_REF", "topic"),
        ("GITHUB_BASE_REF", "main"),
    ] {
        env.set(name, value);
    }
    let document = key(&env, &[]);
    assert_eq!(keys(&document), ["pr-topic-#-#", "pr-topic-#-", "pr-topic-", "main-#-", "main-"]);
    assert_eq!(document["provider"], "github");
    assert_eq!(document["path"], ".drift-cache/ci.drift.tar.zst");
    assert_eq!(document["save"], false);
    assert_eq!(document["base"], json!({ "branch": "main", "commit": main, "rule": "ci_branch" }));
    assert_eq!(document["snippet"], Value::Null);
    assert!(!env.path(".drift").exists());
}

#[test]
fn a_branch_saves_for_itself() {
    let mut env = clone();
    let commit = env.git(["rev-parse", "HEAD"]);
    env.set("GITHUB_ACTIONS", "true");
    env.set("GITHUB_REF", "refs/heads/topic");
    env.set("GITHUB_SHA", &commit);
    let document = key(&env, &[]);
    assert_eq!(keys(&document), ["topic-#-#", "topic-#-", "topic-"], "no default branch is known");
    assert!(document["key"].as_str().unwrap().ends_with(&commit[..12]), "{document}");
    assert_eq!(document["save"], true);
}

#[test]
fn without_ci_git_tells() {
    let env = clone();
    env.git(["config", "remote.origin.url", "nowhere"]);
    env.git(["update-ref", "refs/remotes/origin/main", "main"]);
    env.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let main = env.git(["rev-parse", "main"]);
    let document = key(&env, &[]);
    assert_eq!(keys(&document), ["topic-#-#", "topic-#-", "topic-", "main-#-", "main-"]);
    assert_eq!(document["base"], json!({ "branch": "main", "commit": main, "rule": "origin_head" }));
    assert_eq!(document["provider"], "generic");
    let document = key(&env, &["--provider", "gitlab"]);
    assert_eq!(
        (document["provider"].as_str(), keys(&document)),
        (Some("gitlab"), vec!["topic".into(), "main".into()])
    );
}

#[test]
fn neither_git_nor_a_workspace_is_needed() {
    let env = TestEnv::with_tree(TREE);
    let document = key(&env, &[]);
    assert_eq!(keys(&document), ["none-#-#", "none-#-", "none-"]);
    assert_eq!(document["base"], json!({ "branch": null, "commit": null, "rule": "none" }));
    env.write(".drift/drift.db", "no database");
    assert_eq!(key(&env, &[]), document);
}

#[test]
fn the_hash_is_that_of_manifests_and_settings() {
    let env = clone();
    let hash = |env: &TestEnv| {
        let key = key(env, &[])["key"].as_str().unwrap().to_owned();
        key.rsplit('-').nth(1).unwrap().to_owned()
    };
    let first = hash(&env);
    assert_eq!(hash(&clone()), first, "another clone at another place");
    env.write("p/a/index.js", "3\n");
    assert_eq!(hash(&env), first);
    env.write("p/a/package.json", "{ \"name\": \"b\" }");
    let second = hash(&env);
    assert_ne!(second, first);
    env.write("drift.toml", "[workspace]\nname = \"x\"\n");
    assert_ne!(hash(&env), second);
}

#[test]
fn a_base_that_the_clone_lacks_is_a_warning_and_a_wrong_name_an_error() {
    let mut env = clone();
    for (name, value) in
        [("GITHUB_ACTIONS", "true"), ("GITHUB_HEAD_REF", "topic"), ("GITHUB_BASE_REF", "gone")]
    {
        env.set(name, value);
    }
    let document = key(&env, &[]);
    assert_eq!(document["base"], json!({ "branch": "gone", "commit": null, "rule": "ci_branch" }));
    assert_eq!(document["warnings"][0]["code"], "cache_key.base_unknown");
    env.set("DRIFT_BASE", "main");
    assert_eq!(key(&env, &[])["base"]["rule"], "env");
    assert_eq!(key(&env, &[])["base"]["branch"], "main");
    env.set("DRIFT_BASE", "wrong");
    assert_snapshot!(env.run(["workspace", "cache-key"]), @"
    exit 2
    --- stderr
    error: git does not know the revision `wrong`
    hint: check the name, or fetch it first
    ");
}

#[test]
fn text_is_for_shells_and_github() {
    let mut env = TestEnv::with_tree("//- drift.toml\n");
    env.set("GITLAB_CI", "true");
    env.set("CI_COMMIT_BRANCH", "a'b$(touch${IFS}pwned)");
    env.set("CI_DEFAULT_BRANCH", "it's;id");
    let scope = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    let text = env.run(["workspace", "cache-key"]).success();
    assert_snapshot!(text.to_string().replace(&scope, "OS-ARCH"), @r#"
    exit 0
    --- stdout
    provider=gitlab
    key=drift-v1-OS-ARCH-a-b--touch--IFS-pwned--f9d6390f5972
    path=.drift-cache/ci.drift.tar.zst
    save=true
    base_branch='it'\''s;id'
    base_commit=
    base_rule=default_branch
    restore_keys=drift-v1-OS-ARCH-it-s-id-af7a65839216
    "#);
    let github = env.run(["workspace", "cache-key", "--format", "github"]).success();
    assert_snapshot!(github.to_string().replace(&scope, "OS-ARCH"), @"
    exit 0
    --- stdout
    provider=gitlab
    key=drift-v1-OS-ARCH-a-b--touch--IFS-pwned--f9d6390f5972
    path=.drift-cache/ci.drift.tar.zst
    save=true
    base_branch=it's;id
    base_commit=
    base_rule=default_branch
    restore_keys<<END
    drift-v1-OS-ARCH-it-s-id-af7a65839216
    END
    ");
    if cfg!(unix) {
        let script = format!("{}\nprintf '%s|' \"$base_branch\" $restore_keys", text.stdout);
        let output =
            std::process::Command::new("sh").arg("-c").arg(script).current_dir(env.path("")).output();
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        assert!(output.starts_with("it's;id|drift-v1-"), "{output}");
        assert!(!env.path("pwned").exists());
    }
}

#[test]
fn the_documentation_has_the_snippets_as_they_are() {
    let docs = include_str!("../../docs/ci.md").replace("\r\n", "\n");
    let env = TestEnv::new();
    for provider in ["github", "gitlab", "jenkins", "circleci", "azure", "buildkite", "generic"] {
        let run = env.run(["workspace", "cache-key", "--snippet", "--provider", provider]).success();
        assert!(
            docs.contains(&format!("\n{}```\n", run.stdout)),
            "docs/ci.md lacks the snippet of {provider}"
        );
        let steps = ["import --ci --baseline", "scan", "check --new-only", "export --ci"];
        let mut rest = run.stdout.as_str();
        for step in steps {
            let at = rest.find(&format!("drift workspace {step}"));
            rest = &rest[at.unwrap_or_else(|| panic!("{provider} lacks {step} in its place"))..];
        }
    }
    assert_snapshot!(env.run(["workspace", "cache-key", "--snippet", "--provider", "travis"]).stdout.lines().next().unwrap(), @"#!/bin/sh");
}
