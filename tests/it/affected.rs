//! `drift workspace affected`: what counts as changed, from where, and what it touches.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::outcome::Outcome;

const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["packages/*"] }
//- package-lock.json
{
  "name": "root", "lockfileVersion": 3,
  "packages": {
    "": { "name": "root", "workspaces": ["packages/*"] },
    "packages/core": { "name": "core", "dependencies": { "left-pad": "^1.0.0" } },
    "packages/app": { "name": "app", "dependencies": { "core": "*" } },
    "packages/docs": { "name": "docs", "devDependencies": { "app": "*" } },
    "packages/lone": { "name": "lone" },
    "node_modules/core": { "resolved": "packages/core", "link": true },
    "node_modules/app": { "resolved": "packages/app", "link": true },
    "node_modules/docs": { "resolved": "packages/docs", "link": true },
    "node_modules/lone": { "resolved": "packages/lone", "link": true },
    "node_modules/left-pad": { "version": "1.0.0", "resolved": "https://x/left-pad-1.0.0.tgz" }
  }
}
//- packages/core/package.json
{ "name": "core", "dependencies": { "left-pad": "^1.0.0" } }
//- packages/core/index.js
1
//- packages/app/package.json
{ "name": "app", "dependencies": { "core": "*" } }
//- packages/app/index.js
1
//- packages/docs/package.json
{ "name": "docs", "devDependencies": { "app": "*" } }
//- packages/lone/package.json
{ "name": "lone" }
//- packages/lone/index.js
1
"#;

/// The tree as the first commit of `main`, scanned.
fn repository() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.run(["workspace", "init"]).success();
    env
}

fn affected(env: &TestEnv, args: &[&str]) -> Outcome {
    env.run(["workspace", "affected"].iter().chain(args))
}

/// The base rule and the ids of the affected projects.
#[track_caller]
fn check(env: &TestEnv, args: &[&str], rule: &str, ids: &[&str]) -> Value {
    let found = affected(env, &[args, &["--json"]].concat()).success().json();
    assert_eq!(found["base"]["rule"], rule, "{found}");
    let known: Vec<_> =
        found["affected"].as_array().unwrap().iter().map(|project| project["id"].clone()).collect();
    assert_eq!(known, ids, "{found}");
    found
}

const CORE: &[&str] = &["npm:packages/app", "npm:packages/core", "npm:packages/docs"];

#[test]
fn text_is_one_path_per_line_and_nothing_else() {
    let env = repository();
    env.write("packages/core/index.js", "2");
    assert_snapshot!(affected(&env, &["--uncommitted"]), @"
    exit 0
    --- stdout
    packages/app
    packages/core
    packages/docs
    ");
    assert_eq!(
        affected(&env, &["--uncommitted", "-0"]).stdout,
        "packages/app\0packages/core\0packages/docs\0"
    );
    assert_eq!(affected(&env, &["--uncommitted", "--depth", "0"]).stdout, "packages/core\n");
    assert_eq!(affected(&env, &["--uncommitted", "--depth=1"]).stdout, "packages/app\npackages/core\n");
    affected(&env, &["--uncommitted", "--exit-code"]).assert_code(3);
    env.git(["checkout", "--quiet", "."]);
    let nothing = affected(&env, &["--uncommitted", "--exit-code"]).success();
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.as_str()), ("", ""));
}

