//! `drift workspace restore`: from every state, undone by one command, and never more than was asked.

use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "root", "version": "1.0.0" }
"#;

/// A workspace with a snapshot of generation 1, live at generation 2.
fn workspace() -> (TestEnv, String) {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    mark(&env, 1);
    let id = env.run(["workspace", "backup", "--json"]).success().json()["id"].as_str().unwrap().to_owned();
    mark(&env, 2);
    (env, id)
}

/// Writes a marker into both databases, as programs beside drift do.
fn mark(env: &TestEnv, generation: u32) {
    for name in ["drift", "cortex"] {
        let connection = Connection::open(env.path(format!(".drift/{name}.db"))).unwrap();
        let sql = format!("INSERT INTO event (at, kind, detail) VALUES ('t', 'mark', '{generation}')");
        connection.execute_batch(&sql).unwrap();
    }
}

/// The newest marker of each database, which must be whole.
fn marks(env: &TestEnv) -> [i64; 2] {
    ["drift", "cortex"].map(|name| {
        let connection = Connection::open(env.path(format!(".drift/{name}.db"))).unwrap();
        let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(check, "ok");
        let sql = "SELECT max(CAST(detail AS INTEGER)) FROM event WHERE kind = 'mark'";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    })
}

fn restore(env: &TestEnv, args: &[&str]) -> Value {
    env.run(["workspace", "restore", "--yes", "--json"].iter().chain(args)).success().json()
}

#[test]
fn a_restore_names_what_undoes_it() {
    let (env, id) = workspace();
    let report = restore(&env, &[]);
    assert_eq!(report["schema"], "drift.workspace.restore/v1");
    assert_eq!(report["restored"], id);
    assert_eq!(report["databases"], serde_json::json!(["drift", "cortex"]));
    assert_eq!((&report["quarantine"], &report["migrated"]), (&Value::Null, &false.into()));
    assert_eq!(marks(&env), [1, 1]);
    let safety = report["safety_backup"].as_str().unwrap();
    restore(&env, &[safety]);
    assert_eq!(marks(&env), [2, 2]);
    // The safety snapshots are there, and none of them is the latest.
    let list = env.run(["workspace", "backup", "list", "--json"]).success().json();
    assert_eq!(list["backups"].as_array().unwrap().len(), 3);
    assert_eq!(restore(&env, &["latest"])["restored"], id);
    env.run(["workspace", "scan"]).success();
}

#[test]
fn without_a_yes_nothing_happens() {
    let (env, _) = workspace();
    env.run(["workspace", "restore"]).assert_code(2);
    let report = env.run(["workspace", "restore", "--dry-run", "--json"]).success().json();
    assert_eq!((&report["dry_run"], &report["plan"][0]["live"]), (&true.into(), &"safety_backup".into()));
    assert_eq!(marks(&env), [2, 2]);
    let list = env.run(["workspace", "backup", "list", "--json"]).success().json();
    assert_eq!(list["backups"].as_array().unwrap().len(), 1);
}

/// Restores after `damage` to the live files, and works on from there.
fn restored_after(damage: impl Fn(&TestEnv)) -> Value {
    let (env, _) = workspace();
    damage(&env);
    let report = restore(&env, &[]);
    assert_eq!(marks(&env), [1, 1]);
    env.run(["workspace", "scan"]).success();
    env.run(["workspace", "backup", "verify"]).success();
    report
}

