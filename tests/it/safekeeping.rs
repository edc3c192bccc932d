//! What must never happen to data: written into what is damaged, taken from what was planted, lost with what is
//! beside it, or half done for want of space.

#[cfg(unix)]
use std::path::Path;

use serde_json::{Value, json};

use crate::env::TestEnv;

fn fresh() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

/// Overwrites the root page of a table of drift.db, which no schema gate reads.
fn hole(env: &TestEnv, table: &str) {
    let page = env.text(
        "drift",
        &format!("SELECT rootpage || '' FROM sqlite_schema WHERE name = '{table}' AND type = 'table'"),
    );
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = (page.parse::<usize>().unwrap() - 1) * 8192;
    bytes[at..at + 8192].fill(0x5a);
    std::fs::write(path, bytes).unwrap();
}

/// A page more than the header of drift.db says, with something in it.
fn longer(env: &TestEnv) -> Vec<u8> {
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend([7; 8192]);
    std::fs::write(path, &bytes).unwrap();
    bytes
}

const MEMORY: &str = "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
                      VALUES ('note', 'hello', 0.5, '', '', '{}');";

#[test]
fn gc_looks_before_it_writes() {
    let env = fresh();
    hole(&env, "external_dependency");
    let before = std::fs::read(env.path(".drift/drift.db")).unwrap();
    let refused = env.run(["workspace", "gc", "--json"]).assert_code(7).json();
    assert_eq!(refused["error"]["code"], "corrupt");
    let hint = refused["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("drift workspace restore --database drift"), "{hint}");
    assert_eq!(std::fs::read(env.path(".drift/drift.db")).unwrap(), before);
    env.run(["workspace", "gc", "--config", "db.startup_check=header"]).success();
    let env = fresh();
    longer(&env);
    env.run(["workspace", "gc", "--config", "db.startup_check=header"]).assert_code(7);
    env.run(["workspace", "gc", "--config", "db.startup_check=off"]).success();
}

#[test]
fn a_repair_mends_what_it_can_beside_damage() {
    let env = fresh();
    env.sql("cortex", &format!("{MEMORY} INSERT INTO memory_fts (memory_fts) VALUES ('delete-all')"));
    hole(&env, "external_dependency");
    // No snapshot to restore drift.db from; the index of the other database is rebuilt all the same.
    let done = env.run(["workspace", "verify", "--repair", "--yes", "--json"]).assert_code(3).json();
    assert_eq!(done["done"], json!(["rebuild the full-text index of cortex.db"]));
    let left = done["findings"].as_array().unwrap();
    assert!(left.iter().all(|finding| finding["subject"] == "drift.db"), "{left:?}");
}

#[test]
fn nothing_of_a_file_that_is_too_long_is_lost() {
    for arguments in [&["reset"][..], &["delete"], &["restore"]] {
        let env = fresh();
        env.run(["workspace", "backup"]).success();
        let bytes = longer(&env);
        let all = ["workspace"].iter().chain(arguments).chain(&["--yes", "--json"]);
        let document = env.run(all).success().json();
        let quarantine = env.path(document["quarantine"].as_str().unwrap());
        assert_eq!(std::fs::read(quarantine.join("drift.db")).unwrap(), bytes, "{arguments:?}");
        assert!(document["safety_backup"].is_string(), "the other database is sound: {document}");
    }
}

#[test]
fn damage_keeps_nobody_from_starting_anew() {
    for verb in ["reset", "delete"] {
        let env = fresh();
        hole(&env, "external_dependency");
        let damaged = std::fs::read(env.path(".drift/drift.db")).unwrap();
        let document = env.run(["workspace", verb, "--yes", "--json"]).success().json();
        let quarantine = env.path(document["quarantine"].as_str().unwrap());
        assert_eq!(std::fs::read(quarantine.join("drift.db")).unwrap(), damaged);
        if verb == "delete" {
            // The safety snapshot holds what was sound alone.
            let refused = env.run(["workspace", "init", "--json"]).assert_code(7).json();
            let hint = refused["error"]["hint"].as_str().unwrap();
            assert!(hint.contains("--recreate drift"), "{hint}");
        }
        // Snapshots are left of a deleted one, so init makes no empty one in its place unasked.
        let init = ["workspace", "init", "--recreate", "drift", "--recreate", "cortex"];
        env.run(if verb == "delete" { &init[..] } else { &init[..2] }).success();
        env.run(["workspace", "verify"]).success();
    }
}

#[test]
fn a_restore_of_everything_journals_as_configured() {
    for (journal, lost) in [("delete", true), ("wal", true), ("delete", false), ("wal", false)] {
        let env = fresh();
        env.run(["workspace", "backup"]).success();
        for name in ["drift.db", "cortex.db"].iter().filter(|_| lost) {
            std::fs::remove_file(env.path(".drift").join(name)).unwrap();
        }
        let config = format!("db.journal_mode={journal}");
        env.run(["workspace", "restore", "--yes", "--config", &config]).success();
        // What is there tells by itself; where nothing is, the configuration does.
        let expected = if lost { journal } else { "wal" };
        for name in ["drift", "cortex"] {
            assert_eq!(env.text(name, "SELECT journal_mode FROM pragma_journal_mode"), expected);
        }
        env.run(["workspace", "verify"]).success();
    }
}

#[test]
fn snapshots_need_nothing_but_their_directory() {
    let env = fresh();
    let first = env.run(["workspace", "backup", "--json"]).success().json();
    let second = env.run(["workspace", "backup", "--archive", "--json"]).success().json();
    // The databases, and all that drift remembers at home.
    std::fs::remove_dir_all(env.path(".drift")).unwrap();
    let home = env.home().join(".drift");
    if home.exists() {
        std::fs::remove_dir_all(home).unwrap();
    }
    let ids = |document: &Value| -> Vec<Value> {
        document["backups"].as_array().unwrap().iter().map(|backup| backup["id"].clone()).collect()
    };
    let list = env.run(["workspace", "backup", "list", "--json"]).success().json();
    let found = ids(&list);
    assert!(found.contains(&first["id"]) && found.contains(&second["id"]), "{found:?}");
    for id in found {
        env.run(["workspace", "restore", id.as_str().unwrap(), "--yes"]).success();
        env.run(["workspace", "verify"]).success();
    }
    // Restoring one forgets none of the others.
    let after = ids(&env.run(["workspace", "backup", "list", "--json"]).success().json());
    assert!(after.contains(&first["id"]) && after.contains(&second["id"]), "{after:?}");
}

#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_planted_snapshot_reaches_nothing_outside() {
    let env = fresh();
    let id = env.run(["workspace", "backup", "--json"]).success().json()["id"].as_str().unwrap().to_owned();
    let precious = env.path("precious.txt");
    env.write("precious.txt", "precious");
    let backups = env.path(".drift-backups");
    let live = std::fs::read(env.path(".drift/drift.db")).unwrap();
    let plant = |name: &str, change: &dyn Fn(&Path)| {
        let dir = backups.join(name);
        copy(&backups.join(&id), &dir);
        change(&dir);
        let refused = env.run(["workspace", "restore", name, "--yes", "--json"]);
        assert!([2, 7].contains(&refused.code.unwrap()), "{name}: {refused}");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious");
        assert_eq!(std::fs::read(env.path(".drift/drift.db")).unwrap(), live, "{name}");
        let deleted = env.run(["workspace", "backup", "delete", name, "--yes"]);
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "precious", "{deleted}");
        if dir.exists() {
            std::fs::remove_dir_all(dir).unwrap();
        }
    };
    plant("20261122T201530Z-aaaa", &|dir| {
        std::fs::remove_file(dir.join("drift.db")).unwrap();
        std::os::unix::fs::symlink(&precious, dir.join("drift.db")).unwrap();
    });
    plant("20261122T201530Z-bbbb", &|dir| {
        let header = std::fs::read_to_string(dir.join("snapshot.json")).unwrap();
        std::fs::write(dir.join("snapshot.json"), header.replace(&id, "../../precious.txt")).unwrap();
    });
    plant("20261122T201530Z-cccc", &|dir| {
        let header = std::fs::read_to_string(dir.join("snapshot.json")).unwrap();
        std::fs::write(dir.join("snapshot.json"), header.replace("\"drift\"", "\"../../precious\"")).unwrap();
    });
    let link = backups.join("20261122T201530Z-dddd");
    std::os::unix::fs::symlink(backups.join(&id), &link).unwrap();
    env.run(["workspace", "restore", "20261122T201530Z-dddd", "--yes"]).assert_code(7);
    env.run(["workspace", "restore", &id, "--yes"]).success();
}

