//! `drift project`: known workspaces, and that the registry is never a reason to fail.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::env::TestEnv;

/// Two workspaces, `shop` and `web`, and a directory that is none.
fn two() -> TestEnv {
    let env = TestEnv::with_tree(
        "
//- shop/package.json
{\"name\": \"shop\"}
//- web/package.json
{\"name\": \"web\"}
//- web/src/index.js
1;
//- plain/file
x
",
    );
    for name in ["shop", "web"] {
        env.run_in(name, ["workspace", "init", "--root", "."]).success();
    }
    env
}

fn json(env: &TestEnv, args: &[&str]) -> Value {
    env.run([&["project"], args, &["--json"]].concat()).success().json()
}

/// `name health` of each known workspace.
fn listed(env: &TestEnv) -> Vec<String> {
    let list = json(env, &["list"]);
    let one = |one: &Value| format!("{} {}", one["name"].as_str().unwrap(), one["health"].as_str().unwrap());
    list["workspaces"].as_array().unwrap().iter().map(one).collect()
}

fn registry(env: &TestEnv) -> std::path::PathBuf {
    env.home().join(".drift/registry.db")
}

#[test]
fn init_remembers_and_list_tells() {
    let env = two();
    assert_eq!(listed(&env), ["shop healthy", "web healthy"]);
    let list = json(&env, &["list"]);
    assert_eq!(list["current"], Value::Null);
    let shop = &list["workspaces"][0];
    assert_eq!(shop["path"].as_str(), env.path("shop").to_str());
    assert_eq!((&shop["exists"], &shop["projects"], &shop["backups"]), (&true.into(), &1.into(), &0.into()));
    assert_eq!((&shop["last_scan"], &shop["reasons"]), (&"2026-11-22T20:15:30Z".into(), &json!([])));
    assert_snapshot!(env.run(["project", "list"]), @"
    exit 0
    --- stdout
      NAME  HEALTH   SCANNED   WHY  PATH
      shop  healthy  just now       [ROOT]/shop
      web   healthy  just now       [ROOT]/web
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(registry(&env).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Doing it again writes nothing.
    let before = std::fs::read(registry(&env)).unwrap();
    env.run_in("shop", ["workspace", "init"]).success();
    assert_eq!(std::fs::read(registry(&env)).unwrap(), before);
}

#[test]
fn nothing_known_is_a_result() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["project", "list"]), @"
    exit 0
    --- stdout
    No workspace is known: `drift workspace init` makes one, `drift project add` adds one
    ");
    assert_snapshot!(env.run(["project", "info"]), @"
    exit 2
    --- stderr
    error: [ROOT] is in no known workspace
    hint: name one of `drift project list`, or run `drift project add` in a workspace
    ");
    assert_snapshot!(env.run(["project", "switch", "shop"]), @"
    exit 2
    --- stderr
    error: no known workspace is called `shop`
    hint: see `drift project list`
    ");
    env.run(["project", "cleanup"]).success();
    env.run(["project", "add"]).assert_code(4);
    assert!(!registry(&env).exists(), "looking makes no registry");
}

#[test]
fn names_paths_ids_and_parts_are_understood() {
    let env = two();
    let id = json(&env, &["info", "web"])["id"].as_str().unwrap().to_owned();
    let path = env.path("web").to_str().unwrap().to_owned();
    for name in ["web", &path, &id, "we", "./web", "web/src/.."] {
        assert_eq!(json(&env, &["info", name])["path"], path, "{name}");
    }
    let here = env.run_in("web/src", ["project", "info", "--json"]).success().json();
    assert_eq!(here["path"], path);
    assert_snapshot!(env.run(["project", "info", "shpo"]), @"
    exit 2
    --- stderr
    error: no known workspace is called `shpo`
    hint: did you mean `shop`?
    ");
    env.run(["project", "add", "web", "--name", "shopping"]).success();
    assert_eq!(json(&env, &["info", "shop"])["name"], "shop");
    let error = env.run(["project", "info", "sho", "--json"]).assert_code(2).json()["error"].clone();
    assert_eq!(error["code"], "not_found");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("shop (") && message.contains("shopping ("), "{message}");
}

#[test]
fn switch_prints_the_path_and_remembers() {
    let env = two();
    let path = env.path("web");
    let outcome = env.run(["project", "switch", "web"]).success();
    assert_eq!(outcome.stdout, format!("{}\n", path.display()));
    let switched = json(&env, &["switch", "shop"]);
    assert_eq!(switched["previous"].as_str(), path.to_str());
    let list = json(&env, &["list"]);
    assert_eq!(list["current"].as_str(), env.path("shop").to_str());
    assert_eq!(list["workspaces"][0]["current"], true);
    assert_eq!(list["workspaces"][0]["used_at"], "2026-11-22T20:15:30Z");
}

#[test]
fn what_is_gone_is_shown_and_cleaned_up() {
    let env = two();
    std::fs::remove_dir_all(env.path("web")).unwrap();
    assert_eq!(listed(&env), ["shop healthy", "web unknown"]);
    let gone = &json(&env, &["list"])["workspaces"][1];
    assert_eq!((&gone["exists"], &gone["reasons"][0]["code"]), (&false.into(), &"workspace.gone".into()));
    assert_snapshot!(env.run(["project", "switch", "web"]), @"
    exit 2
    --- stderr
    error: the workspace `web` is not in [ROOT]/web any more
    hint: `drift project add` at its new place finds it again; `drift project cleanup` forgets it
    ");
    let plan = json(&env, &["cleanup", "--dry-run"]);
    assert_eq!((&plan["dry_run"], &plan["removed"][0]["name"]), (&true.into(), &"web".into()));
    assert_eq!(listed(&env).len(), 2);
    let done = json(&env, &["cleanup"]);
    assert_eq!((&done["removed"], &done["kept"]), (&plan["removed"], &plan["kept"]));
    assert_eq!(listed(&env), ["shop healthy"]);
}

#[test]
fn remove_forgets_and_touches_nothing() {
    let env = two();
    env.run(["project", "remove", "shop", "nothing"]).assert_code(2);
    env.run(["project", "remove", "shop", "--dry-run"]).success();
    assert_eq!(listed(&env).len(), 2);
    let removed = json(&env, &["remove", "shop", "web", "shop"]);
    assert_eq!(removed["removed"].as_array().unwrap().len(), 2);
    assert_eq!(listed(&env), [""; 0]);
    env.run_in("shop", ["workspace", "status"]).success();
    assert_eq!(env.run_in("shop", ["project", "info", "--json"]).success().json()["registered"], false);
    assert_eq!(json(&env, &["add", "shop"])["outcome"], "added");
}

#[test]
fn one_that_moved_is_the_same_and_a_copy_is_not() {
    let env = two();
    let id = json(&env, &["info", "web"])["id"].clone();
    env.run(["project", "switch", "web"]).success();
    std::fs::rename(env.path("web"), env.path("site")).unwrap();
    env.run_in("site", ["workspace", "init"]).success();
    let moved = json(&env, &["info", "web"]);
    assert_eq!((moved["path"].as_str(), &moved["id"]), (env.path("site").to_str(), &id));
    assert_eq!(moved["current"], true);
    copy(&env.path("site"), &env.path("copy"));
    assert_eq!(json(&env, &["add", "copy"])["outcome"], "added");
    assert_eq!(listed(&env).len(), 3);
    assert_eq!(json(&env, &["info", "copy"])["id"], id);
    let error = env.run(["project", "info", id.as_str().unwrap()]).assert_code(2);
    assert!(error.stderr.contains("means 2 workspaces"), "{error}");
}

#[test]
fn a_workspace_that_is_unwell_says_why() {
    let mut env = two();
    std::fs::write(env.path("shop/.drift/drift.db"), vec![7; 9000]).unwrap();
    env.set("DRIFT_TEST_NOW", "2027-03-01T00:00:00Z");
    assert_eq!(listed(&env), ["shop critical", "web warning"]);
    let list = json(&env, &["list"]);
    assert_eq!(list["workspaces"][0]["reasons"][0]["code"], "db.damaged");
    let codes: Vec<_> =
        list["workspaces"][1]["reasons"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, ["scan.old", "backup.none"]);
    let id = json(&env, &["info", "web"])["id"].as_str().unwrap().to_owned();
    let told = env.run(["project", "info", "web"]).to_string().replace(&id, "[ID]");
    assert_snapshot!(told, @"
    exit 0
    --- stdout
    web in [ROOT]/web
    health       warning
    last scan    98 days ago
    last backup  never
    projects     1
    id           [ID]
      the last scan is a month old: `drift workspace scan`
      there is no snapshot: `drift workspace backup`
    ");
}

#[test]
fn restore_remembers_too() {
    let env = two();
    env.run_in("web", ["workspace", "backup"]).success();
    env.run(["project", "remove", "web"]).success();
    env.run_in("web", ["workspace", "restore", "--yes"]).success();
    assert_eq!(listed(&env), ["shop healthy", "web healthy"]);
}

#[test]
fn import_remembers_too() {
    let env = two();
    env.run_in("web", ["workspace", "export", "-o", "../bundle"]).success();
    env.run(["project", "remove", "web"]).success();
    env.run_in("web", ["workspace", "import", "../bundle", "--yes"]).success();
    assert_eq!(listed(&env), ["shop healthy", "web healthy"]);
    let told = env.run_in("web", ["workspace", "context", "--json"]).success().json();
    assert_eq!(told["updated_at"].as_object().unwrap().len(), 7);
}

#[test]
fn a_damaged_registry_is_made_anew() {
    let env = two();
    std::fs::write(registry(&env), vec![7; 9000]).unwrap();
    let list = json(&env, &["list"]);
    assert_eq!((&list["workspaces"], &list["warnings"][0]["code"]), (&json!([]), &"registry.skipped".into()));
    let init = env.run_in("web", ["workspace", "init", "--json"]).success().json();
    assert_eq!(init["warnings"][0]["code"], "registry.rebuilt");
    assert_eq!(listed(&env), ["web healthy"]);
    assert!(registry(&env).with_extension("db.damaged").exists());
}

#[test]
fn no_command_of_a_workspace_fails_over_the_registry() {
    let env = two();
    let init = |code: &str| {
        env.run(["project", "remove", "web"]);
        let init = env.run_in("web", ["workspace", "init", "--json"]).success().json();
        assert_eq!((&init["ok"], &init["warnings"][0]["code"]), (&true.into(), &code.into()), "{init}");
    };
    // Newer: not a byte of it changes.
    let connection = rusqlite::Connection::open(registry(&env)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = std::fs::read(registry(&env)).unwrap();
    init("registry.skipped");
    assert_eq!(std::fs::read(registry(&env)).unwrap(), before);
    env.run(["project", "add", "web"]).assert_code(6);
    json(&env, &["list"]);
    // A directory in its place.
    std::fs::remove_file(registry(&env)).unwrap();
    std::fs::create_dir(registry(&env)).unwrap();
    init("registry.skipped");
    env.run(["project", "add", "web"]).assert_code(7);
    // A file in place of the drift directory.
    std::fs::remove_dir_all(env.home().join(".drift")).unwrap();
    std::fs::write(env.home().join(".drift"), "x").unwrap();
    init("registry.skipped");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_registry_is_not_followed() {
    let env = two();
    let elsewhere = env.path("plain/file");
    std::fs::remove_file(registry(&env)).unwrap();
    std::os::unix::fs::symlink(&elsewhere, registry(&env)).unwrap();
    let init = env.run_in("web", ["workspace", "init", "--json"]).success().json();
    assert_eq!(init["warnings"][0]["code"], "registry.skipped");
    assert_eq!(std::fs::read(elsewhere).unwrap(), b"x\n");
}

#[test]
fn inits_at_the_same_time_are_all_registered() {
    let env = TestEnv::new();
    for at in 0..6 {
        env.write(format!("w{at}/package.json"), "{}");
    }
    let root = |at: usize| env.path(format!("w{at}"));
    let spawn = |at: usize| {
        env.command([
            "-C".as_ref(),
            root(at).as_os_str(),
            "workspace".as_ref(),
            "init".as_ref(),
            "--root=.".as_ref(),
        ])
        .spawn()
        .unwrap()
    };
    let children: Vec<_> = (0..6).map(spawn).collect();
    for child in children {
        let outcome = env.outcome(child.wait_with_output().unwrap()).success();
        assert_eq!(outcome.stderr, "", "{outcome}");
    }
    assert_eq!(listed(&env).len(), 6);
}

#[test]
fn a_registry_that_is_held_delays_nobody_for_long() {
    let env = two();
    env.run(["project", "remove", "web"]).success();
    let holder = rusqlite::Connection::open(registry(&env)).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let started = std::time::Instant::now();
    let init = env.run_in("web", ["workspace", "init", "--json"]).success().json();
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(init["warnings"][0]["code"], "registry.skipped");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, from.metadata().unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { std::fs::copy(&from, &to).map(drop).unwrap() }
    }
}
