//! What one CI run learned, another uses: a fresh clone exports, another at another place imports.

use serde_json::{Value, json};

use crate::env::TestEnv;

/// `left-pad` is required at two versions, which no change of this file's tests brought.
const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["p/*"] }
//- p/a/package.json
{ "name": "a", "version": "1.0.0", "dependencies": { "left-pad": "1.0.0" } }
//- p/a/index.js
1
//- p/b/package.json
{ "name": "b", "version": "1.0.0", "dependencies": { "left-pad": "2.0.0" } }
//- p/b/index.js
1
"#;

const CACHE: &str = ".drift-cache/ci.drift.tar.zst";

/// The repository that all others are clones of.
fn origin() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env
}

/// Another machine, with a fresh clone of the branch.
fn clone(origin: &TestEnv, branch: &str) -> TestEnv {
    let env = TestEnv::new();
    let from = origin.path("");
    env.git(["clone", "--quiet", "--branch", branch, from.to_str().unwrap(), "."]);
    env
}

fn json(env: &TestEnv, args: &[&str]) -> Value {
    env.run(["workspace"].iter().chain(args).chain(&["--json"])).success().json()
}

/// A topic branch that changes one file and brings one finding.
fn change(origin: &TestEnv) {
    origin.git(["checkout", "--quiet", "-b", "topic"]);
    origin.write(
        "p/b/package.json",
        r#"{ "name": "b", "version": "1.0.0", "dependencies": { "left-pad": "2.0.0", "a": "^9.0.0" } }"#,
    );
    origin.commit("second");
}

fn new_rules(check: &Value) -> Vec<&str> {
    let findings = check["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["new"] == true)
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

#[test]
fn a_run_reads_only_what_changed_and_reports_only_what_is_new() {
    let origin = origin();
    let first = clone(&origin, "main");
    assert_eq!(json(&first, &["import", "--ci", "--baseline"])["hit"], false);
    json(&first, &["init"]);
    let found = json(&first, &["check", "--record"]);
    assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(json(&first, &["export", "--ci"])["output"], CACHE);

    change(&origin);
    let second = clone(&origin, "topic");
    second.write(CACHE, std::fs::read(first.path(CACHE)).unwrap());
    let imported = json(&second, &["import", "--ci", "--baseline"]);
    assert_eq!((&imported["hit"], &imported["baseline"]), (&json!(true), &json!("main")), "{imported}");
    assert_eq!(
        (&imported["unchanged_files"], &imported["changed_files"]),
        (&json!(4), &json!(1)),
        "{imported}"
    );
    let scanned = json(&second, &["scan"]);
    assert_eq!((&scanned["changed"], &scanned["rehashed"]), (&json!(1), &json!(1)), "{scanned}");
    assert_eq!((&scanned["added"], &scanned["removed"]), (&json!(0), &json!(0)), "{scanned}");

    let check = json(&second, &["check", "--new-only", "--base", "main"]);
    assert_eq!(
        (&check["base"]["rule"], &check["base"]["branch"]),
        (&json!("baseline"), &json!("main")),
        "{check}"
    );
    assert_eq!(new_rules(&check), ["unsatisfied_range"], "{check}");
}

/// A fork calls its branch `main`, and its bundle gets into the cache somehow.
#[test]
fn what_a_pull_request_stored_measures_no_branch() {
    let origin = origin();
    change(&origin);
    let mut fork = clone(&origin, "topic");
    for (name, value) in
        [("GITHUB_ACTIONS", "true"), ("GITHUB_HEAD_REF", "main"), ("GITHUB_BASE_REF", "main")]
    {
        fork.set(name, value);
    }
    json(&fork, &["init"]);
    json(&fork, &["check", "--record"]);
    json(&fork, &["export", "--ci"]);

    let mut branch = clone(&origin, "topic");
    branch.set("GITHUB_ACTIONS", "true");
    branch.set("GITHUB_REF", "refs/heads/main");
    branch.write(CACHE, std::fs::read(fork.path(CACHE)).unwrap());
    json(&branch, &["import", "--ci", "--baseline"]);
    let check = json(&branch, &["check", "--new-only", "--base", "main"]);
    assert_eq!(new_rules(&check).len(), 2, "{check}");
}

#[test]
fn two_machines_export_the_same_bytes() {
    let origin = origin();
    let export = || {
        let env = clone(&origin, "main");
        json(&env, &["init"]);
        json(&env, &["export", "--ci"])["blake3"].clone()
    };
    assert_eq!(export(), export());
}

/// The shell script that `cache-key --snippet` prints for a CI of any kind, with a directory as its store.
#[cfg(unix)]
#[test]
fn the_generic_script_does_what_it_says() {
    let origin = origin();
    let store = tempfile::tempdir().unwrap();
    let ci = |branch: &str, vars: &[(&str, &str)]| {
        let mut env = clone(&origin, branch);
        for (name, value) in vars {
            env.set(name, value);
        }
        let script =
            env.run(["workspace", "cache-key", "--provider", "generic", "--snippet"]).success().stdout;
        let store = store.path().display();
        let functions = format!(
            "fetch() {{ found=$(ls -t '{store}' | grep -e \"^$1\" | head -n 1); [ -n \"$found\" ] || return 1
               mkdir -p \"$(dirname \"$2\")\"; cp '{store}/'\"$found\" \"$2\"; echo \"fetched $found\"; }}
             store() {{ cp \"$1\" '{store}/'\"$2\"; echo \"stored $2\"; }}\n"
        );
        (env.shell(&format!("({functions}{script}); echo \"exit $?\"")), env)
    };
    let (main, _) = ci("main", &[]);
    assert!(main.contains("\nstored drift-v1-") && main.ends_with("exit 0\n"), "{main}");
    assert!(!main.contains("fetched"), "{main}");

    change(&origin);
    let request = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_HEAD_REF", "topic"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_REF", "refs/pull/7/merge"),
    ];
    let (topic, env) = ci("topic", &request);
    assert!(topic.contains("fetched drift-v1-") && topic.contains("(new)"), "{topic}");
    assert!(!topic.contains("stored"), "a pull request stores nothing: {topic}");
    assert!(topic.contains("unsatisfied_range") && !topic.contains("version_mismatch"), "{topic}");
    assert_eq!(json(&env, &["status"])["projects"], 3);
}
