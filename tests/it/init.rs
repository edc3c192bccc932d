//! `drift workspace init`: what it makes, that it converges, and what it refuses.

use std::path::Path;
use std::process::Stdio;

use insta::assert_snapshot;
use rusqlite::Connection;

use crate::env::TestEnv;

const TREE: &str = r#"
//- Cargo.toml
[workspace]
members = ["crates/*"]
//- crates/a/Cargo.toml
[package]
name = "a"
version = "1.0.0"
[dependencies]
b = { path = "../b" }
serde = "1"
//- crates/a/src/lib.rs
pub fn a() {}
//- crates/b/Cargo.toml
[package]
name = "b"
version = "2.0.0"
//- web/package.json
{ "name": "web", "dependencies": { "react": "^19" } }
//- web/index.ts
export {}
"#;

#[test]
fn init_finds_the_projects_and_says_so() {
    let env = TestEnv::with_tree(TREE);
    assert_snapshot!(env.run(["workspace", "init"]), @"
    exit 0
    --- stdout
    Created the workspace in [ROOT]
    projects    3 with 1 edge
    files       6 files
    ecosystems  cargo, npm
    languages   Rust, TypeScript
    ");
    assert_snapshot!(env.run(["workspace", "projects"]), @"
    exit 0
    --- stdout
    PROJECT         NAME  VERSION  WORKSPACE
    cargo:crates/a  a     1.0.0    cargo:.
    cargo:crates/b  b     2.0.0    cargo:.
    npm:web         web   -        -
    ");
    assert_snapshot!(env.run(["workspace", "graph"]), @"
    exit 0
    --- stdout
    cargo:crates/a (a)
    └─ cargo:crates/b (b)
    npm:web (web)
    ");
}

#[test]
fn init_again_leaves_every_row_as_it_was() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let before = dump(&env, "drift.db");
    let again = env.run(["workspace", "init", "--json"]).success();
    assert_eq!(again.json()["created"], false);
    assert_eq!(dump(&env, "drift.db"), before);
}

#[test]
fn a_subdirectory_of_a_git_work_tree_makes_the_workspace_at_its_top() {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.run_in("crates/a", ["workspace", "init"]).success();
    assert!(env.path(".drift/drift.db").exists());
    assert_eq!(env.git(["status", "--porcelain"]), "", ".drift ignores itself");
}

#[test]
fn commands_without_a_workspace_say_how_to_make_one() {
    let env = TestEnv::with_tree(TREE);
    for verb in ["status", "projects", "graph", "scan"] {
        let refused = env.run(["workspace", verb, "--json"]).assert_code(4);
        assert_eq!(refused.json()["error"]["code"], "no_workspace");
    }
    assert_snapshot!(env.run(["workspace", "status"]), @"
    exit 4
    --- stderr
    error: no workspace in [ROOT]
    hint: create one with `drift workspace init`
    ");
}

#[test]
fn the_home_directory_is_refused() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["-C", "../home", "workspace", "init"]), @"
    exit 2
    --- stderr
    error: [HOME] is the home directory; ~/.drift is drift's own
    hint: start it in a repository, or name one with --root
    ");
}

#[test]
fn a_broken_manifest_is_a_problem_and_the_rest_is_read() {
    let env = TestEnv::with_tree(TREE);
    env.write("web/package.json", "{ \"name\": \"web\",\n  oops }");
    let done = env.run(["workspace", "init", "--json"]).success();
    let problems = done.json()["problems"].clone();
    assert_eq!(problems[0]["file"], "web/package.json");
    assert_eq!(problems[0]["line"], 2);
    assert_eq!(done.json()["projects"], 2);
}

#[test]
fn what_a_killed_init_left_is_completed() {
    let env = TestEnv::with_tree(TREE);
    std::fs::create_dir(env.path(".drift")).unwrap();
    std::fs::write(env.path(".drift/drift.db"), "").unwrap();
    env.run(["workspace", "status"]).assert_code(4);
    assert_eq!(env.run(["workspace", "init", "--json"]).success().json()["created"], true);
    env.run(["workspace", "status"]).success();
}

#[test]
fn a_lost_database_is_damage_and_never_made_anew_unasked() {
    for name in ["drift", "cortex"] {
        for lose in [remove as fn(&Path), empty] {
            let env = TestEnv::with_tree(TREE);
            env.run(["workspace", "init"]).success();
            lose(&env.path(format!(".drift/{name}.db")));
            for verb in ["init", "status", "scan", "projects"] {
                let refused = env.run(["workspace", verb, "--json"]).assert_code(7);
                assert_eq!(refused.json()["error"]["code"], "corrupt", "{verb}");
            }
            let wrong = if name == "drift" { "cortex" } else { "drift" };
            env.run(["workspace", "init", "--recreate", wrong]).assert_code(2);
            env.run(["workspace", "init", "--recreate", name]).success();
            env.run(["workspace", "projects"]).success();
        }
    }
}

#[test]
fn damage_names_the_command_that_helps() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    std::fs::write(env.path(".drift/cortex.db"), vec![b'x'; 10_000]).unwrap();
    assert_snapshot!(env.run(["workspace", "status"]), @"
    exit 7
    --- stderr
    error: [ROOT]/.drift/cortex.db is damaged: file is not a database
    hint: bring back the newest snapshot with `drift workspace restore --database cortex`
    ");
}

#[test]
fn a_foreign_database_is_left_alone() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let path = env.path(".drift/drift.db");
    remove(&path);
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    env.run(["workspace", "init"]).assert_code(7);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_was_deleted_is_not_made_anew_by_accident() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env.run(["workspace", "delete", "--yes"]).success();
    let refused = env.run(["workspace", "init", "--json"]).assert_code(7).json();
    let hint = refused["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("`drift workspace restore --database drift`"), "{hint}");
    assert!(hint.contains("`drift workspace init --recreate drift`"), "{hint}");
    assert!(!env.path(".drift").exists(), "what is refused leaves nothing behind");
    env.run(["workspace", "init", "--recreate", "drift", "--recreate", "cortex"]).success();
    env.run(["workspace", "verify"]).success();
}

#[test]
fn a_newer_schema_is_not_touched() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let path = env.path(".drift/drift.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let before = std::fs::read(&path).unwrap();
    for verb in ["init", "status", "scan", "projects", "graph"] {
        let refused = env.run(["workspace", verb, "--json"]).assert_code(6);
        assert_eq!(refused.json()["error"]["code"], "newer_schema", "{verb}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_planted_trigger_is_refused() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    Connection::open(env.path(".drift/drift.db"))
        .unwrap()
        .execute_batch("CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM file; END")
        .unwrap();
    assert_snapshot!(env.run(["workspace", "scan"]), @"
    exit 7
    --- stderr
    error: [ROOT]/.drift/drift.db is refused: hostile object: trigger evil
    hint: drift did not make it so; look at it, then run `drift workspace verify` for every finding
    ");
}

#[test]
fn eight_at_once_migrate_once() {
    let env = TestEnv::with_tree(TREE);
    let running: Vec<_> = (0..8).map(|_| env.command(["workspace", "init"]).spawn().unwrap()).collect();
    let codes: Vec<_> =
        running.into_iter().map(|child| child.wait_with_output().unwrap().status.code().unwrap()).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 5].contains(code)), "{codes:?}");
    env.run(["workspace", "init"]).success();
    for name in ["drift.db", "cortex.db"] {
        let database = Connection::open(env.path(".drift").join(name)).unwrap();
        let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let latest = count("PRAGMA user_version");
        assert_eq!(count("SELECT count(*) FROM migration_history"), latest, "{name}");
        assert_eq!(count("SELECT count(*) FROM event WHERE kind = 'init'"), 1, "{name}");
        assert_eq!(count("PRAGMA auto_vacuum"), 2, "{name}");
    }
}

#[test]
fn a_second_writer_is_told_who_holds_the_lock() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env.run(["workspace", "scan"]).success();
    let lock = std::fs::OpenOptions::new().write(true).open(env.path(".drift/writer.lock")).unwrap();
    lock.lock().unwrap();
    let holder = r#"{"pid":4711,"command":"drift workspace scan","since":"2026-11-22T20:00:00Z"}"#;
    std::fs::write(env.path(".drift/writer.lock.json"), holder).unwrap();
    assert_snapshot!(env.run(["workspace", "scan"]), @"
    exit 5
    --- stderr
    error: writer.lock is locked by `drift workspace scan` (process 4711) since [TIME]
    hint: wait for it to finish, or let drift wait with --wait=SECONDS
    ");
    env.run(["workspace", "status"]).success();
}

#[cfg(unix)]
#[test]
fn everything_is_private_under_a_wide_umask() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&env.path(".drift")), 0o700);
    for entry in std::fs::read_dir(env.path(".drift")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[cfg(unix)]
#[test]
fn links_and_files_in_place_of_the_directory_are_refused() {
    let env = TestEnv::with_tree(TREE);
    std::fs::create_dir(env.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(env.path("elsewhere"), env.path(".drift")).unwrap();
    assert_snapshot!(env.run(["workspace", "init"]), @"
    exit 7
    --- stderr
    error: [ROOT]/.drift is refused: it is a symlink, not a directory
    hint: drift did not make it so; look at it, then run `drift workspace verify` for every finding
    ");
    env.run(["workspace", "status"]).assert_code(7);
    std::fs::remove_file(env.path(".drift")).unwrap();
    std::fs::write(env.path(".drift"), "mine").unwrap();
    env.run(["workspace", "init"]).assert_code(7);
    assert_eq!(std::fs::read(env.path(".drift")).unwrap(), b"mine");
    assert!(std::fs::read_dir(env.path("elsewhere")).unwrap().next().is_none());
}

#[cfg(unix)]
#[test]
fn a_linked_database_is_refused() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    let path = env.path(".drift/drift.db");
    std::fs::rename(&path, env.path("real.db")).unwrap();
    std::os::unix::fs::symlink(env.path("real.db"), &path).unwrap();
    env.run(["workspace", "status"]).assert_code(7);
    env.run(["workspace", "init"]).assert_code(7);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_kept_as_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let env = TestEnv::with_tree(TREE);
    let odd = Path::new(OsStr::from_bytes(b"odd-\xff"));
    env.write(odd.join("package.json"), r#"{ "name": "odd" }"#);
    let done = env.run(["workspace", "init"]).success();
    drop(done);
    let projects = env.run(["workspace", "projects", "--json"]).success().json();
    let found = projects["projects"].as_array().unwrap().iter().find(|p| p["name"] == "odd").unwrap().clone();
    assert_eq!(found["path"], "odd-\\xFF");
    assert_eq!(found["path_lossy"], true);
}

#[test]
fn an_interrupted_writer_leaves_the_last_scan() {
    let env = TestEnv::with_tree(TREE);
    env.run(["workspace", "init"]).success();
    env.write("new.rs", "fn main() {}");
    let mut child = env.command(["workspace", "scan"]).stdout(Stdio::null()).spawn().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    env.run(["workspace", "status"]).success();
    let scanned = env.run(["workspace", "scan", "--json"]).success().json();
    assert_eq!(scanned["files"], 7);
}

fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

fn empty(path: &Path) {
    std::fs::write(path, "").unwrap();
}

/// Every row of every table, as text.
fn dump(env: &TestEnv, name: &str) -> Vec<String> {
    let database = Connection::open(env.path(".drift").join(name)).unwrap();
    let tables: Vec<String> = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            rows.push(format!("{table}: {}", cells.collect::<Vec<_>>().join(", ")));
        }
    }
    rows
}
