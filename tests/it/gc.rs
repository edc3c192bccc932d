//! `drift workspace gc`: what it names it removes, every free page goes back, and a full disk is no obstacle.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::Value;

use crate::env::TestEnv;

/// [`crate::env::NOW`], since 1970.
const NOW: Duration = Duration::from_secs(1_795_378_530);
const DAY: Duration = Duration::from_secs(86_400);

fn workspace() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\", \"version\": \"1.0.0\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

/// Some four megabytes in drift.db, of which all but a little is free again.
fn free_pages(env: &TestEnv) -> i64 {
    let path = env.path(".drift/drift.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
             INSERT OR REPLACE INTO workspace_context SELECT printf('x%04d', i), hex(zeroblob(2000)), '' FROM n;
             DELETE FROM workspace_context WHERE section > 'x0100' AND section NOT LIKE '%00';",
        )
        .unwrap();
    drop(connection);
    freelist(&path)
}

fn freelist(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection.pragma_query_value(None, "freelist_count", |row| row.get(0)).unwrap()
}

fn bytes(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}

/// Leaves a file that was last written `days` before the time of the test.
fn leave(env: &TestEnv, path: &str, days: u32) -> PathBuf {
    env.write(path, "left");
    let path = env.path(path);
    age(&path, days);
    age(path.parent().unwrap(), days);
    path
}

fn age(path: &Path, days: u32) {
    let now = SystemTime::UNIX_EPOCH + NOW;
    let file = std::fs::File::open(path).unwrap();
    file.set_modified(now - DAY * days).unwrap();
}

fn actions(document: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let actions = document["actions"].as_array().unwrap().iter();
    actions.map(|action| (text(&action["kind"]), text(&action["subject"]))).collect()
}

#[test]
fn every_requested_page_goes_back_and_the_file_shrinks() {
    let check = |limit: Option<i64>| {
        let env = workspace();
        let (path, free) = (env.path(".drift/drift.db"), free_pages(&env));
        assert!(free > 100, "{free}");
        let before = bytes(&path);
        let limit_text = limit.unwrap_or_default().to_string();
        let mut args = vec!["workspace", "gc", "--json"];
        if limit.is_some() {
            args.extend(["--max-pages", &limit_text]);
        }
        let document = env.run(args).success().json();
        let freed = limit.unwrap_or(free);
        assert_eq!(freelist(&path), free - freed, "{document}");
        assert!(bytes(&path) <= before - freed as u64 * 8192, "{document}");
        let [before, after, freed] =
            ["before_bytes", "after_bytes", "freed_bytes"].map(|field| document[field].as_u64().unwrap());
        assert_eq!(before - after, freed);
        assert!(!env.path(".drift/drift.db-wal").exists());
    };
    check(None);
    check(Some(1));
    check(Some(50));
}

#[test]
fn the_dry_run_names_what_the_run_does_and_changes_nothing() {
    let env = workspace();
    free_pages(&env);
    let connection = Connection::open(env.path(".drift/drift.db")).unwrap();
    connection
        .execute("INSERT INTO event (at, kind, detail) VALUES ('2020-01-01T00:00:00Z', 'old', '{}')", [])
        .unwrap();
    drop(connection);
    let old = leave(&env, ".drift/tmp/20261101T000000Z-0001/drift.db", 2);
    let young = leave(&env, ".drift/tmp/20261122T000000Z-0002/drift.db", 0);
    let backup = leave(&env, ".drift-backups/.tmp-20261101T000000Z-0003/drift.db", 2);
    let deleted = leave(&env, ".drift.deleted-20261101T000000Z-0004/drift.db", 0);
    let names = |dir: &str| {
        let mut found: Vec<_> =
            std::fs::read_dir(env.path(dir)).unwrap().map(|entry| entry.unwrap().path()).collect();
        found.sort();
        found.into_iter().map(|path| (std::fs::read(&path).ok(), path)).collect::<Vec<_>>()
    };
    let before = names(".drift");
    let planned = env.run(["workspace", "gc", "--dry-run", "--json"]).success().json();
    assert_eq!(names(".drift"), before);
    assert!(old.exists() && young.exists() && backup.exists() && deleted.exists());

    let size = env.run(["workspace", "size", "--json"]).success().json();
    let sum: u64 =
        planned["actions"].as_array().unwrap().iter().map(|action| action["bytes"].as_u64().unwrap()).sum();
    assert_eq!(size["reclaimable_bytes"], sum);

    let done = env.run(["workspace", "gc", "--json"]).success().json();
    assert_eq!(actions(&done), actions(&planned));
    let pair = |kind: &str, subject: &str| (kind.to_owned(), subject.to_owned());
    assert_eq!(
        actions(&done),
        [
            pair("history", "drift.db:event"),
            pair("staging", ".drift/tmp/20261101T000000Z-0001"),
            pair("staging", ".drift-backups/.tmp-20261101T000000Z-0003"),
            pair("interrupted_delete", ".drift.deleted-20261101T000000Z-0004"),
            pair("incremental_vacuum", "drift.db"),
            pair("optimize", "drift.db"),
            pair("optimize", "cortex.db"),
        ]
    );
    assert!(!old.exists() && young.exists() && !backup.exists() && !deleted.parent().unwrap().exists());
    let again = env.run(["workspace", "gc", "--json"]).success().json();
    assert_eq!(actions(&again), [pair("optimize", "drift.db"), pair("optimize", "cortex.db")]);
    let history = env.run(["workspace", "history", "--json"]).success().json();
    assert!(history["events"].as_array().unwrap().iter().any(|event| event["kind"] == "gc"));
    env.run(["workspace", "verify"]).success();
}

