//! `drift workspace scan`: what it counts, what it hashes again, and what it keeps.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["packages/*"] }
//- packages/a/package.json
{ "name": "a" }
//- packages/a/index.js
a
//- packages/b/package.json
{ "name": "b", "dependencies": { "a": "*" } }
//- packages/b/one.js
one
//- packages/b/two.js
two
"#;

fn scanned() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env
}

fn scan(env: &TestEnv) -> Value {
    env.run(["workspace", "scan", "--json"]).success().json()
}

/// `[added, changed, removed, renamed]`
fn counts(found: &Value) -> Value {
    json!([found["added"], found["changed"], found["removed"], found["renamed"]])
}

/// `id: files +added ~changed -removed` of the projects where something changed.
fn per_project(found: &Value) -> Vec<String> {
    let number = |project: &Value, name: &str| project[name].as_u64().unwrap();
    let projects = found["per_project"].as_array().unwrap().iter();
    let busy = projects.filter(|p| ["added", "changed", "removed"].iter().any(|name| number(p, name) > 0));
    busy.map(|p| {
        let [files, added, changed, removed] =
            ["files", "added", "changed", "removed"].map(|name| number(p, name));
        format!("{}: {files} +{added} ~{changed} -{removed}", p["id"].as_str().unwrap())
    })
    .collect()
}

#[test]
fn a_dry_run_finds_the_same_and_stores_nothing() {
    let env = scanned();
    env.write("packages/a/index.js", "other");
    env.write("packages/b/package.json", r#"{ "name": "b" }"#);
    env.write("top.txt", "top");
    let state = || {
        let tables = ["project", "project_edge", "file", "scan", "event", "workspace_context", "manifest"];
        let rows = |table: &str| env.text("drift", &format!("SELECT count(*) || '' FROM {table}"));
        let hashes = "SELECT group_concat(hex(blake3)) FROM (SELECT blake3 FROM file ORDER BY path)";
        (tables.map(rows), env.text("drift", hashes))
    };
    let before = state();
    let mut planned = env.run(["workspace", "scan", "--dry-run", "--json"]).success().json();
    assert_eq!(state(), before);
    let mut done = scan(&env);
    assert_eq!((&planned["dry_run"], &done["dry_run"]), (&json!(true), &json!(false)));
    assert_eq!(counts(&done), json!([1, 2, 0, 0]));
    assert_ne!(state(), before);
    for document in [&mut planned, &mut done] {
        let document = document.as_object_mut().unwrap();
        document.retain(|key, _| key != "dry_run" && key != "duration_ms");
    }
    assert_eq!(planned, done);
    let told = env.run(["workspace", "scan", "-n"]).success();
    assert!(told.stdout.ends_with("Nothing of it was stored\n"), "{}", told.stdout);
}

#[test]
fn changes_are_counted_per_project() {
    let env = scanned();
    assert_eq!(per_project(&scan(&env)), [""; 0]);
    env.write("packages/a/index.js", "other");
    env.write("packages/a/new.js", "new");
    std::fs::rename(env.path("packages/b/two.js"), env.path("packages/b/renamed.js")).unwrap();
    std::fs::remove_file(env.path("packages/b/one.js")).unwrap();
    env.write("top.txt", "top");
    let found = scan(&env);
    assert_eq!(counts(&found), json!([3, 1, 2, 1]));
    assert_eq!(
        per_project(&found),
        ["npm:.: 2 +1 ~0 -0", "npm:packages/a: 3 +1 ~1 -0", "npm:packages/b: 2 +1 ~0 -2"]
    );
    assert_eq!(counts(&scan(&env)), json!([0, 0, 0, 0]));
}

#[test]
fn a_project_that_moves_or_goes_keeps_its_row() {
    let env = scanned();
    let keys = || -> Vec<(i64, String, bool)> {
        let db = Connection::open(env.path(".drift/drift.db")).unwrap();
        let mut statement =
            db.prepare("SELECT key, id, removed_at IS NOT NULL FROM project ORDER BY key").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = keys();
    std::fs::rename(env.path("packages/a"), env.path("packages/moved")).unwrap();
    let found = scan(&env);
    assert_eq!(counts(&found), json!([2, 0, 2, 2]));
    assert_eq!(found["moved_projects"], json!([{"from": "npm:packages/a", "to": "npm:packages/moved"}]));
    assert_eq!(per_project(&found), ["npm:packages/moved: 2 +2 ~0 -2"]);
    assert_eq!(keys()[1], (before[1].0, "npm:packages/moved".into(), false));

    std::fs::remove_dir_all(env.path("packages/b")).unwrap();
    let found = scan(&env);
    assert_eq!(found["removed_projects"], json!(["npm:packages/b"]));
    assert_eq!(per_project(&found), ["npm:packages/b: 0 +0 ~0 -3"]);
    assert_eq!(keys()[2], (before[2].0, "npm:packages/b".into(), true));
}

#[test]
fn only_full_reads_what_looks_unchanged() {
    let mut env = scanned();
    // Later than the files were written, so that their times tell whether they changed.
    env.set("DRIFT_TEST_NOW", "2099-01-01T00:00:00Z");
    scan(&env);
    assert_eq!(scan(&env)["rehashed"], 0);
    let full = env.run(["workspace", "scan", "--full", "--json"]).success().json();
    assert_eq!((&full["rehashed"], &full["files"]), (&json!(6), &json!(6)));
    assert_eq!(counts(&full), json!([0, 0, 0, 0]));
}

#[test]
fn the_commit_and_the_branch_are_recorded() {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.run(["workspace", "init"]).success();
    let head = env.git(["rev-parse", "HEAD"]);
    let status = env.run(["workspace", "status", "--json"]).success().json();
    assert_eq!(status["last_scan"]["git_head"], json!(head));
    assert_eq!(status["last_scan"]["git_branch"], "main");
    env.git(["checkout", "--quiet", "--detach"]);
    let found = scan(&env);
    assert_eq!((&found["git_head"], &found["git_branch"]), (&json!(head), &Value::Null));
}

#[test]
fn ignore_files_hide_what_git_does_not_track() {
    let env = TestEnv::with_tree(TREE);
    env.write(".gitignore", "out/\n");
    env.write("out/package.json", "{ \"name\": \"built\" }");
    env.git_init();
    env.write(".driftignore", "packages/b/\n");
    env.run(["workspace", "init"]).success();
    let found = scan(&env);
    assert_eq!(found["files"], 4, "{found}");
    // What git reads where nothing else is configured.
    let ignore = env.home().join(".config/git/ignore");
    std::fs::create_dir_all(ignore.parent().unwrap()).unwrap();
    std::fs::write(ignore, "*.log\n").unwrap();
    env.write("packages/a/build.log", "");
    assert_eq!(counts(&scan(&env)), json!([0, 0, 0, 0]));
    std::fs::remove_file(env.path(".driftignore")).unwrap();
    assert_eq!(per_project(&scan(&env)), ["npm:packages/b: 3 +3 ~0 -0"]);
}
