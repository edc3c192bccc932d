//! `drift workspace export` and `import`: what leaves, what comes in, and what is refused.

mod hostile;

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use serde_json::Value;

use crate::env::TestEnv;

const TREE: &str = r#"
//- package.json
{ "name": "shop", "version": "1.0.0", "dependencies": { "y": "git+https://joe:hunter2@example.com/y.git" } }
//- src/a.ts
export const a = 1;
//- src/b.ts
export const b = 2;
"#;

/// A workspace with a memory and rows that only it has.
fn workspace() -> TestEnv {
    let env = TestEnv::with_tree(TREE);
    env.git_init();
    env.run(["workspace", "init"]).success();
    env.sql(
        "cortex",
        "INSERT INTO memory (kind, content, importance, created_at, updated_at, provenance)
         VALUES ('note', 'the parser is slow', 0.5, 't', 't', '{\"host\":\"joes-laptop\"}')",
    );
    env
}

/// The same repository, checked out elsewhere: all times are new.
fn checkout(of: &TestEnv) -> TestEnv {
    let env = TestEnv::new();
    env.git(["clone", "--quiet", of.path("").to_str().unwrap(), "."]);
    env
}

fn export(env: &TestEnv, file: &Path, more: &[&str]) -> Value {
    let mut args = vec!["workspace", "export", "--json", "-o", file.to_str().unwrap()];
    args.extend(more);
    env.run(args).success().json()
}

fn import(env: &TestEnv, file: &Path, more: &[&str]) -> Value {
    let mut args = vec!["workspace", "import", "--yes", "--json", file.to_str().unwrap()];
    args.extend(more);
    env.run(args).success().json()
}

/// A place for bundles outside the repository.
fn out(env: &TestEnv, name: &str) -> PathBuf {
    env.home().join(name)
}

#[test]
fn the_same_content_is_the_same_bytes() {
    let env = workspace();
    let [one, two, three] =
        ["1.drift.tar.zst", "2.drift.tar.zst", "3.drift.tar.zst"].map(|name| out(&env, name));
    let report = export(&env, &one, &[]);
    assert_eq!(report["written"], true);
    assert_eq!((&report["compression"], &report["kind"]), (&"zstd".into(), &"full".into()));
    assert_eq!(report["bytes"], std::fs::metadata(&one).unwrap().len());
    assert_eq!(export(&env, &two, &[])["blake3"], report["blake3"]);
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&two).unwrap());
    import(&env, &one, &[]);
    export(&env, &three, &[]);
    assert!(std::fs::read(&one).unwrap() == std::fs::read(&three).unwrap());
    // Elsewhere too, through a pipe.
    let other = checkout(&env);
    let bundle = env.command(["workspace", "export", "-o", "-"]).output().unwrap().stdout;
    assert!(bundle == std::fs::read(&one).unwrap());
    other.run_with_input(["workspace", "import", "-", "--yes"], bundle).success();
    assert_eq!(export(&other, &out(&other, "4.drift.tar.zst"), &[])["blake3"], report["blake3"]);
}

#[test]
fn what_is_of_this_machine_stays_here() {
    let env = workspace();
    let id = env.text("drift", "SELECT id FROM workspace");
    for (name, more) in [("full.drift.tar", &[][..]), ("ci.drift.tar", &["--ci"])] {
        export(&env, &out(&env, name), more);
        let bytes = std::fs::read(out(&env, name)).unwrap();
        let root = env.path("");
        let left = [
            &id,
            "hunter2",
            "joe",
            "laptop",
            "drift-it-",
            root.to_str().unwrap(),
            "0001_event",
            "sqlite_stat",
        ];
        for left in left {
            assert!(
                !bytes.windows(left.len()).any(|window| window == left.as_bytes()),
                "{name} holds {left}"
            );
        }
        let holds = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        assert_eq!(holds("the parser is slow"), name == "full.drift.tar");
    }
}