#[test]
fn people_are_told_what_goes_and_why() {
    let env = workspace();
    env.run(["workspace", "gc"]).success();
    assert_snapshot!(env.run(["workspace", "gc"]), @"
    exit 0
    --- stdout
    Nothing to remove
    ");
    leave(&env, ".drift/tmp/20261101T000000Z-0001/drift.db", 2);
    assert_snapshot!(env.run(["workspace", "gc", "--dry-run"]), @"
    exit 0
    --- stdout
    Would free about [SIZE]:
    staging  .drift/tmp/[ID]  [SIZE]  unfinished for more than 1 day
    ");
}

#[test]
fn the_staging_of_a_change_under_way_is_not_touched() {
    let env = workspace();
    let staged = leave(&env, ".drift/tmp/20261101T000000Z-0001/drift.db", 30);
    let hash = "0".repeat(64);
    env.write(
        ".drift/intent.json",
        format!(
            r#"{{"format":1,"operation":"restore","id":"20261101T000000Z-0001","workspaces":[],"safety":null,
                "databases":[{{"name":"drift","blake3":"{hash}"}}]}}"#
        ),
    );
    let planned = env.run(["workspace", "gc", "--dry-run", "--json"]).success().json();
    assert!(actions(&planned).iter().all(|(kind, _)| kind != "staging"), "{planned}");
    assert_eq!(planned["warnings"][0]["code"], "intent.pending");
    // The run recovers first, and refuses an intent of another workspace: nothing is touched then.
    env.run(["workspace", "gc"]).assert_code(7);
    assert!(staged.exists());
}