#[test]
fn explain_says_why() {
    let env = repository();
    env.write("packages/core/index.js", "2");
    env.write("drift.toml", "[affected]\nglobal = [\"drift.toml\", \"*.md\", \"!README.md\"]\n");
    env.write("README.md", "not global");
    let told = affected(&env, &["--uncommitted", "--untracked", "--explain"]);
    let rev = env.git(["rev-parse", "HEAD"]);
    assert!(told.stdout.starts_with(&format!("Base: {rev}, by the rule uncommitted\n")), "{told}");
    let (_, reasons) = told.stdout.split_once("\n\n").unwrap();
    assert_snapshot!(reasons, @"
    npm:. (root)
      README.md was added
      drift.toml was added
      drift.toml concerns every project, by the pattern drift.toml

    npm:packages/app (app)
      drift.toml concerns every project, by the pattern drift.toml
      depends on npm:packages/core (normal)

    npm:packages/core (core)
      packages/core/index.js was modified
      drift.toml concerns every project, by the pattern drift.toml

    npm:packages/docs (docs)
      drift.toml concerns every project, by the pattern drift.toml
      depends on npm:packages/app (dev)

    npm:packages/lone (lone)
      drift.toml concerns every project, by the pattern drift.toml
    ");
}

#[test]
fn the_working_tree_is_compared_with_where_the_branch_left() {
    let env = repository();
    let fork = env.git(["rev-parse", "HEAD"]);
    env.git(["checkout", "--quiet", "-b", "topic"]);
    env.write("packages/lone/index.js", "2");
    env.commit("lone");
    env.write("packages/core/new.js", "untracked");
    env.git(["checkout", "--quiet", "main"]);
    env.write("packages/app/index.js", "not of the branch");
    env.git(["commit", "--quiet", "--all", "--message", "app"]);
    env.git(["checkout", "--quiet", "topic"]);

    let all = ["npm:packages/app", "npm:packages/core", "npm:packages/docs", "npm:packages/lone"];
    let found = check(&env, &["--base", "main"], "flag", &all);
    assert_eq!(found["base"]["rev"], json!(fork));
    assert_eq!(found["changed_files"], json!(["packages/core/new.js", "packages/lone/index.js"]));
    let reason = json!({"kind": "file", "file": "packages/lone/index.js", "change": "modified"});
    assert_eq!(found["affected"][3]["reasons"], json!([reason]));

    check(&env, &["--base", "main", "--head", "HEAD"], "flag", &["npm:packages/lone"]);
    let other = ["npm:packages/app", "npm:packages/docs"];
    check(&env, &["--base", "topic", "--head", "main"], "flag", &other);
    check(&env, &["--config", "workspace.default_branch=main"], "default_branch", &all);
    check(&env, &["--untracked"], "untracked", CORE);
    check(&env, &["--uncommitted"], "uncommitted", &[]);
}

#[test]
fn the_base_is_looked_for_in_order() {
    let mut env = repository();
    let first = env.git(["rev-parse", "HEAD"]);
    env.write("packages/lone/index.js", "2");
    let second = env.commit("second");
    env.write("packages/core/index.js", "2");
    env.commit("third");
    // On the default branch itself, with nothing to push: the commit before.
    let found = check(&env, &[], "parent", CORE);
    assert_eq!(found["base"]["rev"], json!(second));
    // Not pushed yet: all that is to be pushed.
    env.git(["remote", "add", "origin", "https://example.com/x.git"]);
    env.git(["update-ref", "refs/remotes/origin/main", &first]);
    let both = ["npm:packages/app", "npm:packages/core", "npm:packages/docs", "npm:packages/lone"];
    env.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    let found = check(&env, &[], "origin_head", &both);
    assert_eq!((&found["base"]["rev"], &found["base"]["name"]), (&json!(first), &json!("origin/main")));
    env.git(["update-ref", "refs/remotes/origin/dev", &second]);
    check(&env, &["--config", "workspace.default_branch=dev"], "default_branch", CORE);
    env.set("GITLAB_CI", "true");
    env.set("CI_MERGE_REQUEST_IID", "7");
    env.set("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "dev");
    check(&env, &[], "ci_branch", CORE);
    env.set("CI_MERGE_REQUEST_DIFF_BASE_SHA", &first);
    check(&env, &[], "ci_commit", &both);
    env.set("DRIFT_BASE", "HEAD~1");
    check(&env, &[], "env", CORE);
    check(&env, &["--base", "HEAD"], "flag", &[]);
}

#[test]
fn a_base_that_is_not_here_is_an_error_with_the_command_that_fetches_it() {
    let mut env = repository();
    env.write("packages/lone/index.js", "2");
    env.commit("second");
    assert_snapshot!(affected(&env, &["--base", "origin/dev"]), @"
    exit 2
    --- stderr
    error: git does not know the revision `origin/dev`
    hint: run `git fetch origin +refs/heads/dev:refs/remotes/origin/dev`
    ");
    let head = env.git(["rev-parse", "HEAD"]);
    env.write(".git/shallow", format!("{head}\n"));
    env.set("GITHUB_ACTIONS", "true");
    env.set("GITHUB_EVENT_NAME", "pull_request");
    env.set("GITHUB_BASE_REF", "release/1");
    assert_snapshot!(affected(&env, &[]), @"
    exit 2
    --- stderr
    error: git does not know the revision `origin/release/1`
    hint: this clone is shallow; run `git fetch --unshallow origin +refs/heads/release/1:refs/remotes/origin/release/1`
    ");
}

#[test]
fn without_a_base_the_last_scan_is_compared_with() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    check(&env, &["--since-scan"], "last_scan", &[]);
    env.write("packages/app/index.js", "other");
    std::fs::remove_file(env.path("packages/lone/index.js")).unwrap();
    let found =
        check(&env, &[], "last_scan", &["npm:packages/app", "npm:packages/docs", "npm:packages/lone"]);
    assert_eq!(found["base"]["rev"], Value::Null);
    assert_eq!(found["changed_files"], json!(["packages/app/index.js", "packages/lone/index.js"]));
    // Touched is not changed.
    env.write("packages/core/index.js", "1\n");
    let told = affected(&env, &["--depth", "0"]);
    assert_snapshot!(told, @"
    exit 0
    --- stdout
    packages/app
    packages/lone
    --- stderr
    note: no base was found; these are the changes since the scan of [TIME]
    ");
    env.run(["workspace", "scan"]).success();
    check(&env, &[], "last_scan", &[]);
    affected(&env, &["--uncommitted"]).assert_code(2);
    affected(&env, &["--base", "main"]).assert_code(2);
}

#[test]
fn commits_are_not_compared_with_a_scan() {
    let env = repository();
    env.git(["checkout", "--quiet", "-b", "topic"]);
    for head in ["HEAD", "topic"] {
        let refused = env.run(["workspace", "affected", "--head", head, "--json"]).assert_code(2);
        assert_eq!(refused.json()["error"]["hint"], "name a revision with --base", "{head}");
    }
}

#[test]
fn files_can_be_named() {
    let env = repository();
    let listed = |args: &[&str], input: &str| {
        let args: Vec<_> = ["workspace", "affected"].iter().chain(args).collect();
        env.run_with_input(args, input).success()
    };
    assert_eq!(
        listed(&["--files", "-"], "packages/lone/x\npackages/docs/y\r\n").stdout,
        "packages/docs\npackages/lone\n"
    );
    assert_eq!(listed(&["--files", "-", "-0"], "packages/lone/x\0").stdout, "packages/lone\0");
    assert_eq!(listed(&["--files", "-"], "").stdout, "");
    check(
        &env,
        &["--files", "packages/lone/index.js", "packages/docs/gone"],
        "files",
        &["npm:packages/docs", "npm:packages/lone"],
    );
    let inside = env.run_in("packages/lone", ["workspace", "affected", "--files", "index.js"]).success();
    assert_eq!(inside.stdout, "packages/lone\n");
    let outside = affected(&env, &["--files", "../elsewhere"]).success();
    assert!(
        outside.stdout.is_empty() && outside.stderr.contains("is not a file of the workspace"),
        "{outside}"
    );
    // Nobody says what was locked before, so all that is locked counts; a base says it.
    let lock = ["--files", "package-lock.json"];
    assert_eq!(affected(&env, &lock).stdout.lines().count(), 5);
    assert_eq!(affected(&env, &[&lock[..], &["--base", "HEAD"]].concat()).stdout, "");
    affected(&env, &["--files", "a", "--uncommitted"]).assert_code(2);
}

#[test]
fn a_lock_file_affects_those_who_use_what_it_changed() {
    let env = repository();
    let lock = std::fs::read_to_string(env.path("package-lock.json")).unwrap();
    env.write("package-lock.json", lock.replace("\"1.0.0\"", "\"1.0.1\""));
    let packages = json!([{ "name": "left-pad", "from": ["1.0.0"], "to": ["1.0.1"] }]);
    for (args, rule) in [(["--uncommitted"], "uncommitted"), (["--since-scan"], "last_scan")] {
        let found = check(&env, &args, rule, CORE);
        let reason = json!({"kind": "lockfile", "file": "package-lock.json", "packages": packages});
        assert_eq!(found["affected"][1]["reasons"], json!([reason]));
    }
}

#[test]
fn who_depended_on_a_deleted_project_is_affected() {
    let env = repository();
    std::fs::remove_dir_all(env.path("packages/core")).unwrap();
    for (args, rule) in [(["--uncommitted"], "uncommitted"), (["--since-scan"], "last_scan")] {
        let found = check(&env, &args, rule, &["npm:packages/app", "npm:packages/docs"]);
        let reason = json!({"kind": "deleted", "project": "npm:packages/core", "edge": "normal"});
        assert_eq!(found["affected"][0]["reasons"], json!([reason]));
    }
}

#[test]
fn a_new_project_is_seen_without_a_scan() {
    let env = repository();
    env.write("packages/new/package.json", "{ \"name\": \"new\", \"dependencies\": { \"lone\": \"*\" } }");
    env.write("packages/lone/index.js", "2");
    check(&env, &["--uncommitted", "--untracked"], "uncommitted", &["npm:packages/lone", "npm:packages/new"]);
    let found = check(&env, &["--since-scan"], "last_scan", &["npm:packages/lone", "npm:packages/new"]);
    assert_eq!(found["affected"][1]["reasons"].as_array().unwrap().len(), 2);
}

#[test]
fn turbo_and_nx_name_global_files() {
    let env = repository();
    env.write("turbo.json", r#"{ "globalDependencies": ["conf/**", "!conf/local.json"] }"#);
    env.write("conf/all.json", "1");
    env.write("conf/local.json", "1");
    env.commit("turbo");
    env.write("conf/local.json", "2");
    check(&env, &["--uncommitted"], "uncommitted", &["npm:."]);
    env.write("conf/all.json", "2");
    assert_eq!(affected(&env, &["--uncommitted"]).stdout.lines().count(), 5);
}

#[test]
fn outside_a_workspace_there_is_nothing_to_compare() {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    affected(&env, &["--base", "HEAD"]).assert_code(4);
}