/// The bytes that a directory and all in it take on a tmpfs.
#[cfg(target_os = "linux")]
fn occupied(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let bytes = |entry: std::fs::DirEntry| match entry.metadata().unwrap() {
        meta if meta.is_dir() => occupied(&entry.path()),
        meta => meta.len().next_multiple_of(4096),
    };
    entries.map(bytes).sum::<u64>() + 4096
}

/// Runs `script` in a copy of the repository on a file system that has `free` bytes left beside it. `None` where
/// this user may not mount.
#[cfg(target_os = "linux")]
fn in_little_space(env: &TestEnv, free: u64, script: &str) -> Option<(i32, String)> {
    let used = occupied(&env.path(""));
    let place = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size={} tmpfs '{place}' && cp -a . '{place}' || exit 99; cd '{place}'; export DRIFT_ROOT='{place}'; \
         sums() {{ find . -type f ! -name '*.lock*' | sort | xargs sha256sum | sha256sum; }}; {script}",
        used + free,
        place = place.path().display(),
    );
    env.with_mounts(&script)
}

#[cfg(target_os = "linux")]
#[test]
fn without_space_nothing_is_begun() {
    let env = fresh();
    env.run(["workspace", "backup"]).success();
    env.run(["workspace", "migrate", "--database", "drift", "--to", "1", "--yes"]).success();
    if in_little_space(&env, 1 << 20, "true").is_none() {
        eprintln!("skipped: this user may not mount");
        return;
    }
    for (arguments, enough) in [
        ("migrate", 4 << 20),
        ("backup", 4 << 20),
        ("restore --yes", 4 << 20),
        ("reset --yes", 4 << 20),
        ("delete --yes", 4 << 20),
    ] {
        let script = format!(
            "before=$(sums); \"$DRIFT\" workspace {arguments} --json; code=$?; \
             test \"$before\" = \"$(sums)\" || echo CHANGED; exit $code"
        );
        let (code, text) = in_little_space(&env, 64 << 10, &script).unwrap();
        assert!(code == 1 && text.contains("\"no_space\""), "{arguments}: {code} {text}");
        assert!(!text.contains("CHANGED"), "{arguments}: {text}");
        let (code, text) = in_little_space(&env, enough, &script).unwrap();
        assert_eq!(code, 0, "{arguments}: {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_called_that() {
    let (bare, env) = (TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n"), fresh());
    env.write("package.json", "{ \"name\": \"b\" }");
    if in_little_space(&bare, 1 << 20, "true").is_none() {
        eprintln!("skipped: this user may not mount");
        return;
    }
    // From no page to more than the shared memory of both databases takes.
    for free in [0, 4, 8, 12, 16, 24, 32, 40, 48, 64, 80, 96] {
        for (env, verb) in [(&bare, "init"), (&env, "scan"), (&env, "backup"), (&env, "gc")] {
            let script = format!("\"$DRIFT\" workspace {verb} --json");
            let (code, text) = in_little_space(env, free << 10, &script).unwrap();
            assert!(code == 0 || text.contains("\"no_space\""), "{free} KiB, {verb}: {code} {text}");
            assert!(code == 1 || verb != "init", "{free} KiB, {verb}: {code} {text}");
        }
    }
}
