//! `drift workspace scan`, again: what a scan does not look at a second time, and that it misses nothing by it.

use std::fs;
use std::path::Path;
use std::time::Duration;

#[cfg(unix)]
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "root", "private": true, "workspaces": ["packages/*", "hidden/.one"] }
//- packages/a/package.json
{ "name": "a" }
//- packages/a/index.js
a
//- packages/b/package.json
{ "name": "b", "dependencies": { "a": "*" } }
//- packages/b/one.js
one
//- packages/empty/readme.md
nothing yet
//- hidden/.one/package.json
{ "name": "one" }
//- ignored/package.json
{ "name": "ignored" }
//- .gitignore
/ignored
//- sub/.gitignore
*.log
//- sub/keep.txt
kept
//- sub/x.log
log
"#;

/// A workspace whose last scan remembers what it looked at: the clock is far ahead, so no time is too young.
fn remembered() -> TestEnv {
    let mut env = TestEnv::with_tree(TREE);
    env.set("DRIFT_TEST_NOW", "2099-01-01T00:00:00Z");
    env.run(["workspace", "init"]).success();
    env.run(["workspace", "scan"]).success();
    env
}

#[cfg(unix)]
fn database(env: &TestEnv) -> Connection {
    Connection::open(env.path(".drift/drift.db")).unwrap()
}

/// Makes the stored graph wrong, which only a discovery puts right.
#[cfg(unix)]
fn spoil(env: &TestEnv) {
    assert_eq!(database(env).execute("UPDATE project SET version = 'spoilt'", []).unwrap(), 4);
}

#[cfg(unix)]
fn is_spoilt(env: &TestEnv) -> bool {
    let sql = "SELECT count(*) FROM project WHERE version = 'spoilt' AND removed_at IS NULL";
    database(env).query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() > 0
}

fn known(env: &TestEnv) -> Value {
    let projects = env.run(["workspace", "projects", "--json"]).success().json();
    let graph = env.run(["workspace", "graph", "--json"]).success().json();
    json!([projects["projects"], projects["workspaces"], projects["problems"], graph["edges"]])
}

/// Checks that a scan after `change` leaves nothing that a scan of everything would find.
#[track_caller]
fn check(change: impl FnOnce(&Path)) {
    let env = remembered();
    // Time stamps of the kernel are a few milliseconds coarse.
    std::thread::sleep(Duration::from_millis(20));
    change(&env.path(""));
    env.run(["workspace", "scan"]).success();
    let found = known(&env);
    let all = env.run(["workspace", "scan", "--full", "--json"]).success().json();
    assert_eq!(json!([all["added"], all["changed"], all["removed"]]), json!([0, 0, 0]));
    assert_eq!(found, known(&env));
}

#[cfg(unix)]
#[test]
fn manifests_are_read_again_only_where_something_may_have_changed() {
    let env = remembered();
    spoil(&env);
    env.run(["workspace", "scan"]).success();
    assert!(is_spoilt(&env), "nothing has changed");
    std::thread::sleep(Duration::from_millis(20));
    env.write("packages/a/index.js", "other");
    let found = env.run(["workspace", "scan", "--json"]).success().json();
    assert_eq!(found["changed"], 1);
    assert_eq!(found["projects"], 4);
    assert!(is_spoilt(&env), "no manifest has changed");
    env.write("packages/a/new.js", "new");
    env.run(["workspace", "scan"]).success();
    assert!(!is_spoilt(&env), "a file came");
    spoil(&env);
    env.run(["workspace", "scan", "--full"]).success();
    assert!(!is_spoilt(&env), "everything was asked for");
    spoil(&env);
    env.run(["--config", "discover.fixture_dirs=other", "workspace", "scan"]).success();
    assert!(!is_spoilt(&env), "the options differ");
    spoil(&env);
    env.run(["workspace", "scan"]).success();
    assert!(!is_spoilt(&env), "the options differ again");
}

#[test]
fn a_file_that_comes_goes_or_is_renamed_is_seen() {
    check(|root| fs::write(root.join("packages/a/new.js"), "").unwrap());
    check(|root| fs::write(root.join("packages/empty/package.json"), "{\"name\": \"empty\"}").unwrap());
    check(|root| fs::remove_file(root.join("packages/a/package.json")).unwrap());
    check(|root| {
        fs::rename(root.join("packages/a/package.json"), root.join("packages/a/Package.json")).unwrap()
    });
    check(|root| fs::rename(root.join("packages/a"), root.join("packages/c")).unwrap());
}

#[test]
fn another_content_is_seen_though_size_and_time_are_the_same() {
    let same_time = |file: &Path, text: &str| {
        let modified = file.metadata().unwrap().modified().unwrap();
        assert_eq!(file.metadata().unwrap().len(), text.len() as u64);
        fs::write(file, text).unwrap();
        fs::File::options().append(true).open(file).unwrap().set_modified(modified).unwrap();
    };
    let env = remembered();
    std::thread::sleep(Duration::from_millis(20));
    same_time(&env.path("hidden/.one/package.json"), "{ \"name\": \"two\" }\n");
    env.run(["workspace", "scan"]).success();
    if cfg!(unix) {
        assert!(known(&env).to_string().contains("\"two\""));
    }
}

#[test]
fn a_change_of_what_is_ignored_is_seen() {
    check(|root| fs::write(root.join(".gitignore"), "").unwrap());
    check(|root| fs::write(root.join("sub/.gitignore"), "keep.txt\n").unwrap());
    check(|root| fs::remove_file(root.join("sub/.gitignore")).unwrap());
    check(|root| fs::write(root.join("packages/.gitignore"), "a\n").unwrap());
    check(|root| fs::write(root.join(".driftignore"), "packages/a\n").unwrap());
}

#[test]
fn what_takes_the_place_of_something_else_is_seen() {
    // Another workspace is nobody's part.
    check(|root| fs::create_dir(root.join("packages/a/.drift")).unwrap());
    check(|root| {
        fs::remove_file(root.join("packages/a/package.json")).unwrap();
        fs::create_dir(root.join("packages/a/package.json")).unwrap();
    });
    check(|root| {
        fs::rename(root.join("packages/a"), root.join("old")).unwrap();
        fs::rename(root.join("packages/b"), root.join("packages/a")).unwrap();
        fs::rename(root.join("old"), root.join("packages/b")).unwrap();
    });
    check(|root| fs::rename(root.join("hidden/.one"), root.join("hidden/.two")).unwrap());
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_directory_is_seen() {
    use std::os::unix::fs::symlink;
    check(|root| {
        fs::rename(root.join("packages/a"), root.join("ignored/a")).unwrap();
        symlink("../ignored/a", root.join("packages/a")).unwrap();
    });
    check(|root| {
        fs::rename(root.join("hidden/.one"), root.join("ignored/one")).unwrap();
        symlink("../ignored/one", root.join("hidden/.one")).unwrap();
    });
    check(|root| symlink("../ignored", root.join("packages/linked")).unwrap());
}