#[test]
fn a_workspace_stays_the_one_it_is() {
    let (env, other) = (workspace(), TestEnv::with_tree(TREE));
    other.run(["workspace", "init"]).success();
    let of = |sql: &str| other.text("drift", sql);
    let before = (of("SELECT id FROM workspace"), of("SELECT group_concat(kind) FROM event"));
    let bundle = out(&env, "a.drift.tar.zst");
    export(&env, &bundle, &[]);
    let report = import(&other, &bundle, &[]);
    assert_eq!(
        (&report["hit"], &report["databases"]),
        (&true.into(), &serde_json::json!(["drift", "cortex"]))
    );
    let after = (of("SELECT id FROM workspace"), of("SELECT group_concat(kind) FROM event"));
    assert_eq!(after, (before.0, format!("{},import", before.1)));
    assert_eq!(other.text("cortex", "SELECT content FROM memory"), "the parser is slow");
    assert_eq!(
        other.text("cortex", "SELECT CAST(rowid AS TEXT) FROM memory_fts WHERE memory_fts MATCH 'parser'"),
        "1"
    );
    other.run(["workspace", "verify"]).success();
    let safety = report["safety_backup"].as_str().unwrap();
    other.run(["workspace", "restore", safety, "--yes"]).success();
    assert_eq!(other.text("cortex", "SELECT CAST(count(*) AS TEXT) FROM memory"), "0");
}

#[test]
fn a_database_that_is_not_in_the_bundle_is_left_alone() {
    let (env, other) = (workspace(), workspace());
    other.sql("cortex", "UPDATE memory SET content = 'mine'");
    let bundle = out(&env, "a.drift.tar.zst");
    export(&env, &bundle, &["--database", "drift"]);
    assert_eq!(import(&other, &bundle, &[])["databases"], serde_json::json!(["drift"]));
    assert_eq!(other.text("cortex", "SELECT content FROM memory"), "mine");
    // Where there is none, the workspace is completed.
    let empty = checkout(&env);
    import(&empty, &bundle, &[]);
    empty.run(["workspace", "verify"]).success();
}

#[test]
fn a_fresh_checkout_is_not_read_again() {
    let env = workspace();
    let report = env.run(["workspace", "export", "--ci", "--json"]).success().json();
    assert_eq!(report["output"], ".drift-cache/ci.drift.tar.zst");
    assert_eq!(report["databases"].as_array().unwrap().len(), 1, "never cortex.db");
    let bundle = env.path(".drift-cache/ci.drift.tar.zst");
    let other = checkout(&env);
    // Of the same size.
    other.write("src/b.ts", "export const b = 3;\n");
    let report = import(&other, &bundle, &["--ci"]);
    assert_eq!((&report["unchanged_files"], &report["changed_files"]), (&2.into(), &1.into()));
    let scan = other.run(["workspace", "scan", "--json"]).success().json();
    assert_eq!((&scan["rehashed"], &scan["changed"], &scan["added"]), (&1.into(), &1.into(), &0.into()));
    assert_eq!(scan["vouched"].as_u64().unwrap() + scan["confirmed"].as_u64().unwrap(), 2);
    assert_eq!(other.text("drift", "SELECT CAST(count(*) AS TEXT) FROM file WHERE inode = -1"), "0");
    other.git(["checkout", "--quiet", "src/b.ts"]);
    other.run(["workspace", "scan"]).success();
    // Two machines, one commit, one bundle.
    let again = out(&other, "again");
    export(&other, &again, &["--ci"]);
    assert!(std::fs::read(&bundle).unwrap() == std::fs::read(again).unwrap());
}

/// A file that git converts on its way into the work tree is what git says only to git.
#[test]
fn what_git_converts_is_read() {
    let env = TestEnv::with_tree(TREE);
    env.write(".gitattributes", "*.ts ident\n");
    env.git_init();
    env.run(["workspace", "init"]).success();
    assert_eq!(
        env.text("drift", "SELECT group_concat(path) FROM file WHERE git_oid IS NULL"),
        "src/a.ts,src/b.ts"
    );
    env.run(["workspace", "export", "--ci"]).success();
    let other = checkout(&env);
    let report = import(&other, &env.path(".drift-cache/ci.drift.tar.zst"), &["--ci"]);
    assert_eq!((&report["unchanged_files"], &report["changed_files"]), (&2.into(), &2.into()));
    let scan = other.run(["workspace", "scan", "--json"]).success().json();
    assert_eq!((&scan["rehashed"], &scan["changed"]), (&2.into(), &0.into()));
}