#[test]
fn snapshots_beyond_the_policy_go_and_quarantine_only_when_asked() {
    let env = workspace();
    for hour in 10..13 {
        let mut backup = env.command(["workspace", "backup"]);
        let output = backup.env("DRIFT_TEST_NOW", format!("2026-11-22T{hour}:00:00Z")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let kept = leave(&env, ".drift-backups/quarantine/20261101T000000Z-0001/drift.db", 30);
    let keep_one = ["--config", "backup.retention.manual=1", "--config", "backup.retention.daily=0"];
    let gc = |more: &[&str]| {
        let args = [&["workspace", "gc", "--json"][..], &keep_one, more].concat();
        env.run(args).success().json()
    };
    let count =
        || env.run(["workspace", "backup", "list", "--json"]).json()["backups"].as_array().unwrap().len();
    let before = count();
    assert!(before >= 2);
    gc(&["--dry-run"]);
    assert_eq!(count(), before);
    let done = gc(&[]);
    assert_eq!(actions(&done).iter().filter(|(kind, _)| kind == "snapshot").count(), before - 1, "{done}");
    assert_eq!(count(), 1);
    assert!(kept.exists());
    gc(&["--quarantine"]);
    assert!(!kept.exists());
}

#[test]
fn a_full_vacuum_needs_the_workspace_alone() {
    let env = workspace();
    free_pages(&env);
    let lock = std::fs::File::open(env.path(".drift/workspace.lock")).unwrap();
    lock.lock_shared().unwrap();
    env.run(["workspace", "gc", "--full"]).assert_code(5);
    // The rest of it is done.
    assert_eq!(freelist(&env.path(".drift/drift.db")), 0);
    env.run(["workspace", "gc"]).success();
    drop(lock);
    let done = env.run(["workspace", "gc", "--full", "--json"]).success().json();
    assert_eq!(actions(&done).iter().filter(|(kind, _)| kind == "vacuum").count(), 2);
    env.run(["workspace", "verify"]).success();
}

#[test]
fn another_writer_is_told_apart_from_damage() {
    let env = workspace();
    let lock = std::fs::File::create(env.path(".drift/writer.lock")).unwrap();
    lock.lock().unwrap();
    env.run(["workspace", "gc"]).assert_code(5);
    env.run(["workspace", "gc", "--dry-run"]).success();
    env.run(["workspace", "size"]).success();
}

#[test]
fn a_scan_runs_it_once_a_day_and_says_so() {
    let scan = |env: &TestEnv, day: u32, more: &[(&str, &str)]| {
        let mut command = env.command(["workspace", "scan"]);
        command.env("DRIFT_TEST_NOW", format!("2026-11-{day}T20:15:30Z")).envs(more.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap().contains("gc freed")
    };
    let env = workspace();
    free_pages(&env);
    assert!(!scan(&env, 22, &[]));
    assert!(!scan(&env, 24, &[("CI", "true")]));
    assert!(!scan(&env, 24, &[("DRIFT_GC__AUTO", "false")]));
    assert!(freelist(&env.path(".drift/drift.db")) > 100);
    assert!(scan(&env, 24, &[]));
    assert_eq!(freelist(&env.path(".drift/drift.db")), 0);
    free_pages(&env);
    assert!(!scan(&env, 24, &[]));
    assert!(scan(&env, 26, &[]));
}

/// A file system of a few megabytes, as root on Linux; unmounted when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<SmallDisk> {
        let dir = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=6m", "drift-it"]).arg(dir.path());
        match mount.output() {
            Ok(output) if output.status.success() => Some(SmallDisk(dir)),
            _ => None,
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

/// Takes every byte that is left.
fn fill(dir: &Path) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(dir.join("ballast")).unwrap();
    for size in [1 << 16, 4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_is_no_obstacle() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: only root on Linux can make a small file system");
        return;
    };
    let env = TestEnv::new();
    let root = disk.0.path().canonicalize().unwrap();
    std::fs::write(root.join("package.json"), "{ \"name\": \"a\" }").unwrap();
    let run = |args: &[&str]| {
        let root = root.to_str().unwrap();
        env.run([&["--root", root][..], args].concat())
    };
    run(&["workspace", "init"]).success();
    let database = root.join(".drift/drift.db");
    let connection = Connection::open(&database).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
             INSERT INTO event (at, kind, detail) SELECT '2026-11-22T00:00:00Z', 'x', hex(zeroblob(2000)) FROM n;
             PRAGMA wal_checkpoint(TRUNCATE);
             DELETE FROM event WHERE kind = 'x' AND id < 190;",
        )
        .unwrap();
    drop(connection);
    let staged = root.join(".drift/tmp/20261101T000000Z-0001");
    std::fs::create_dir(&staged).unwrap();
    std::fs::write(staged.join("drift.db"), vec![1; 300_000]).unwrap();
    for path in [staged.join("drift.db"), staged.clone()] {
        age(&path, 3);
    }
    fill(&root);
    assert!(std::fs::write(root.join("more"), [1; 8192]).is_err());
    std::fs::remove_file(root.join("more")).unwrap();

    let planned = run(&["workspace", "gc", "--dry-run", "--json"]).success().json();
    let done = run(&["workspace", "gc", "--json"]).success().json();
    assert_eq!(actions(&done), actions(&planned));
    assert!(!staged.exists());
    assert_eq!(freelist(&database), 0);
    assert!(done["freed_bytes"].as_u64().unwrap() > 900_000, "{done}");
    run(&["workspace", "verify"]).success();
}
