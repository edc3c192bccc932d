//! `drift workspace backup …`: what it takes, lists, keeps and refuses.

use std::path::{Path, PathBuf};
use std::time::Duration;

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::Value;

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "root", "version": "1.0.0" }
"#;

fn workspace() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env
}

/// Moves the clock of every later run.
fn at(env: &mut TestEnv, time: &str) {
    env.set("DRIFT_TEST_NOW", time);
}

fn run(env: &TestEnv, args: &[&str]) -> Value {
    env.run(["workspace", "backup", "--json"].iter().chain(args)).success().json()
}

fn taken(env: &TestEnv, args: &[&str]) -> String {
    run(env, args)["id"].as_str().unwrap().to_owned()
}

fn listed(env: &TestEnv) -> Vec<String> {
    let list = run(env, &["list"]);
    let ids =
        list["backups"].as_array().unwrap().iter().map(|backup| backup["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn what_a_backup_does_is_told_to_those_who_ask_twice() {
    let env = workspace();
    let told = env.run(["-vv", "workspace", "backup", "--json"]).success();
    told.json();
    let mut rest = told.stderr.as_str();
    for step in ["locked", "copying", "checking", "publishing"] {
        let at = rest.find(step).unwrap_or_else(|| panic!("no {step} in its place: {told}"));
        rest = &rest[at..];
    }
}

#[test]
fn a_backup_says_what_it_took() {
    let env = workspace();
    let report = run(&env, &["--note", "before the upgrade", "--pin"]);
    assert_eq!(report["schema"], "drift.workspace.backup/v1");
    assert_eq!((&report["tier"], &report["reason"]), (&"manual".into(), &"user_requested".into()));
    assert_eq!(report["created_at"], crate::env::NOW);
    assert_eq!(report["removed"], serde_json::json!([]));
    let dir = env.path(".drift-backups").join(report["id"].as_str().unwrap());
    for database in report["databases"].as_array().unwrap() {
        let path = dir.join(format!("{}.db", database["name"].as_str().unwrap()));
        assert_eq!(database["bytes"], std::fs::metadata(&path).unwrap().len());
        let connection = Connection::open(&path).unwrap();
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(database["schema_version"], version);
    }
    let backup = &run(&env, &["list"])["backups"][0];
    assert_eq!((&backup["note"], &backup["pinned"]), (&"before the upgrade".into(), &true.into()));
    assert_eq!(backup["keep"], serde_json::json!(["pinned", "newest_verified", "manual"]));
}

#[test]
fn text_names_the_snapshot_and_every_form_verifies() {
    let env = workspace();
    for archive in [&["create"][..], &["--archive"], &["create", "--archive=gzip"]] {
        run(&env, archive);
    }
    env.run(["workspace", "backup", "list"]).success();
    let verified = run(&env, &["verify"]);
    let healthy = |backup: &Value| backup["healthy"] == true && backup["findings"] == serde_json::json!([]);
    assert_eq!(verified["backups"].as_array().unwrap().len(), 3);
    assert!(verified["backups"].as_array().unwrap().iter().all(healthy), "{verified}");
}

#[test]
fn flags_of_a_new_backup_go_with_no_other_action() {
    let env = workspace();
    env.run(["workspace", "backup", "--pin", "list"]).assert_code(2);
    assert_eq!(listed(&env).len(), 0);
}

#[test]
fn nothing_that_is_no_id_reaches_the_disk() {
    let env = workspace();
    let id = taken(&env, &[]);
    let absolute = env.path(".drift-backups").join(&id);
    let before = files(&env);
    for given in ["../x", "", "..", "/", absolute.to_str().unwrap(), "./x", "a\\b"] {
        for command in
            [&["backup", "show"][..], &["backup", "pin"], &["backup", "delete", "-y"], &["restore", "-y"]]
        {
            let outcome = env.run(["workspace"].iter().chain(command).chain(&[given])).assert_code(2);
            assert!(outcome.stderr.contains("cannot name a snapshot"), "{given}: {}", outcome.stderr);
        }
    }
    assert_eq!(files(&env), before);
    assert_snapshot!(env.run(["workspace", "backup", "show", "1999"]), @"
    exit 2
    --- stderr
    error: there is no snapshot `1999`
    hint: `drift workspace backup list` shows what there is
    ");
}

#[test]
fn an_ambiguous_id_lists_the_candidates() {
    let env = workspace();
    let ids = [taken(&env, &[]), taken(&env, &[])];
    let error = env.run(["workspace", "backup", "show", "2026", "--json"]).assert_code(2).json();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(ids.iter().all(|id| message.contains(id)), "{message}");
}

#[test]
fn retention_follows_every_backup_and_the_dry_run_is_the_run() {
    let mut env = workspace();
    let mut ids = Vec::new();
    for minute in 0..4 {
        at(&mut env, &format!("2026-11-22T20:1{minute}:00Z"));
        ids.push(taken(&env, &[]));
    }
    at(&mut env, "2026-11-22T20:20:00Z");
    let limit = ["--config", "backup.retention.manual=2"];
    let dry = run(&env, &["prune", "--dry-run", limit[0], limit[1]]);
    assert_eq!(listed(&env).len(), 4);
    let wet = run(&env, &["prune", limit[0], limit[1]]);
    assert_eq!((&dry["kept"], &dry["removed"]), (&wet["kept"], &wet["removed"]));
    assert_eq!(listed(&env), [ids[3].as_str(), &ids[2]]);
    let report = run(&env, &limit);
    assert_eq!(report["removed"][0]["id"], ids[2]);
    assert_eq!(report["removed"][0]["reason"], "beyond_policy");
    assert_eq!(listed(&env).len(), 2);
}

#[test]
fn the_size_limit_is_kept() {
    let mut env = workspace();
    let first = taken(&env, &[]);
    at(&mut env, "2026-11-22T20:16:00Z");
    let report = run(&env, &["--config", "backup.retention.max_total_size=1KB"]);
    assert_eq!(report["removed"][0]["id"], first);
    assert_eq!(report["removed"][0]["reason"], "max_total_size");
    assert_eq!(report["warnings"][0]["code"], "backup.over_limit");
    assert_eq!(listed(&env).len(), 1, "the newest verified one stays");
}

#[test]
fn pinned_snapshots_stay_until_they_are_unpinned() {
    let mut env = workspace();
    let id = taken(&env, &["--pin"]);
    at(&mut env, "2026-11-22T20:16:00Z");
    run(&env, &["--config", "backup.retention.manual=1"]);
    assert_eq!(listed(&env).len(), 2);
    let refused = env.run(["workspace", "backup", "delete", &id, "--yes"]).assert_code(2);
    assert!(refused.stderr.contains("is pinned"), "{}", refused.stderr);
    assert_eq!(run(&env, &["unpin", &id])["backups"][0]["pinned"], false);
    env.run(["workspace", "backup", "delete", &id]).assert_code(2);
    let planned = run(&env, &["delete", &id, &id, "--dry-run"]);
    assert_eq!((&planned["dry_run"], planned["backups"].as_array().unwrap().len()), (&true.into(), 1));
    assert_eq!(planned["backups"][0]["id"], id);
    assert_eq!(listed(&env).len(), 2, "a dry run deletes nothing");
    run(&env, &["delete", &id, "--yes"]);
    assert_eq!(listed(&env).len(), 1);
    let newest = listed(&env).remove(0);
    assert_eq!(run(&env, &["pin", "latest"])["backups"][0]["id"], newest);
}

#[test]
fn damage_is_a_result_with_exit_3() {
    let env = workspace();
    let (good, bad) = (taken(&env, &[]), taken(&env, &[]));
    let path = env.path(".drift-backups").join(&bad).join("cortex.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[30_000] ^= 1;
    std::fs::write(path, bytes).unwrap();
    let verified = env.run(["workspace", "backup", "verify", "--json"]).assert_code(3).json();
    for backup in verified["backups"].as_array().unwrap() {
        assert_eq!(backup["healthy"], backup["id"] == good.as_str());
    }
    env.run(["workspace", "backup", "verify", &good]).success();
}

#[test]
fn a_partial_snapshot_is_neither_listed_nor_restored() {
    let env = workspace();
    let id = taken(&env, &[]);
    std::fs::remove_file(env.path(".drift-backups").join(&id).join("snapshot.json")).unwrap();
    let list = run(&env, &["list"]);
    assert_eq!(list["backups"], serde_json::json!([]));
    assert_eq!(list["warnings"][0]["code"], "backup.skipped");
    let refused = env.run(["workspace", "restore", "--yes", &id, "--json"]).assert_code(7).json();
    assert_eq!(refused["error"]["code"], "corrupt");
    env.run(["workspace", "restore", "--yes"]).assert_code(2);
}

#[test]
fn backups_do_not_wait_for_a_scan_and_a_held_catalog_is_told() {
    let env = workspace();
    env.run(["workspace", "scan"]).success();
    let hold = |name: &str| {
        let path = env.path(name);
        let lock = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap();
        lock.lock().unwrap();
        lock
    };
    let writer = hold(".drift/writer.lock");
    run(&env, &[]);
    drop(writer);
    let _catalog = hold(".drift-backups/catalog.lock");
    let before = files(&env);
    let error = env.run(["workspace", "backup", "--json"]).assert_code(5).json();
    assert_eq!(error["error"]["code"], "locked");
    assert_eq!(files(&env), before);
    run(&env, &["list"]);
}

#[test]
fn a_backup_beside_a_busy_writer_ends() {
    let env = workspace();
    let path = env.path(".drift/drift.db");
    let writer = Connection::open(&path).unwrap();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                INSERT INTO event (at, kind, detail) SELECT 't', 'k', hex(randomblob(50)) FROM n";
    writer.execute_batch(fill).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let commits = std::thread::scope(|scope| {
        let stop = &stop;
        let busy = scope.spawn(move || {
            writer.execute_batch("PRAGMA synchronous = NORMAL").unwrap();
            let mut commits = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                writer.execute_batch("INSERT INTO event (at, kind, detail) VALUES ('t', 'w', 'd')").unwrap();
                commits += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            commits
        });
        let report = run(&env, &[]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(report["bytes"].as_u64().unwrap() > 10_000_000);
        busy.join().unwrap()
    });
    assert!(commits > 10, "the writer was kept out: {commits} commits");
    env.run(["workspace", "backup", "verify"]).success();
}

#[test]
fn scheduled_backups_need_no_daemon() {
    let mut env = workspace();
    let tiers = |env: &TestEnv| -> Vec<String> {
        let list = run(env, &["list"]);
        let tiers =
            list["backups"].as_array().unwrap().iter().map(|b| b["tier"].as_str().unwrap().to_owned());
        tiers.collect()
    };
    env.run(["workspace", "scan"]).success();
    assert_eq!(tiers(&env), [""; 0], "nothing is a day old yet");
    at(&mut env, "2026-11-24T20:15:30Z");
    env.write("new.txt", "x");
    let scan = env.run(["workspace", "scan"]).success();
    assert!(scan.stderr.contains("took the daily backup"), "{}", scan.stderr);
    assert_eq!(tiers(&env), ["daily"]);
    env.run(["workspace", "scan"]).success();
    assert_eq!(tiers(&env), ["daily"], "one a day");
    at(&mut env, "2026-12-05T20:15:30Z");
    env.set("CI", "true");
    env.run(["workspace", "scan"]).success();
    assert_eq!(tiers(&env), ["daily"], "never in CI");
    env.unset("CI");
    env.run(["workspace", "scan", "--config", "backup.auto=false"]).success();
    assert_eq!(tiers(&env), ["daily"], "not where it is switched off");
    env.run(["workspace", "scan"]).success();
    assert_eq!(tiers(&env), ["weekly"], "the longest that is due; the daily one is too old for the policy");
}

#[test]
fn an_empty_policy_is_an_error_and_removes_nothing() {
    let env = workspace();
    taken(&env, &[]);
    let zero = ["operational", "manual", "daily", "weekly", "monthly"];
    let zero: Vec<String> = zero.iter().map(|key| format!("--config=backup.retention.{key}=0")).collect();
    let args = ["workspace", "backup", "prune"].into_iter().chain(zero.iter().map(String::as_str));
    env.run(args).assert_code(2);
    assert_eq!(listed(&env).len(), 1);
}

/// Every file of the snapshots and the databases, with its content; locks aside.
fn files(env: &TestEnv) -> Vec<(PathBuf, Vec<u8>)> {
    fn collect(dir: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                collect(&path, into);
            } else if !name.contains(".lock") && !name.ends_with("-shm") && !name.ends_with("-wal") {
                into.push((path.clone(), std::fs::read(path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    collect(&env.path(".drift"), &mut files);
    collect(&env.path(".drift-backups"), &mut files);
    files.sort();
    files
}
