//! `drift workspace reset` and `delete`: nothing is lost, nothing of others is touched, and it can be undone.

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::env::TestEnv;

fn workspace() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\", \"version\": \"1.0.0\" }\n");
    env.run(["workspace", "init"]).success();
    env.write("drift.toml", "[gc]\nauto = false\n");
    let memory = "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
                  VALUES ('note', 'precious', 1, '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', 'test')";
    Connection::open(env.path(".drift/cortex.db")).unwrap().execute(memory, []).unwrap();
    env
}

fn count(env: &TestEnv, database: &str, table: &str) -> i64 {
    let connection = Connection::open(env.path(format!(".drift/{database}"))).unwrap();
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn done(env: &TestEnv, verb: &str) -> Value {
    env.run(["workspace", verb, "--yes", "--json"]).success().json()
}

/// What undoes it, and whether it does.
#[track_caller]
fn undo(env: &TestEnv, document: &Value) {
    let safety = document["safety_backup"].as_str().unwrap();
    let verified = env.run(["workspace", "backup", "show", safety, "--json"]).success().json();
    assert!(verified["verified_at"].is_string(), "{verified}");
    env.run(["workspace", "restore", safety, "--yes"]).success();
    assert_eq!((count(env, "drift.db", "project"), count(env, "cortex.db", "memory")), (1, 1));
    env.run(["workspace", "verify"]).success();
}

#[test]
fn neither_happens_unasked() {
    let env = workspace();
    for verb in ["reset", "delete"] {
        let refused = env.run(["workspace", verb, "--json"]).assert_code(2);
        assert_eq!(refused.json()["error"]["code"], "confirmation_required");
        env.run(["workspace", verb, "--dry-run"]).success();
        assert_eq!((count(&env, "drift.db", "project"), count(&env, "cortex.db", "memory")), (1, 1));
        assert!(!env.path(".drift-backups").exists());
    }
}

#[test]
fn reset_empties_both_databases_and_can_be_undone() {
    let env = workspace();
    let before = env.run(["workspace", "status", "--json"]).json();
    let document = done(&env, "reset");
    assert_eq!(document["removed"], json!([".drift/drift.db", ".drift/cortex.db"]));
    assert_eq!(document["kept"], json!([".drift-backups", "drift.toml"]));
    assert_eq!(document["quarantine"], Value::Null);
    for (database, table) in [("drift.db", "project"), ("drift.db", "file"), ("cortex.db", "memory")] {
        assert_eq!(count(&env, database, table), 0, "{table}");
    }
    let status = env.run(["workspace", "status", "--json"]).success().json();
    assert_eq!((&status["projects"], &status["name"]), (&json!(0), &before["name"]));
    env.run(["workspace", "verify"]).success();
    for verb in ["projects", "graph"] {
        let empty = env.run(["workspace", verb, "--json"]).success().json();
        assert_eq!(empty["warnings"][0]["code"], "scan.none", "{empty}");
        assert_eq!(empty["warnings"][0]["hint"], "run `drift workspace scan`");
    }
    let history = env.run(["workspace", "history", "--json"]).success().json();
    let kinds: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert!(kinds.contains(&&json!("reset")), "{kinds:?}");
    // The same workspace: its own snapshot comes back without a question about another one.
    undo(&env, &document);
}

#[test]
fn delete_leaves_snapshots_and_what_drift_did_not_make() {
    let env = workspace();
    env.write(".drift/notes.txt", "mine");
    let document = done(&env, "delete");
    assert!(!env.path(".drift").exists());
    let kept: Vec<&str> =
        document["kept"].as_array().unwrap().iter().map(|kept| kept.as_str().unwrap()).collect();
    let [".drift-backups", "drift.toml", notes] = kept[..] else { panic!("{kept:?}") };
    assert_eq!(std::fs::read_to_string(env.path(notes)).unwrap(), "mine");
    assert!(document["removed"].as_array().unwrap().contains(&json!(".drift/drift.db")), "{document}");
    env.run(["workspace", "status"]).assert_code(4);
    env.run(["workspace", "delete", "--yes"]).assert_code(4);
    undo(&env, &document);
}

#[test]
fn delete_leaves_nothing_where_everything_is_drifts() {
    let env = workspace();
    assert_snapshot!(env.run(["workspace", "delete", "--yes"]), @"
    exit 0
    --- stdout
    Deleted the workspace in [ROOT]
    Left .drift-backups
    Left drift.toml
    Undo with `drift workspace restore [ID]`
    ");
    let mut names: Vec<_> = std::fs::read_dir(env.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".drift-backups", "drift.toml", "package.json"]);
}

#[test]
fn what_is_damaged_goes_to_quarantine_byte_for_byte() {
    for verb in ["reset", "delete"] {
        let env = workspace();
        let mut bytes = std::fs::read(env.path(".drift/drift.db")).unwrap();
        bytes[..4096].fill(0x5a);
        env.write(".drift/drift.db", &bytes);
        let planned = env.run(["workspace", verb, "--dry-run", "--json"]).success().json();
        assert_eq!(
            (&planned["plan"][0]["live"], &planned["plan"][1]["live"]),
            (&json!("quarantine"), &json!("safety_backup"))
        );
        let document = done(&env, verb);
        let quarantine = document["quarantine"].as_str().unwrap();
        assert_eq!(std::fs::read(env.path(quarantine).join("drift.db")).unwrap(), bytes);
        assert!(document["safety_backup"].is_string());
        if verb == "reset" {
            env.run(["workspace", "verify"]).success();
        }
    }
}

#[test]
fn a_newer_schema_is_kept_byte_for_byte() {
    for verb in ["reset", "delete"] {
        let env = workspace();
        let connection = Connection::open(env.path(".drift/cortex.db")).unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        drop(connection);
        let bytes = std::fs::read(env.path(".drift/cortex.db")).unwrap();
        env.run(["workspace", "gc"]).assert_code(6);
        env.run(["workspace", "size"]).assert_code(6);
        let document = done(&env, verb);
        let quarantine = env.path(document["quarantine"].as_str().unwrap());
        assert_eq!(std::fs::read(quarantine.join("cortex.db")).unwrap(), bytes);
    }
}

#[test]
fn an_interrupted_delete_is_finished_by_gc_and_init_and_delete() {
    let aside = ".drift.deleted-20261122T201530Z-7f3a";
    let check = |args: &[&str], code: i32| {
        let env = workspace();
        env.run(["workspace", "backup"]).success();
        std::fs::rename(env.path(".drift"), env.path(aside)).unwrap();
        env.run(["workspace", "gc", "--dry-run"]).success();
        assert!(env.path(aside).join("drift.db").exists());
        env.run(args).assert_code(code);
        assert!(!env.path(aside).exists());
    };
    check(&["workspace", "gc"], 0);
    check(&["workspace", "delete", "--yes"], 0);
    // There is a snapshot, so init does not make an empty workspace in its place unasked.
    check(&["workspace", "init"], 7);
    check(&["workspace", "init", "--recreate", "drift", "--recreate", "cortex"], 0);
}

#[test]
fn nobody_loses_a_workspace_that_is_in_use() {
    let env = workspace();
    let lock = std::fs::File::open(env.path(".drift/workspace.lock")).unwrap();
    lock.lock_shared().unwrap();
    for verb in ["reset", "delete"] {
        env.run(["workspace", verb, "--yes"]).assert_code(5);
    }
    assert_eq!((count(&env, "drift.db", "project"), count(&env, "cortex.db", "memory")), (1, 1));
    assert!(!env.path(".drift-backups").exists());
}
