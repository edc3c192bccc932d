//! `drift config`

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn where_the_files_are() {
    let env = TestEnv::with_tree("//- sub/file\n");
    env.git_init();
    assert_snapshot!(env.run_in("sub", ["config", "path"]), @"
    exit 0
    --- stdout
    user       [HOME]/.drift/config.toml (absent)
    workspace  [ROOT]/drift.toml (absent)
    ");
    env.write("drift.toml", "");
    assert_snapshot!(env.run(["config", "path", "--json"]), @r#"
    exit 0
    --- stdout
    {"schema":"drift.config.path/v1","ok":true,"files":[{"layer":"user","path":"[HOME]/.drift/config.toml","present":false},{"layer":"workspace","path":"[ROOT]/drift.toml","present":true}],"warnings":[]}
    "#);
    assert_snapshot!(env.run(["config", "path", "--root", "sub"]), @"
    exit 0
    --- stdout
    user       [HOME]/.drift/config.toml (absent)
    workspace  [ROOT]/sub/drift.toml (absent)
    ");
}

#[test]
fn the_drift_home_is_named_or_found() {
    let mut env = TestEnv::new();
    env.unset("DRIFT_HOME");
    let user_file = |env: &TestEnv| {
        let document = env.run(["config", "path", "--json"]).json();
        PathBuf::from(document["files"][0]["path"].as_str().unwrap())
    };
    assert_eq!(user_file(&env), env.home().join(".drift/config.toml"));
    env.set("XDG_CONFIG_HOME", env.home().join(".config"));
    assert_eq!(user_file(&env), env.home().join(".drift/config.toml"));
    // Only once it is there.
    std::fs::create_dir_all(env.home().join(".config/drift")).unwrap();
    assert_eq!(user_file(&env), env.home().join(".config/drift/config.toml"));
}

#[test]
fn show_says_where_a_value_comes_from() {
    let mut env =
        TestEnv::with_tree("//- drift.toml\n[backup.retention]\ndaily = 3\nmanual = 3\nweekly = 3\n");
    env.run(["config", "set", "--user", "backup.retention.monthly", "2"]).success();
    env.set("DRIFT_BACKUP__RETENTION__MANUAL", "4");
    let flag = ["--config", "backup.retention.weekly=5"];
    let shown = env.run(["config", "show", "--origin"].iter().chain(&flag)).success().to_string();
    let retention: Vec<&str> = shown.lines().filter(|line| line.contains(".retention.")).collect();
    assert_snapshot!(retention.join("\n"), @r#"
    backup.retention.operational = 5                  # built in
    backup.retention.manual = 4                       # DRIFT_BACKUP__RETENTION__MANUAL
    backup.retention.daily = 3                        # [ROOT]/drift.toml:2
    backup.retention.weekly = 5                       # --config
    backup.retention.monthly = 2                      # [HOME]/.drift/config.toml:2
    backup.retention.keep_within = "0s"               # built in
    backup.retention.max_total_size = "unlimited"     # built in
    backup.retention.safety_grace = "7d"              # built in
    "#);
    let json = env.run(["config", "show", "--json"]).success().json();
    assert_eq!(json["schema"], "drift.config.show/v1");
    let settings = json["settings"].as_array().unwrap();
    let manual = settings.iter().find(|it| it["key"] == "backup.retention.manual").unwrap();
    assert_eq!(manual["origin"]["variable"], "DRIFT_BACKUP__RETENTION__MANUAL");
    let plain = env.run(["config", "show"]).success().stdout;
    assert!(plain.contains("\nbackup.auto = true\n"), "{plain}");
}

#[test]
fn get_prints_bare_values() {
    let env = TestEnv::with_tree("//- drift.toml\naffected.global = ['a', 'b']\nlock.wait = '5s'\n");
    assert_eq!(env.run(["config", "get", "lock.wait"]).success().stdout, "5s\n");
    assert_eq!(env.run(["config", "get", "affected.global"]).success().stdout, "a\nb\n");
    assert_eq!(env.run(["config", "get", "backup.auto"]).success().stdout, "true\n");
    assert_snapshot!(env.run(["config", "get", "lock"]), @r#"
    exit 0
    --- stdout
    lock.wait = "5s"
    "#);
    assert_snapshot!(env.run(["config", "get", "lock.wait", "--json"]), @r#"
    exit 0
    --- stdout
    {"schema":"drift.config.get/v1","ok":true,"settings":[{"key":"lock.wait","value":"5s","origin":{"layer":"workspace","path":"[ROOT]/drift.toml","line":2}}],"warnings":[]}
    "#);
    assert_snapshot!(env.run(["config", "get", "lock.wiat"]), @"
    exit 2
    --- stderr
    error: there is no setting `lock.wiat`
    hint: did you mean `lock.wait`?
    ");
}

#[test]
fn set_keeps_comments_and_refuses_nonsense() {
    let env = TestEnv::with_tree("//- drift.toml\n# ours\nlock.wait = '5s' # long enough\n");
    assert_snapshot!(env.run(["config", "set", "lock.wait", "7s", "--dry-run"]), @r#"
    exit 0
    --- stdout
    # ours
    lock.wait = "7s" # long enough
    "#);
    assert_snapshot!(env.run(["config", "set", "lock.wait", "7s"]), @"
    exit 0
    --- stdout
    changed [ROOT]/drift.toml: lock.wait
    ");
    let read = || std::fs::read_to_string(env.path("drift.toml")).unwrap();
    assert_eq!(read(), "# ours\nlock.wait = \"7s\" # long enough\n");
    assert_snapshot!(env.run(["config", "set", "lock.wait", "-1"]), @r#"
    exit 2
    --- stderr
    error: the configuration is invalid
    caused by: command line: lock.wait: expected a number with a unit, found "-1"
       |
       | lock.wait=-1
       |           ^^
    hint: correct this, then run `drift config validate`
    "#);
    assert_snapshot!(env.run(["config", "set", "lock", "1"]), @"
    exit 2
    --- stderr
    error: `lock` is a section, not a setting
    hint: run `drift config get lock` for its settings
    ");
    assert_snapshot!(env.run(["config", "set", "lock.wiat", "1s", "--json"]), @r#"
    exit 2
    --- stdout
    {"schema":"drift.error/v1","ok":false,"error":{"code":"not_found","message":"there is no setting `lock.wiat`","hint":"did you mean `lock.wait`?","causes":[]},"warnings":[]}
    "#);
    assert_eq!(read(), "# ours\nlock.wait = \"7s\" # long enough\n");
    assert_snapshot!(env.run(["config", "set", "--user", "lock.wait", "9s"]), @"
    exit 0
    --- stdout
    created [HOME]/.drift/config.toml: lock.wait
    ");
    assert_eq!(env.run(["config", "get", "lock.wait"]).stdout, "7s\n");
}

#[cfg(unix)]
#[test]
fn set_keeps_permissions_and_links() {
    use std::os::unix::fs::PermissionsExt as _;

    let env = TestEnv::with_tree("//- shared/drift.toml\n");
    let target = env.path("shared/drift.toml");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o664)).unwrap();
    std::os::unix::fs::symlink("shared/drift.toml", env.path("drift.toml")).unwrap();
    env.run(["config", "set", "lock.wait", "7s"]).success();
    assert!(env.path("drift.toml").is_symlink());
    assert_eq!(std::fs::read_to_string(&target).unwrap(), "[lock]\nwait = \"7s\"\n");
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, 0o664);
    // The drift home is nobody else's business.
    env.run(["config", "init", "--user"]).success();
    assert_eq!(env.home().join(".drift").metadata().unwrap().permissions().mode() & 0o777, 0o700);
    // A new file is as readable as any other.
    std::fs::remove_file(env.path("drift.toml")).unwrap();
    env.run(["config", "set", "lock.wait", "7s"]).success();
    env.write("other", "");
    let mode = |path: &str| env.path(path).metadata().unwrap().permissions().mode();
    assert_eq!(mode("drift.toml"), mode("other"));
}

#[test]
fn init_writes_what_changes_nothing() {
    let env = TestEnv::new();
    let before = env.run(["config", "show"]).success().stdout;
    assert!(env.run(["config", "init", "--dry-run"]).success().stdout.starts_with("#:schema "));
    assert!(!env.path("drift.toml").exists());
    assert_snapshot!(env.run(["config", "init"]), @"
    exit 0
    --- stdout
    created [ROOT]/drift.toml
    --- stderr
    note: editors complete it once `drift config schema > drift.schema.json` is beside it
    ");
    assert_eq!(env.run(["config", "show"]).success().stdout, before);
    env.run(["config", "validate"]).success();
    assert_snapshot!(env.run(["config", "init"]), @"
    exit 2
    --- stderr
    error: [ROOT]/drift.toml exists already
    hint: change single settings with `drift config set KEY VALUE`
    ");
    assert_snapshot!(env.run(["config", "init", "--user"]), @"
    exit 0
    --- stdout
    created [HOME]/.drift/config.toml
    --- stderr
    note: editors complete it once `drift config schema > drift.schema.json` is beside it
    ");
}

#[test]
fn validate_shows_every_problem() {
    let mut env = TestEnv::with_tree("//- drift.toml\n[lock]\nwiat = 3\nwait = 3\n");
    assert_snapshot!(env.run(["config", "validate"]), @r#"
    exit 2
    --- stderr
    error: the configuration is invalid
    caused by: [ROOT]/drift.toml:2:1: lock.wiat: unknown key; did you mean `lock.wait`?
        |
      2 | wiat = 3
        | ^^^^
    caused by: [ROOT]/drift.toml:3:8: lock.wait: the duration 3 has no unit; write "3s", "3h" or "3d"
        |
      3 | wait = 3
        |        ^
    hint: correct this, then run `drift config validate`
    "#);
    assert_snapshot!(env.run(["config", "validate", "--json"]), @r#"
    exit 2
    --- stdout
    {"schema":"drift.error/v1","ok":false,"error":{"code":"config","message":"the configuration is invalid","hint":"correct this, then run `drift config validate`","causes":["[ROOT]/drift.toml:2:1: lock.wiat: unknown key; did you mean `lock.wait`?\n  |\n2 | wiat = 3\n  | ^^^^","[ROOT]/drift.toml:3:8: lock.wait: the duration 3 has no unit; write \"3s\", \"3h\" or \"3d\"\n  |\n3 | wait = 3\n  |        ^"]},"warnings":[]}
    "#);
    env.write("drift.toml", "[lock]\nwait = '3s'\n");
    assert_snapshot!(env.run(["config", "validate"]), @"
    exit 0
    --- stdout
    [HOME]/.drift/config.toml: absent
    [ROOT]/drift.toml: valid
    ");
    env.set("DRIFT_BACKUP__AUTO", "maybe");
    assert_snapshot!(env.run(["config", "validate"]), @r#"
    exit 2
    --- stderr
    error: the configuration is invalid
    caused by: environment variable DRIFT_BACKUP__AUTO: backup.auto: expected true or false, found the string "maybe"
       |
       | DRIFT_BACKUP__AUTO=maybe
       |                    ^^^^^
    hint: correct this, then run `drift config validate`
    "#);
}

#[test]
fn unknown_keys_warn_and_fail_when_strict() {
    let env = TestEnv::with_tree("//- drift.toml\nlock.wiat = 3\n");
    assert_snapshot!(env.run(["config", "get", "lock.wait"]), @"
    exit 0
    --- stdout
    0s
    --- stderr
    warning: [ROOT]/drift.toml:1:6: lock.wiat: unknown key
    hint: did you mean `lock.wait`?
    ");
    assert_snapshot!(env.run(["config", "get", "lock.wait", "--json"]), @r#"
    exit 0
    --- stdout
    {"schema":"drift.config.get/v1","ok":true,"settings":[{"key":"lock.wait","value":"0s","origin":{"layer":"default"}}],"warnings":[{"code":"config.unknown_key","message":"[ROOT]/drift.toml:1:6: lock.wiat: unknown key","hint":"did you mean `lock.wait`?"}]}
    "#);
    assert_snapshot!(env.run(["config", "get", "lock.wait", "--strict-config"]), @"
    exit 2
    --- stderr
    error: the configuration is invalid
    caused by: [ROOT]/drift.toml:1:6: lock.wiat: unknown key
        |
      1 | lock.wiat = 3
        |      ^^^^
    hint: did you mean `lock.wait`?
    ");
    assert_snapshot!(env.run(["config", "get", "lock.wait", "--config", "lock.wiat=3"]), @"
    exit 2
    --- stderr
    error: the configuration is invalid
    caused by: command line: lock.wiat: there is no such setting
       |
       | --config lock.wiat=3
       |          ^^^^^^^^^
    hint: did you mean `lock.wait`?
    ");
}

#[test]
fn the_schema_is_json() {
    let env = TestEnv::new();
    let schema: serde_json::Value =
        serde_json::from_str(&env.run(["config", "schema"]).success().stdout).unwrap();
    assert_eq!(schema["properties"]["lock"]["properties"]["wait"]["default"], "0s");
    let json = env.run(["config", "schema", "--json"]).success().json();
    assert_eq!(json["schema"], "drift.config.schema/v1");
    assert_eq!(json["json_schema"], schema);
}

#[test]
fn the_home_directory_is_no_workspace() {
    let mut env = TestEnv::new();
    env.set("HOME", env.path(""));
    env.set("USERPROFILE", env.path(""));
    env.write("drift.toml", "lock.wait = 'nonsense'");
    env.run(["config", "show"]).success();
    assert_snapshot!(env.run(["config", "set", "lock.wait", "1s"]), @"
    exit 2
    --- stderr
    error: the home directory is no workspace
    hint: change to a repository, or use `--user`
    ");
}

#[test]
fn settings_reach_the_commands() {
    let mut env = TestEnv::with_tree(
        "//- drift.toml\n[discover]\nfixture_dirs = ['samples']\n[db]\njournal_mode = 'delete'\n\
         //- fixtures/a/package.json\n{ \"name\": \"a\" }\n//- samples/b/package.json\n{ \"name\": \"b\" }\n",
    );
    let made = env.run(["workspace", "init", "--json"]).success().json();
    assert_eq!(made["projects"], 1, "{made}");
    // Bytes 18 and 19 of a database say how it is written: 1 is a rollback journal, 2 is WAL.
    assert_eq!(std::fs::read(env.path(".drift/drift.db")).unwrap()[18..20], [1, 1]);
    env.write("drift.toml", "discover.fixture_dirs = []\nlock.wait = '1s'\n");
    assert_eq!(env.run(["workspace", "scan", "--json"]).success().json()["projects"], 2);

    let lock = std::fs::File::options().write(true).open(env.path(".drift/writer.lock")).unwrap();
    lock.lock().unwrap();
    let waited = |env: &TestEnv, flags: &[&str]| {
        let started = std::time::Instant::now();
        assert_eq!(env.run(["workspace", "scan"].iter().chain(flags)).code, Some(5));
        started.elapsed().as_secs_f64()
    };
    assert!(waited(&env, &[]) >= 1.0);
    assert!(waited(&env, &["--wait=0"]) < 1.0);
    env.set("DRIFT_LOCK__WAIT", "0s");
    assert!(waited(&env, &[]) < 1.0);
    env.write("drift.toml", "lock.wait = 1\n");
    assert_eq!(env.run(["workspace", "status"]).code, Some(2));
}