#[test]
fn recorded_checks_travel_and_become_a_baseline() {
    let env = workspace();
    env.run(["workspace", "check", "--record"]).success();
    env.run(["workspace", "export", "--ci"]).success();
    let bundle = env.path(".drift-cache/ci.drift.tar.zst");
    let other = checkout(&env);
    let runs = "SELECT group_concat(git_branch || ' ' || pull_request) FROM check_run";
    let baselines = "SELECT CAST(count(*) AS TEXT) FROM baseline";
    assert_eq!(import(&other, &bundle, &["--ci"])["baseline"], Value::Null);
    assert_eq!((other.text("drift", runs), other.text("drift", baselines)), ("main 0".into(), "0".into()));
    assert_eq!(import(&other, &bundle, &["--ci", "--baseline"])["baseline"], "main");
    assert_eq!(other.text("drift", baselines), "1");
    // A later check leaves the baseline in the next bundle.
    other.git(["checkout", "--quiet", "-b", "topic"]);
    other.run(["workspace", "scan"]).success();
    other.run(["workspace", "check", "--record"]).success();
    let next = out(&other, "next");
    export(&other, &next, &["--ci"]);
    let third = checkout(&env);
    import(&third, &next, &["--ci"]);
    assert_eq!(third.text("drift", runs), "main 0,topic 0");
    assert_eq!(third.text("drift", "SELECT branch || run FROM baseline"), "main1");
}

#[test]
fn in_ci_a_miss_is_no_failure() {
    let env = checkout(&workspace());
    let miss = |args: &[&str], reason: &str| {
        let report = env.run(args.iter().chain(&["--json"])).success().json();
        assert_eq!(report["reason"], reason, "{args:?}");
        assert!(report["hit"] == false || report["written"] == false);
        assert_ne!(env.run(args.iter().chain(&["--strict"])).code, Some(0), "{args:?}");
    };
    miss(&["workspace", "import", "--ci"], "not_found");
    miss(&["workspace", "export", "--ci"], "no_workspace");
    env.write("rubbish", "x");
    miss(&["workspace", "import", "--ci", "rubbish"], "untrusted");
    assert!(!env.path(".drift").exists(), "nothing was made for nothing");
    env.run(["workspace", "import", "--ci", "--nonsense"]).assert_code(2);
    env.run(["workspace", "export", "--ci", "--database", "cortex"]).assert_code(2);
    env.run(["workspace", "export", "-o", "-", "--json"]).assert_code(2);
}

#[test]
fn an_import_asks_and_can_be_looked_at_first() {
    let env = workspace();
    let bundle = out(&env, "a.drift.tar.zst");
    export(&env, &bundle, &[]);
    let bundle = bundle.to_str().unwrap();
    assert_snapshot!(env.run(["workspace", "import", "--dry-run", bundle]), @"
    exit 0
    --- stdout
    Would import drift and cortex
      drift.db: [SIZE]; what is live goes into a safety backup
      cortex.db: [SIZE]; what is live goes into a safety backup
    ");
    env.run(["workspace", "import", bundle]).assert_code(2);
    assert_eq!(env.text("drift", "SELECT group_concat(kind) FROM event"), "init,scan");
    assert_eq!(staged(&env), 0);
}

#[test]
fn an_output_that_is_not_a_file_is_refused() {
    let env = workspace();
    env.run(["workspace", "export", "-o", ".drift/drift.db"]).assert_code(2);
    env.run(["workspace", "export", "-o", "src"]).assert_code(2);
    env.run(["workspace", "export", "-o", "nowhere/a"]).assert_code(1);
    env.run(["workspace", "verify"]).success();
}

#[test]
fn what_is_no_bundle_is_refused_with_the_reason() {
    let env = workspace();
    env.write("empty", "");
    env.write("text", "a text");
    for file in ["empty", "text", ".drift/drift.db", "src"] {
        let refused = env.run(["workspace", "import", file, "--yes", "--json"]).assert_code(7);
        assert_eq!(refused.json()["error"]["code"], "untrusted", "{file}");
    }
    env.run(["workspace", "import", "nowhere", "--yes"]).assert_code(2);
    assert_snapshot!(env.run(["workspace", "import", "empty", "--yes"]), @"
    exit 7
    --- stderr
    error: [ROOT]/empty is not a bundle: it is empty
    hint: `drift workspace export` writes bundles; a snapshot comes back with `drift workspace restore`
    ");
}

fn staged(env: &TestEnv) -> usize {
    std::fs::read_dir(env.path(".drift/tmp")).unwrap().count()
}

#[test]
fn a_wal_of_another_life_is_never_played_into_what_was_imported() {
    let env = workspace();
    let bundle = out(&env, "a.drift.tar.zst");
    export(&env, &bundle, &[]);
    std::fs::write(env.path(".drift/drift.db-wal"), "rubbish".repeat(9999)).unwrap();
    import(&env, &bundle, &[]);
    env.run(["workspace", "verify"]).success();
    std::fs::remove_file(env.path(".drift/drift.db")).unwrap();
    std::fs::write(env.path(".drift/drift.db-wal"), "rubbish".repeat(9999)).unwrap();
    import(&env, &bundle, &[]);
    env.run(["workspace", "verify"]).success();
}
