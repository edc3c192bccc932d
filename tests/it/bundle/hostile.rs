//! Bundles that somebody made to do harm: each is refused with its reason, in bounds of time and memory, and changes
//! nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use super::{export, out, staged, workspace};
use crate::env::TestEnv;

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
