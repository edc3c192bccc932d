//! `drift workspace export` and `import`: what leaves, what comes in, and what is refused.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use rusqlite::Connection;
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

/// Every file below `.drift` that holds something, but for locks.
fn live(env: &TestEnv) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(env.path(".drift"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.to_str().unwrap().contains(".lock"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// A header of a member, as `tar` writes it.
fn member(name: &[u8], kind: u8, link: &str, bytes: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].fill(b' ');
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A whole member.
fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = member(name.as_bytes(), b'0', "", content.len());
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

/// The members of a good bundle that is not compressed, then changed by `change`, each with its end.
fn hostile(good: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut members = Vec::new();
    let mut rest = good;
    while rest[0] != 0 {
        let size = std::str::from_utf8(&rest[124..135]).unwrap();
        let whole = 512 + usize::from_str_radix(size, 8).unwrap().next_multiple_of(512);
        members.push(rest[..whole].to_vec());
        rest = &rest[whole..];
    }
    change(&mut members);
    [&members.concat()[..], &[0; 1024]].concat()
}

#[test]
fn every_hostile_bundle_is_refused_and_changes_nothing() {
    let env = workspace();
    let good = out(&env, "good.drift.tar");
    export(&env, &good, &[]);
    let good = std::fs::read(good).unwrap();
    let header = |text: &str| file("bundle.json", text.as_bytes());
    let claim = |bytes: &str| {
        header(&format!(
            r#"{{"format":1,"kind":"full","databases":[{{"name":"drift","bytes":{bytes},"blake3":"{}","schema_version":1}}]}}"#,
            "0".repeat(64)
        ))
    };
    let zstd = |bytes: &[u8]| piped("zstd", &["-q", "-c"], bytes);
    let gzip = |bytes: &[u8]| piped("gzip", &["-c"], bytes);
    let zeros =
        [&claim("3000000000")[..], &member(b"drift.db", b'0', "", 3_000_000_000), &vec![0; 400 << 20]]
            .concat();
    let mut zoo: Vec<(&str, Option<Vec<u8>>, &str)> = vec![
        ("a member that leaves", Some(hostile(&good, |m| m[1] = file("../drift.db", b"x"))), "untrusted"),
        ("an absolute member", Some(hostile(&good, |m| m[1] = file("/etc/passwd", b"x"))), "untrusted"),
        ("a member twice", Some(hostile(&good, |m| m.insert(1, m[1].clone()))), "untrusted"),
        ("a second header", Some(hostile(&good, |m| m.insert(1, m[0].clone()))), "untrusted"),
        ("another case", Some(hostile(&good, |m| m[1] = file("Drift.db", b"x"))), "untrusted"),
        ("one member more", Some(hostile(&good, |m| m.push(file("drift.toml", b"x")))), "untrusted"),
        ("one member less", Some(hostile(&good, |m| drop(m.pop()))), "untrusted"),
        ("another order", Some(hostile(&good, |m| m.swap(1, 2))), "untrusted"),
        (
            "a symlink",
            Some(hostile(&good, |m| m[1] = member(b"drift.db", b'2', "/etc/passwd", 0))),
            "untrusted",
        ),
        (
            "a hard link",
            Some(hostile(&good, |m| m[1] = member(b"drift.db", b'1', "bundle.json", 0))),
            "untrusted",
        ),
        ("a device", Some(hostile(&good, |m| m[1] = member(b"drift.db", b'3', "", 0))), "untrusted"),
        ("a directory", Some(hostile(&good, |m| m[1] = member(b"drift.db", b'5', "", 0))), "untrusted"),
        (
            "a long name",
            Some(hostile(&good, |m| m.insert(1, member(b"././@LongLink", b'L', "", 0)))),
            "untrusted",
        ),
        ("pax fields", Some(hostile(&good, |m| m.insert(1, member(b"drift.db", b'x', "", 0)))), "untrusted"),
        (
            "a NUL in a name",
            Some(hostile(&good, |m| m[1] = member(b"drift.db\0/x", b'0', "", 0))),
            "untrusted",
        ),
        (
            "a size that lies",
            Some(hostile(&good, |m| m[1] = member(b"drift.db", b'0', "", 8192))),
            "untrusted",
        ),
        ("a header that lies", Some(hostile(&good, |m| m[0] = claim("8192"))), "untrusted"),
        ("a header too large", Some(hostile(&good, |m| m[0] = header(&" ".repeat(100_000)))), "untrusted"),
        ("a header of no JSON", Some(hostile(&good, |m| m[0] = header("{"))), "untrusted"),
        (
            "a database of no name",
            Some(hostile(&good, |m| {
                m[0] = header(
                    r#"{"format":1,"kind":"full","databases":[{"name":"../x","bytes":1,"blake3":"","schema_version":1}]}"#,
                )
            })),
            "untrusted",
        ),
        ("a number that wraps", Some(hostile(&good, |m| m[0] = claim("18446744073709551615"))), "untrusted"),
        ("a newer format", Some(hostile(&good, |m| m[0] = header(r#"{"format":2}"#))), "newer_schema"),
        ("truncated", Some(good[..good.len() / 2].to_vec()), "untrusted"),
        ("without an end", Some(good[..good.len() - 600].to_vec()), "untrusted"),
        ("more behind its end", Some([&good[..], b"x"].concat()), "untrusted"),
        (
            "a bit that flipped",
            Some({
                let mut b = good.clone();
                let at = b.len() - 9000;
                b[at] ^= 1;
                b
            }),
            "untrusted",
        ),
        ("a bomb of gzip", gzip(&zeros), "untrusted"),
        ("a bomb of zstd", zstd(&zeros), "untrusted"),
    ];
    for (name, kind, damage, expected) in databases() {
        let changed = env.home().join("changed.db");
        let at = if kind == "drift" { 1 } else { 2 };
        let bundle = hostile(&good, |m| {
            let size = usize::from_str_radix(std::str::from_utf8(&m[at][124..135]).unwrap(), 8).unwrap();
            std::fs::write(&changed, &m[at][512..512 + size]).unwrap();
            damage(&changed);
            let content = std::fs::read(&changed).unwrap();
            let mut told: Value =
                serde_json::from_slice(m[0][512..].split(|b| *b == 0).next().unwrap()).unwrap();
            told["databases"][at - 1]["bytes"] = content.len().into();
            m[0] = header(&told.to_string());
            m[at] = file(&format!("{kind}.db"), &content);
        });
        zoo.push((name, Some(bundle), expected));
    }
    let before = live(&env);
    for (name, bundle, expected) in zoo {
        let Some(bundle) = bundle else {
            eprintln!("skipped: {name}: the program that makes it is not installed");
            continue;
        };
        let path = out(&env, "hostile");
        std::fs::write(&path, bundle).unwrap();
        let started = Instant::now();
        let outcome =
            env.run_within(100, 5, &["workspace", "import", "--yes", "--json", path.to_str().unwrap()]);
        let took = started.elapsed();
        assert!(!outcome.stdout.is_empty(), "{name} took more than it may: {}", outcome.stderr);
        let error = &outcome.json()["error"];
        assert_eq!(error["code"], expected, "{name}");
        // Whoever changes a database can compute its hash as well.
        let by_hash = error["message"].as_str().unwrap().contains("bundle.json tells of");
        assert!(!by_hash || name == "a bit that flipped", "{name}: {error}");
        outcome.assert_code(if expected == "untrusted" { 7 } else { 6 });
        assert!(took < Duration::from_secs(5), "{name} took {took:?}");
        assert!(live(&env) == before, "{name} changed something");
        assert_eq!(staged(&env), 0, "{name} left something");
    }
    env.run(["workspace", "verify"]).success();
}

/// Databases that somebody changed, with what each is refused for.
#[expect(clippy::type_complexity, reason = "a table of cases")]
fn databases() -> Vec<(&'static str, &'static str, Box<dyn Fn(&Path)>, &'static str)> {
    let run = |statements: &'static str| -> Box<dyn Fn(&Path)> {
        Box::new(move |path| {
            let connection = Connection::open(path).unwrap();
            connection.execute_batch(statements).unwrap();
        })
    };
    let poke = |at: usize, bytes: &'static [u8]| -> Box<dyn Fn(&Path)> {
        Box::new(move |path| {
            let mut content = std::fs::read(path).unwrap();
            content[at..at + bytes.len()].copy_from_slice(bytes);
            std::fs::write(path, content).unwrap();
        })
    };
    vec![
        ("an evil view", "drift", run("DROP TABLE scan; CREATE VIEW scan AS SELECT 1 AS id"), "untrusted"),
        (
            "an evil trigger",
            "drift",
            run("CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM file; END"),
            "untrusted",
        ),
        (
            "a CHECK that never ends",
            "drift",
            run("PRAGMA writable_schema = ON; UPDATE sqlite_schema
                 SET sql = replace(sql, 'size INTEGER NOT NULL', 'size INTEGER NOT NULL CHECK (length(hex(zeroblob(500000000))) > size)')
                 WHERE name = 'file'"),
            "untrusted",
        ),
        (
            "an index that never ends",
            "drift",
            run("CREATE INDEX i ON file (length(hex(zeroblob(size + 40000000))))"),
            "untrusted",
        ),
        ("another application", "drift", poke(68, b"CRTX"), "untrusted"),
        ("a newer version", "drift", poke(60, &[0, 0, 3, 0]), "newer_schema"),
        ("a negative version", "cortex", poke(60, &[0xff, 0, 0, 0]), "untrusted"),
        ("an older version that it is not", "cortex", poke(60, &[0, 0, 0, 1]), "untrusted"),
        ("smaller pages", "drift", poke(16, &[0x10, 0]), "untrusted"),
        ("the largest pages", "drift", poke(16, &[0, 1]), "untrusted"),
        ("more pages than there are", "drift", poke(28, &[0x7f, 0, 0, 0]), "untrusted"),
        ("a table of somebody", "drift", run("CREATE TABLE mine (a)"), "untrusted"),
        ("a file that leaves", "drift", run("UPDATE file SET path = '../x' WHERE path = 'src/a.ts'"), "untrusted"),
        (
            "a shadow table of somebody",
            "cortex",
            run("PRAGMA writable_schema = ON; UPDATE sqlite_schema
                 SET sql = 'CREATE TABLE memory_fts_docsize (id INTEGER PRIMARY KEY, sz BLOB CHECK (length(hex(zeroblob(500000000))) > 1))'
                 WHERE name = 'memory_fts_docsize'"),
            "untrusted",
        ),
        ("an empty file", "drift", Box::new(|path| std::fs::write(path, "").unwrap()), "untrusted"),
    ]
}

/// What a program makes of `input`; `None` if it is not installed.
fn piped(program: &str, args: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let out = child.wait_with_output().ok()?;
    feeder.join().ok()?.ok()?;
    out.status.success().then_some(out.stdout)
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
