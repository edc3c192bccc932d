//! `drift workspace migrate`: up, down, planned, judged, raced, killed.

use insta::assert_snapshot;
use rusqlite::Connection;

use crate::env::{LATEST, TestEnv};

/// A workspace whose databases have their first schema, with rows in them.
fn old() -> TestEnv {
    let env = TestEnv::with_tree(
        r#"
//- package.json
{ "name": "shop", "workspaces": ["packages/*"] }
//- packages/core/package.json
{ "name": "core", "dependencies": { "react": "^19" } }
//- packages/broken/package.json
{ "name": oops }
"#,
    );
    env.run(["workspace", "init"]).success();
    for name in ["drift", "cortex"] {
        env.run(["workspace", "migrate", "--database", name, "--to", "1", "--yes"]).success();
    }
    env
}

fn version(env: &TestEnv, name: &str) -> i64 {
    let database = Connection::open(env.path(format!(".drift/{name}.db"))).unwrap();
    database.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn an_old_workspace_is_read_planned_and_migrated() {
    let env = old();
    env.run(["workspace", "status"]).success();
    let refused = env.run(["workspace", "projects", "--json"]).assert_code(6);
    assert_eq!(refused.json()["error"]["code"], "migration_needed");
    assert_snapshot!(env.run(["workspace", "migrate", "--plan"]), @"
    exit 0
    --- stdout
    drift.db from schema 1 to 6:
      0002_context
      0003_project_state
      0004_check
      0005_git_oid
      0006_scan_memory
    cortex.db from schema 1 to 2:
      0002_memory
    ");
    assert_snapshot!(env.run(["workspace", "migrate", "--status"]), @"
    exit 0
    --- stdout
    DATABASE  VERSION  LATEST  PENDING
    drift           1       6  0002_context, 0003_project_state, 0004_check, 0005_git_oid, 0006_scan_memory
    cortex          1       2  0002_memory
    ");
    env.run(["workspace", "migrate", "--check"]).assert_code(3);
    assert_eq!(version(&env, "drift"), 1, "none of these changed anything");
    assert_snapshot!(env.run(["workspace", "migrate"]), @"
    exit 0
    --- stdout
    Migrated drift.db from schema 1 to 6: 0002_context, 0003_project_state, 0004_check, 0005_git_oid, 0006_scan_memory
    Migrated cortex.db from schema 1 to 2: 0002_memory
    To go back: drift workspace restore [ID]
    ");
    env.run(["workspace", "migrate", "--check"]).success();
    env.run(["workspace", "verify"]).success();
    assert_eq!(
        env.run(["workspace", "projects", "--json"]).success().json()["projects"].as_array().unwrap().len(),
        2
    );
    assert_snapshot!(env.run(["workspace", "migrate"]), @"
    exit 0
    --- stdout
    Nothing to migrate
    ");
}

#[test]
fn what_an_old_schema_can_answer_is_answered() {
    let env = old();
    for verb in ["status", "context", "verify", "backup", "size", "export", "history"] {
        env.run(["workspace", verb, "--json"]).success();
    }
    for verb in ["scan", "projects", "graph", "affected", "check", "gc"] {
        let refused = env.run(["workspace", verb, "--json"]).assert_code(6);
        assert_eq!(refused.json()["error"]["code"], "migration_needed", "{verb}");
    }
    assert_eq!(version(&env, "drift"), 1, "none of these changed anything");
    env.run(["workspace", "delete", "--yes"]).success();
}

#[test]
fn init_migrates_too() {
    let env = old();
    let done = env.run(["workspace", "init", "--json"]).success().json();
    assert_eq!(done["created"], false);
    assert_eq!((version(&env, "drift"), version(&env, "cortex")), LATEST);
}

#[test]
fn going_down_is_asked_for_and_can_be_undone() {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    let down = ["workspace", "migrate", "--database", "drift", "--to", "2"];
    assert_snapshot!(env.run(down), @"
    exit 2
    --- stderr
    error: not confirmed: take drift.db down from schema 6 to 2, which drops what only the later one holds?
    hint: give `--yes` to confirm without being asked
    ");
    assert_eq!(version(&env, "drift"), LATEST.0);
    let done = env.run(down.iter().copied().chain(["--yes", "--json"])).success().json();
    assert_eq!(
        done["databases"][0]["applied"],
        serde_json::json!(["0006_scan_memory", "0005_git_oid", "0004_check", "0003_project_state"])
    );
    assert_eq!(version(&env, "drift"), 2);
    let mixed = env.run(["workspace", "verify", "--json"]).success().json();
    let codes: Vec<_> =
        mixed["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["schema.pending", "schema.mixed"]);
    let safety = done["safety_backup"].as_str().unwrap();
    env.run(["workspace", "restore", safety, "--yes"]).success();
    assert_eq!(version(&env, "drift"), LATEST.0);
}

#[test]
fn versions_that_are_not_there_are_refused() {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    for wrong in ["0", "99", "x"] {
        env.run(["workspace", "migrate", "--database", "drift", "--to", wrong, "--yes"]).assert_code(2);
    }
    env.run(["workspace", "migrate", "--to", "1", "--yes"]).assert_code(2);
}

#[test]
fn several_at_once_migrate_once() {
    let env = old();
    let count = |env: &TestEnv| {
        let database = Connection::open(env.path(".drift/drift.db")).unwrap();
        let up = "SELECT count(*) FROM migration_history WHERE direction = 'up'";
        database.query_row(up, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = count(&env);
    let running: Vec<_> = (0..6).map(|_| env.command(["workspace", "migrate"]).spawn().unwrap()).collect();
    let codes: Vec<_> =
        running.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    assert_eq!(count(&env), before + LATEST.0 - 1, "each step was applied once");
}

#[test]
fn a_damaged_database_is_not_migrated() {
    let env = old();
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // A b-tree page in the middle of the file, so that only a check of the structure sees it.
    let middle = bytes.len() / 8192 / 2 * 8192;
    bytes[middle..middle + 4096].fill(0xaa);
    std::fs::write(&path, &bytes).unwrap();
    let refused = env.run(["workspace", "migrate", "--json"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    assert_eq!(version(&env, "drift"), 1);
    assert_eq!(version(&env, "cortex"), 1);
}

#[test]
fn a_killed_migrate_leaves_old_or_new_and_finishes_when_run_again() {
    for delay in [0, 5, 20, 40, 80, 120] {
        let env = old();
        let mut child = env.command(["workspace", "migrate"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            [1, LATEST.0].contains(&version(&env, "drift"))
                && [1, LATEST.1].contains(&version(&env, "cortex"))
        );
        env.run(["workspace", "migrate"]).success();
        env.run(["workspace", "verify"]).success();
        assert_eq!((version(&env, "drift"), version(&env, "cortex")), LATEST);
    }
}

#[test]
fn verbose_traces_tell_every_step() {
    let env = old();
    let quiet = env.run(["workspace", "migrate", "--database", "cortex"]).success();
    assert_eq!(quiet.stderr, "");
    let told = env.run(["-v", "workspace", "migrate"]).success();
    let places =
        ["took the safety snapshot", "rehearsed on a copy", "0002_context", "0003_project_state", "migrated"]
            .map(|words| {
                told.stderr.find(words).unwrap_or_else(|| panic!("no {words:?} in {}", told.stderr))
            });
    assert!(places.is_sorted(), "{}", told.stderr);
    assert!(!told.stdout.contains("rehearsed"), "{}", told.stdout);
}