fn overwrite(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let end = bytes.len().min(at + 20_000);
    bytes[at..end].fill(0x5a);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn every_damage_is_repaired_by_one_command() {
    let live = |env: &TestEnv| env.path(".drift/drift.db");
    let report = restored_after(|env| overwrite(&live(env), 40_000));
    assert!(report["quarantine"].is_string() && report["safety_backup"].is_string(), "{report}");
    let report = restored_after(|env| overwrite(&live(env), 0));
    assert!(report["quarantine"].is_string(), "{report}");
    let report = restored_after(|env| {
        let mut bytes = std::fs::read(live(env)).unwrap();
        bytes[..100].fill(0);
        std::fs::write(live(env), bytes).unwrap();
    });
    assert!(report["quarantine"].is_string(), "{report}");
    let report = restored_after(|env| {
        let file = std::fs::OpenOptions::new().write(true).open(live(env)).unwrap();
        file.set_len(50_000).unwrap();
    });
    assert!(report["quarantine"].is_string(), "{report}");
    restored_after(|env| std::fs::remove_file(live(env)).unwrap());
    restored_after(|env| {
        std::fs::remove_file(live(env)).unwrap();
        std::fs::remove_file(env.path(".drift/cortex.db")).unwrap();
    });
    restored_after(|env| std::fs::remove_dir_all(env.path(".drift")).unwrap());
    restored_after(|env| {
        let connection = Connection::open(live(env)).unwrap();
        connection.execute_batch("PRAGMA user_version = 999").unwrap();
    });
    restored_after(|env| std::fs::write(env.path(".drift/drift.db-wal"), "rubbish".repeat(9999)).unwrap());
    restored_after(|env| {
        let connection = Connection::open(live(env)).unwrap();
        connection
            .execute_batch("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM file; END")
            .unwrap();
    });
}

#[test]
fn a_hot_journal_is_not_played_into_the_restored_file() {
    restored_after(|env| {
        let live = env.path(".drift/drift.db");
        let writer = Connection::open(&live).unwrap();
        let begin = "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; BEGIN;
                     UPDATE event SET detail = detail || hex(randomblob(5000));";
        writer.execute_batch(begin).unwrap();
        let journal = std::fs::read(env.path(".drift/drift.db-journal")).unwrap();
        drop(writer);
        std::fs::write(env.path(".drift/drift.db-journal"), journal).unwrap();
    });
}

#[test]
fn a_reader_with_the_file_open_sees_the_restored_state_next() {
    let (env, _) = workspace();
    let reader = Connection::open(env.path(".drift/drift.db")).unwrap();
    let count = || {
        let sql = "SELECT count(*) FROM event WHERE kind = 'mark'";
        reader.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(count(), 2);
    let report = restore(&env, &[]);
    assert_eq!(report["warnings"][0]["code"], "restore.reader");
    assert_eq!(count(), 2);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(count(), 1);
}

#[test]
fn a_workspace_in_use_is_left_alone() {
    let (env, _) = workspace();
    env.run(["workspace", "status"]).success();
    let lock = std::fs::File::open(env.path(".drift/workspace.lock")).unwrap();
    lock.lock_shared().unwrap();
    let error = env.run(["workspace", "restore", "--yes", "--json"]).assert_code(5).json();
    assert_eq!(error["error"]["code"], "locked");
    assert_eq!(marks(&env), [2, 2]);
    assert_eq!(std::fs::read_dir(env.path(".drift/tmp")).unwrap().count(), 0);
}

#[test]
fn a_mistyped_source_wipes_nothing() {
    let (env, id) = workspace();
    let near = env.run(["workspace", "backup", "show", "lastest"]).assert_code(2);
    assert!(near.stderr.contains("hint: did you mean `latest`? `drift workspace backup list`"), "{near}");
    let slip = env.run(["workspace", "backup", "show", &format!("{id}0")]).assert_code(2);
    assert!(slip.stderr.contains(&format!("did you mean `{id}`?")), "{slip}");
    for given in ["20261122T201530Z-zzzz", "nosuch", "latest~9"] {
        env.run(["workspace", "restore", given, "--yes"]).assert_code(2);
    }
    assert_eq!(marks(&env), [2, 2]);
    let names = std::fs::read_dir(env.path(".drift-backups")).unwrap().count();
    assert_eq!(names, 3, "the snapshot, the lock and .gitignore");
}

#[test]
fn a_damaged_snapshot_is_refused_before_anything_is_touched() {
    let (env, id) = workspace();
    overwrite(&env.path(format!(".drift-backups/{id}/cortex.db")), 30_000);
    let error = env.run(["workspace", "restore", "--yes", "--json"]).assert_code(7).json();
    assert_eq!(error["error"]["code"], "corrupt");
    assert_eq!(marks(&env), [2, 2]);
}

#[test]
fn retention_removes_neither_what_is_restored_nor_the_way_back() {
    let (env, id) = workspace();
    let tight: Vec<String> = ["operational", "manual", "daily", "weekly"]
        .iter()
        .map(|key| format!("--config=backup.retention.{key}={}", u8::from(*key == "daily")))
        .chain(["--config=backup.retention.safety_grace=0s".into()])
        .collect();
    let tight: Vec<&str> = tight.iter().map(String::as_str).collect();
    let report = restore(&env, &tight);
    assert_eq!(report["removed"], serde_json::json!([]));
    let safety = report["safety_backup"].as_str().unwrap();
    restore(&env, &[safety]);
    restore(&env, &[&id]);
}

#[test]
fn a_planted_intent_is_refused_and_overwrites_nothing() {
    let (env, id) = workspace();
    let outside = env.path("precious.txt");
    std::fs::write(&outside, "precious").unwrap();
    let hash = "0".repeat(64);
    let intent = |id: &str, more: &str| {
        format!(
            r#"{{"format":1,"operation":"restore","id":"{id}","workspaces":[],"safety":null,
                "databases":[{{"name":"drift","blake3":"{hash}"}}]{more}}}"#
        )
    };
    for text in [
        intent("../..", ""),
        intent("/etc", ""),
        intent("20261122T201530Z-0000", r#","target":"../precious.txt""#),
        intent("20261122T201530Z-0000", ""),
        intent(&id, ""),
        "{}".to_owned(),
    ] {
        std::fs::write(env.path(".drift/intent.json"), &text).unwrap();
        for command in ["scan", "backup"] {
            let error = env.run(["workspace", command, "--json"]).assert_code(7).json();
            assert_eq!(error["error"]["code"], "untrusted", "{text}");
        }
        assert_eq!(std::fs::read_to_string(env.path(".drift/intent.json")).unwrap(), text);
    }
    assert_eq!(marks(&env), [2, 2]);
    assert_eq!(std::fs::read_to_string(outside).unwrap(), "precious");
}

#[test]
fn the_snapshot_of_another_workspace_is_pointed_out() {
    let (env, _) = workspace();
    let connection = Connection::open(env.path(".drift/drift.db")).unwrap();
    connection.execute_batch("UPDATE workspace SET id = 'ffffffffffffffffffffffffffffffff'").unwrap();
    drop(connection);
    let refused = env.run(["workspace", "restore"]).assert_code(2);
    assert!(refused.stderr.contains("belongs to another workspace"), "{}", refused.stderr);
    let planned = env.run(["workspace", "restore", "--dry-run"]).success();
    assert!(planned.stdout.contains(", which belongs to another workspace\n"), "{planned}");
    assert_eq!(restore(&env, &[])["other_workspace"], true);
}

#[test]
fn one_database_alone_and_elsewhere() {
    let (env, _) = workspace();
    assert_eq!(restore(&env, &["--database", "cortex"])["databases"], serde_json::json!(["cortex"]));
    assert_eq!(marks(&env), [2, 1]);
    let out = env.path("out");
    let report = env.run(["workspace", "restore", "--to", "out", "--json"]).success().json();
    assert_eq!(report["to"], out.to_str().unwrap());
    assert!(out.join("drift.db").is_file() && out.join("cortex.db").is_file());
    env.run(["workspace", "restore", "--to", "out"]).assert_code(2);
    assert_eq!(marks(&env), [2, 1]);
}

#[test]
fn where_to_write_is_looked_at_first() {
    let (env, _) = workspace();
    let planned = env.run(["workspace", "restore", "--to", "out", "--dry-run"]).success();
    assert!(planned.stdout.starts_with("Would write drift and cortex from "), "{planned}");
    let planned = env.run(["workspace", "restore", "--to", "out", "--dry-run", "--json"]).success().json();
    assert_eq!((&planned["plan"], &planned["dry_run"]), (&serde_json::json!([]), &true.into()));
    assert!(!env.path("out").exists());
    for (to, wrong) in [("no/where/out", "there is no directory"), ("package.json", "is not a directory")] {
        let refused = env.run(["workspace", "restore", "--to", to, "--json"]).assert_code(2).json();
        assert!(refused["error"]["message"].as_str().unwrap().contains(wrong), "{refused}");
        assert_eq!(refused["error"]["hint"], "make the directory first, or name another");
    }
}

#[test]
fn a_root_that_is_not_there_is_not_taken_for_the_one_around() {
    let (env, _) = workspace();
    env.run(["workspace", "export", "--output", "shop.drift.tar"]).success();
    for verb in [&["restore"][..], &["import", "shop.drift.tar"]] {
        let line = [&["--root", "no/where", "--yes", "workspace"], verb].concat();
        let refused = env.run(line).assert_code(2);
        assert!(refused.stderr.contains("there is no directory"), "{refused}");
    }
    assert_eq!(marks(&env), [2, 2]);
    let file = env.run(["--root", "package.json", "workspace", "init"]).assert_code(2);
    assert!(file.stderr.contains("is not a directory"), "{file}");
    env.run(["--root", "package.json", "workspace", "status"]).assert_code(4);
}

#[cfg(unix)]
#[test]
fn everything_a_restore_writes_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let (env, _) = workspace();
    overwrite(&env.path(".drift/drift.db"), 0);
    let report = restore(&env, &[]);
    let quarantine = env.path(report["quarantine"].as_str().unwrap());
    for path in [env.path(".drift/drift.db"), env.path(".drift/cortex.db"), quarantine.join("drift.db")] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    assert_eq!(std::fs::metadata(quarantine).unwrap().permissions().mode() & 0o777, 0o700);
}
