//! `drift workspace verify`: what it finds, what it says, and that it changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::env::TestEnv;

fn fresh() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

/// Every file below `dir` with its content.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

/// The codes that verify finds after `damage`, and the exit code; asserts that nothing changed.
fn codes(env: &TestEnv, flags: &[&str]) -> (Vec<String>, i32) {
    let before = files(&env.path(".drift"));
    let outcome = env.run(["workspace", "verify", "--json"].iter().chain(flags));
    assert_eq!(files(&env.path(".drift")), before, "verify changed something");
    let findings = outcome.json()["findings"].clone();
    let codes =
        findings.as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap().to_owned());
    (codes.collect(), outcome.code.unwrap())
}

fn damaged(damage: impl FnOnce(&TestEnv)) -> (Vec<String>, i32) {
    let env = fresh();
    damage(&env);
    codes(&env, &[])
}

fn found(code: &str) -> (Vec<String>, i32) {
    (vec![code.to_owned()], 3)
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_a_finding_of_either_database() {
    for name in ["drift.db", "cortex.db"] {
        let linked = damaged(|env| {
            let (at, elsewhere) = (env.path(format!(".drift/{name}")), env.home().join(name));
            std::fs::rename(&at, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &at).unwrap();
        });
        assert_eq!(linked, found("fs.link"), "{name}");
        for sidecar in ["-wal", "-shm"] {
            let planted =
                damaged(|env| std::fs::create_dir(env.path(format!(".drift/{name}{sidecar}"))).unwrap());
            assert_eq!(planted, found("fs.link"), "{name}{sidecar}");
        }
    }
}

#[test]
fn a_healthy_workspace_is_called_so() {
    let env = fresh();
    assert_snapshot!(env.run(["workspace", "verify"]), @"
    exit 0
    --- stdout
    The workspace is healthy (default check)
    ");
    for flags in [&["--quick"][..], &["--deep"], &["--database", "cortex"]] {
        assert_eq!(codes(&env, flags), (Vec::new(), 0));
    }
}

#[test]
fn damage_is_told_apart() {
    assert_eq!(
        damaged(|env| std::fs::remove_file(env.path(".drift/drift.db")).unwrap()),
        found("db.missing")
    );
    assert_eq!(damaged(|env| env.write(".drift/drift.db", "")), found("db.empty"));
    assert_eq!(damaged(|env| env.write(".drift/cortex.db", "not a database at all")), found("db.damaged"));
    assert_eq!(damaged(|env| env.sql("drift", "PRAGMA application_id = 1")), found("db.foreign"));
    assert_eq!(damaged(|env| env.sql("drift", "PRAGMA user_version = 44")), found("schema.newer"));
    let trigger = "CREATE TRIGGER t AFTER INSERT ON scan BEGIN DELETE FROM file; END";
    assert_eq!(damaged(|env| env.sql("drift", trigger)), found("schema.hostile_object"));
    let fts = "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
               VALUES ('note', 'hello', 0.5, '', '', '{}');
               INSERT INTO memory_fts (memory_fts) VALUES ('delete-all')";
    assert_eq!(damaged(|env| env.sql("cortex", fts)), found("fts.out_of_step"));
    assert_eq!(damaged(|env| env.write("drift.toml", "[backup\n")), found("config.invalid"));
    let truncate = |env: &TestEnv| {
        let path = env.path(".drift/drift.db");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(path, &bytes[..bytes.len() - 8192 * 3]).unwrap();
    };
    assert_eq!(damaged(truncate), found("db.damaged"));
    let zeroed = |env: &TestEnv| fill(env, 0, 100, 0);
    assert_eq!(damaged(zeroed), found("db.damaged"));
    let view = "DROP TABLE baseline; CREATE VIEW baseline AS SELECT * FROM event";
    let (codes, exit) = damaged(|env| env.sql("drift", view));
    assert!(exit == 3 && codes.contains(&"schema.hostile_object".into()), "{codes:?}");
    let swap = |env: &TestEnv| {
        let (drift, cortex, aside) =
            (env.path(".drift/drift.db"), env.path(".drift/cortex.db"), env.path("aside"));
        std::fs::rename(&drift, &aside).unwrap();
        std::fs::rename(&cortex, drift).unwrap();
        std::fs::rename(aside, cortex).unwrap();
    };
    assert_eq!(damaged(swap), (vec!["db.foreign".to_owned(); 2], 3));
}

/// Overwrites a part of drift.db.
fn fill(env: &TestEnv, at: usize, length: usize, with: u8) {
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[at..at + length].fill(with);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_page_that_cannot_be_read_is_damage_and_no_broken_reference() {
    let env = fresh();
    let root = env.text("drift", "SELECT rootpage || '' FROM sqlite_schema WHERE name = 'project'");
    fill(&env, (root.parse::<usize>().unwrap() - 1) * 8192, 8, b'x');
    let (found, code) = codes(&env, &[]);
    assert!(code == 3 && found.iter().all(|code| code == "db.integrity"), "{code}, {found:?}");
}

/// One bit in the header of each page but the first: what kind of page it is, or where its cells are.
#[test]
fn a_flipped_bit_of_the_structure_is_damage() {
    let env = fresh();
    let path = env.path(".drift/drift.db");
    let sound = std::fs::read(&path).unwrap();
    let pages = sound.len() / 8192;
    for page in (1..pages).step_by(pages / 6) {
        // The second page of every database is the pointer map of auto_vacuum: its first entry instead.
        let bit = if page == 1 { 2 } else { 1 << (page % 8) };
        let mut bytes = sound.clone();
        bytes[page * 8192] ^= bit;
        std::fs::write(&path, &bytes).unwrap();
        for flags in [&[][..], &["--deep"]] {
            let (found, code) = codes(&env, flags);
            assert!(code == 3 && !found.is_empty(), "page {page}, {flags:?}: {code}, {found:?}");
        }
    }
    std::fs::write(&path, sound).unwrap();
    assert_eq!(codes(&env, &[]), (Vec::new(), 0));
}

#[test]
fn what_is_wrong_comes_with_what_to_do() {
    let env = fresh();
    env.write(".drift/cortex.db", vec![b'x'; 20_000]);
    assert_snapshot!(env.run(["workspace", "verify"]), @"
    exit 3
    --- stdout
    error: cortex.db: file is not a database [db.damaged]
      run `drift workspace restore --database cortex`
    The workspace is damaged: 1 finding
    ");
}

#[test]
fn a_table_of_somebody_else_is_a_warning() {
    let env = fresh();
    env.sql("drift", "CREATE TABLE theirs (a)");
    assert_eq!(codes(&env, &[]), (vec!["schema.unknown_object".to_owned()], 0));
}

#[test]
fn a_lost_directory_is_damage_while_there_are_snapshots() {
    let env = fresh();
    env.run(["workspace", "backup"]).success();
    std::fs::remove_dir_all(env.path(".drift")).unwrap();
    let outcome = env.run(["workspace", "verify", "--json"]).assert_code(3);
    assert_eq!(outcome.json()["findings"][0]["code"], "db.missing");
    assert_snapshot!(env.run(["workspace", "status"]), @"
    exit 4
    --- stderr
    error: no workspace in [ROOT]
    hint: .drift-backups holds a snapshot of it, the newest [ID]; bring it back with `drift workspace restore`
    ");
    std::fs::remove_dir_all(env.path(".drift-backups")).unwrap();
    env.run(["workspace", "verify"]).assert_code(4);
}

#[test]
fn a_damaged_snapshot_is_found_by_its_hash() {
    let env = fresh();
    let id = env.run(["workspace", "backup", "--json"]).success().json()["id"].as_str().unwrap().to_owned();
    let path = env.path(format!(".drift-backups/{id}/drift.db"));
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(codes(&env, &[]), (Vec::new(), 0), "the headers are whole");
    assert_eq!(codes(&env, &["--deep"]), found("snapshot.hash"));
}

#[test]
fn a_workspace_in_exclusive_use_is_not_looked_at() {
    let env = fresh();
    let lock = std::fs::OpenOptions::new().write(true).open(env.path(".drift/workspace.lock")).unwrap();
    lock.lock().unwrap();
    env.run(["workspace", "verify"]).assert_code(5);
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let env = fresh();
    std::fs::set_permissions(env.path(".drift"), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(codes(&env, &[]), (vec!["fs.permissions".to_owned()], 0));
}

#[test]
fn a_repair_is_proposed_confirmed_and_done() {
    let env = fresh();
    let id = env.run(["workspace", "backup", "--json"]).success().json()["id"].as_str().unwrap().to_owned();
    env.write(".drift/drift.db", vec![b'x'; 20_000]);
    env.sql(
        "cortex",
        "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
                         VALUES ('note', 'hello', 0.5, '', '', '{}');
                         INSERT INTO memory_fts (memory_fts) VALUES ('delete-all')",
    );
    env.write(".drift/tmp/left/over", "x");
    assert_snapshot!(env.run(["workspace", "verify", "--repair"]), @"
    exit 2
    --- stderr
    error: not confirmed: restore drift.db from snapshot [ID]; rebuild the full-text index of cortex.db; remove what interrupted commands left in .drift/tmp?
    hint: give `--yes` to confirm without being asked
    ");
    let planned = env.run(["workspace", "verify", "--repair", "--dry-run", "--json"]).assert_code(3).json();
    let done = env.run(["workspace", "verify", "--repair", "--yes", "--json"]).success().json();
    assert_eq!(done["plan"], planned["plan"]);
    assert_eq!(done["done"], done["plan"]);
    assert_eq!(done["plan"][0], format!("restore drift.db from snapshot {id}"));
    assert_eq!(done["healthy"], true);
    env.run(["workspace", "projects"]).success();
}

#[test]
fn what_nothing_can_mend_is_said() {
    let env = fresh();
    env.write(".drift/cortex.db", vec![b'x'; 20_000]);
    assert_snapshot!(env.run(["workspace", "verify", "--repair", "--yes"]), @"
    exit 3
    --- stdout
    error: cortex.db: file is not a database [db.damaged]
      run `drift workspace restore --database cortex`
    The workspace is damaged, and nothing here can mend it
    `drift workspace reset` begins anew, and keeps what is there in quarantine
    ");
    assert_eq!(std::fs::read(env.path(".drift/cortex.db")).unwrap(), vec![b'x'; 20_000]);
    let hint = env.run(["workspace", "restore", "--yes"]).assert_code(2).stderr;
    assert!(hint.contains("`drift workspace reset` begins anew"), "{hint}");
    env.run(["workspace", "reset", "--yes"]).success();
    env.run(["workspace", "verify"]).success();
}
