//! Every error code, from outside: there is a way to meet it, and what one meets has a message, the documented
//! exit code and a hint with the next step.
//!
//! The codes come from `docs/exit-codes.md`, which a test of drift-cli holds to the enum; `docs/errors.md` has
//! every variant behind them.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};

use rusqlite::Connection;

use crate::contract::exit_codes;
use crate::env::TestEnv;

/// Codes that no run of a test can bring about at will, and where they are tested instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("internal", "a bug; crates/drift-cli/src/panics/tests.rs makes one"),
    ("interrupted", "takes a signal at the right time; tests/it/signals.rs"),
    ("no_space", "takes a full disk; tests/it/streams.rs and `cargo xtask crash`"),
    ("recovery_needed", "takes a second drift that is killed again and again; docs/errors.md has it"),
];

/// How to meet a code: what to prepare, what to run, and what the hint must name.
struct Case {
    code: &'static str,
    /// What it returns is held until drift has run.
    prepare: fn(&mut TestEnv) -> Option<File>,
    args: &'static [&'static str],
    message: &'static str,
    hint: &'static str,
}

fn nothing(_: &mut TestEnv) -> Option<File> {
    None
}

fn init(env: &mut TestEnv) -> Option<File> {
    env.run(["workspace", "init"]).success();
    None
}

fn sql(env: &mut TestEnv, sql: &str) -> Option<File> {
    init(env);
    Connection::open(env.path(".drift/drift.db")).unwrap().execute_batch(sql).unwrap();
    None
}

const CASES: &[Case] = &[
    Case {
        code: "io",
        prepare: |env| {
            init(env);
            env.set("PATH", "");
            None
        },
        args: &["workspace", "affected", "--base", "main"],
        message: "git is not installed",
        hint: "install git",
    },
    Case {
        code: "usage",
        prepare: nothing,
        args: &["workspace", "frobnicate"],
        message: "unrecognized subcommand 'frobnicate'",
        hint: "usage: drift workspace",
    },
    Case {
        code: "config",
        prepare: |env| {
            env.write("drift.toml", "[backup.retention]\ndayly = 3\n");
            None
        },
        args: &["workspace", "init", "--strict-config"],
        message: "the configuration is invalid",
        hint: "did you mean `backup.retention.daily`?",
    },
    Case {
        code: "confirmation_required",
        prepare: init,
        args: &["workspace", "reset"],
        message: "not confirmed",
        hint: "--yes",
    },
    Case {
        code: "not_found",
        prepare: init,
        args: &["workspace", "restore", "2026", "--yes"],
        message: "there is no snapshot `2026`",
        hint: "drift workspace backup",
    },
    Case {
        code: "no_workspace",
        prepare: nothing,
        args: &["workspace", "status"],
        message: "no workspace in",
        hint: "drift workspace init",
    },
    Case {
        code: "locked",
        prepare: |env| {
            init(env);
            let path = env.path(".drift/writer.lock");
            let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path).unwrap();
            lock.lock().unwrap();
            Some(lock)
        },
        args: &["workspace", "scan"],
        message: "writer.lock is locked",
        hint: "--wait",
    },
    Case {
        code: "newer_schema",
        prepare: |env| sql(env, "PRAGMA user_version = 99"),
        args: &["workspace", "status"],
        message: "newer than",
        hint: "use the drift that wrote it",
    },
    Case {
        code: "migration_needed",
        prepare: |env| {
            init(env);
            env.run(["workspace", "migrate", "--database", "drift", "--to", "1", "--yes"]).success();
            None
        },
        args: &["workspace", "scan"],
        message: "drift.db has schema 1",
        hint: "drift workspace migrate",
    },
    Case {
        code: "corrupt",
        prepare: |env| {
            init(env);
            env.run(["workspace", "backup"]).success();
            env.write(".drift/drift.db", "junk");
            None
        },
        args: &["workspace", "status"],
        message: "is damaged",
        hint: "drift workspace restore --database drift",
    },
    Case {
        code: "untrusted",
        prepare: |env| sql(env, "CREATE VIEW planted AS SELECT 1"),
        args: &["workspace", "status"],
        message: "is refused",
        hint: "drift workspace verify",
    },
];

#[test]
fn every_code_has_a_case() {
    let documented: BTreeSet<_> = exit_codes().into_keys().collect();
    let cases = CASES.iter().map(|case| case.code);
    let tested: BTreeSet<_> = cases.chain(ELSEWHERE.iter().map(|(code, _)| *code)).collect();
    assert_eq!(tested, documented);
}

#[test]
fn every_code_is_shown_with_message_and_hint() {
    for case in CASES {
        let mut env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
        env.git_init();
        let held = (case.prepare)(&mut env);
        let exit = exit_codes()[case.code];
        let text = env.run(case.args).assert_code(exit);
        let lines: Vec<_> = text.stderr.lines().collect();
        let told =
            |start: &str, what: &str| lines.iter().any(|line| line.starts_with(start) && line.contains(what));
        assert!(told("error: ", case.message), "{}: {text}", case.code);
        assert!(told("hint: ", case.hint), "{}: {text}", case.code);
        assert_eq!(text.stdout, "", "{}: {text}", case.code);

        let json = env.run(case.args.iter().chain(&["--json"])).assert_code(exit);
        let error = &json.json()["error"];
        assert_eq!(error["code"], case.code, "{json}");
        assert!(error["message"].as_str().unwrap().contains(case.message), "{json}");
        assert!(error["hint"].as_str().unwrap().contains(case.hint), "{json}");
        drop(held);
    }
}
