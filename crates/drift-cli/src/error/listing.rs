//! Every error of every library, as a person and a script get to see it: `docs/errors.md`.
//!
//! The list of samples does not compile while a variant is missing, so a new error shows in the file, where a
//! review sees its code and its hint. `cargo xtask schema` writes the file.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use drift_backup::BackupError;
use drift_config::ConfigError;
use drift_db::{DatabaseKind, DbError, Holder, LockName};
use drift_discover::{GitError, WalkError};
use drift_gc::GcError;

use super::{CommandError, ErrorCode};
use crate::ops::{Interrupted, recovery};
use crate::panics;

/// Samples of every variant of an enum. Each expression is of the variant before it.
macro_rules! samples {
    ($name:ident: $($variant:ident => $($sample:expr),+;)+) => {{
        // Not reached by any sample: only its completeness counts.
        let _complete = |error: &$name| match error { $($name::$variant { .. } => (),)+ };
        let mut samples: Vec<CommandError> = Vec::new();
        $($({
            let sample = $sample;
            assert!(matches!(&sample, $name::$variant { .. }), "not a {}", stringify!($variant));
            samples.push(sample.into());
        })+)+
        samples
    }};
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(format!("/repo/{name}"))
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn of_databases() -> Vec<CommandError> {
    let drift = DatabaseKind::Drift;
    let holder =
        Holder { pid: 4711, command: text("drift workspace scan"), since: text("2026-11-22T20:15:30Z") };
    let io = |kind: io::ErrorKind| DbError::Io {
        action: "read",
        path: path(".drift/drift.db"),
        source: kind.into(),
    };
    let sqlite = |code| DbError::Sqlite {
        path: path(".drift/drift.db"),
        source: rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None),
    };
    samples! { DbError:
        Io => io(io::ErrorKind::TimedOut), io(io::ErrorKind::PermissionDenied), io(io::ErrorKind::ReadOnlyFilesystem),
            io(io::ErrorKind::StorageFull);
        NoSpace => DbError::NoSpace { action: "write", path: path(".drift/drift.db") };
        Locked => DbError::Locked { lock: LockName::Writer, holder: Some(holder) },
            DbError::Locked { lock: LockName::Workspace, holder: None };
        Busy => DbError::Busy { path: path(".drift/drift.db") };
        Corrupt => DbError::Corrupt {
                database: Some(drift), path: path(".drift/drift.db"), detail: text("file is not a database"),
            },
            DbError::Corrupt { database: None, path: path(".drift/intent.json"), detail: text("it is empty") };
        Lost => DbError::Lost { database: drift, path: path(".drift/drift.db"), what: "missing", has_snapshot: true },
            DbError::Lost { database: drift, path: path(".drift/drift.db"), what: "missing", has_snapshot: false };
        Untrusted => DbError::Untrusted {
            path: path(".drift/drift.db"), detail: text("unknown trigger `t`"),
        };
        NewerSchema => DbError::NewerSchema { database: drift, found: 9, latest: 5 };
        MigrationNeeded => DbError::MigrationNeeded { database: drift, found: 3, latest: 5 };
        Migration => DbError::Migration {
            path: path(".drift/drift.db"), source: Box::new(rusqlite_migration::Error::Hook(text("why"))),
        };
        MigrationRefused => DbError::MigrationRefused {
            path: path(".drift/drift.db"), from: 5, to: 3, detail: text("a row refers to a row that is not there"),
        };
        NoSuchVersion => DbError::NoSuchVersion { database: drift, version: 9, latest: 5 };
        Sqlite => sqlite(rusqlite::ffi::SQLITE_ERROR), sqlite(rusqlite::ffi::SQLITE_CANTOPEN);
        Interrupted => DbError::Interrupted;
        RecoveryNeeded => DbError::RecoveryNeeded { operation: "restore" };
    }
}

fn of_snapshots() -> Vec<CommandError> {
    let id = || text("20261122T201530Z-7f3a");
    samples! { BackupError:
        Db => BackupError::Db(DbError::Interrupted);
        BadId => BackupError::BadId { given: text("../x") };
        NotFound => BackupError::NotFound { given: text("latest~7"), any: true, ids: Vec::new() },
            BackupError::NotFound { given: text("20261122T201530Z-7f3b"), any: true, ids: vec![id()] },
            BackupError::NotFound { given: text("latest"), any: false, ids: Vec::new() };
        Ambiguous => BackupError::Ambiguous { given: text("2026"), candidates: vec![id(), text("20261121T040000Z-01c4")] };
        Damaged => BackupError::Damaged { id: id(), detail: text("drift.db is not what was stored") };
        NewerFormat => BackupError::NewerFormat { id: id(), format: 9 };
        FailedCheck => BackupError::FailedCheck { database: "drift", detail: text("a page is broken") };
        NoSpace => BackupError::NoSpace { dir: path(".drift-backups"), needed: 1_000_000, available: 4096 };
        NotInSnapshot => BackupError::NotInSnapshot { id: id(), database: "cortex" };
        NotEmpty => BackupError::NotEmpty { dir: path("out") };
        NoBundle => BackupError::NoBundle { path: path("shop.drift.tar.zst") };
        NotABundle => BackupError::NotABundle { path: path("photo.jpg"), what: text("its first member is no header") };
        BundleRefused => BackupError::BundleRefused { detail: text("a member is larger than the header says") };
        NewerBundle => BackupError::NewerBundle { format: 9 };
        Stuck => BackupError::Stuck { operation: "restore", detail: text("a private copy is gone") };
    }
}

fn of_gc() -> Vec<CommandError> {
    samples! { GcError:
        EmptyPolicy => GcError::EmptyPolicy;
        Db => GcError::Db(DbError::Interrupted);
        Backup => GcError::Backup(BackupError::Db(DbError::Interrupted));
        NoSpace => GcError::NoSpace { dir: path(".drift"), needed: 1_000_000, available: 4096 };
    }
}

fn of_git() -> Vec<CommandError> {
    let unknown = |revision: &str, shallow| GitError::UnknownRevision { revision: text(revision), shallow };
    let apart = |shallow| GitError::NoMergeBase { base: text("origin/main"), head: text("HEAD"), shallow };
    samples! { GitError:
        NotInstalled => GitError::NotInstalled(io::ErrorKind::NotFound.into());
        NotARepository => GitError::NotARepository { path: path("") };
        Unsafe => GitError::Unsafe { path: path("") };
        UnknownRevision => unknown("v9", false), unknown("origin/main", false), unknown("origin/main", true);
        NoMergeBase => apart(false), apart(true);
        NoAnswer => GitError::NoAnswer;
        Failed => GitError::Failed { command: text("diff"), message: text("fatal: bad object") };
    }
}

fn of_walks() -> Vec<CommandError> {
    let threads = || {
        let build = || rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
        // The second one always fails.
        build().and_then(|()| build()).unwrap_err()
    };
    samples! { WalkError:
        Root => WalkError::Root { path: path(""), source: io::ErrorKind::PermissionDenied.into() };
        Threads => WalkError::Threads { threads: 64, source: threads() };
        Cancelled => WalkError::Cancelled;
    }
}

fn of_configuration() -> Vec<CommandError> {
    let file = || path("drift.toml");
    let invalid = |key: &str| {
        let flags = vec![(text(key), text("1"))];
        drift_config::load(&drift_config::LoadOptions { flags, strict: true, ..Default::default() })
            .unwrap_err()
    };
    samples! { ConfigError:
        Unreadable => ConfigError::Unreadable { path: file(), source: io::ErrorKind::PermissionDenied.into() };
        NotAFile => ConfigError::NotAFile { path: file() };
        TooLarge => ConfigError::TooLarge { path: file() };
        NotUtf8 => ConfigError::NotUtf8 { path: file(), line: 3, column: 7 };
        Invalid => invalid("backup.retention.dayly");
        UnknownKey => ConfigError::UnknownKey { key: text("backup.dayly"), suggestion: None },
            ConfigError::UnknownKey { key: text("gc.auot"), suggestion: Some(text("gc.auto")) };
        Section => ConfigError::Section { key: text("backup.retention") };
    }
}

/// The file, by code.
fn listing() -> String {
    let mut all =
        [of_databases(), of_snapshots(), of_gc(), of_git(), of_walks(), of_configuration()].concat();
    all.extend([Interrupted.into(), recovery::keeps_being_interrupted(), panics::internal()]);
    for code in ErrorCode::ALL {
        // Said by drift-cli alone, with the place in it; tests/it/error_codes.rs has them.
        let elsewhere = [ErrorCode::ConfirmationRequired, ErrorCode::NoWorkspace];
        assert!(
            elsewhere.contains(code) || all.iter().any(|error| error.code == *code),
            "{code:?} has no error"
        );
    }
    let mut by_code: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for error in all {
        let told = by_code.entry((error.code.exit(), error.code.as_str())).or_default();
        let line = (error.message, error.hint);
        if !told.contains(&line) {
            told.push(line);
        }
    }
    let mut out = text(
        "# Errors of the libraries\n\n\
         <!-- Generated by `cargo xtask schema`; do not edit. -->\n\n\
         One line per error, with made-up names and paths, and the hint that goes with it.\n\
         What goes wrong before a library is asked, such as a command line that does not parse, is not here; \
         [troubleshooting.md](troubleshooting.md) explains every code.\n",
    );
    for ((exit, code), errors) in by_code {
        out.push_str(&format!("\n## {code} (exit {exit})\n\n"));
        for (message, hint) in errors {
            let hint = hint.map(|hint| format!("\n  {hint}")).unwrap_or_default();
            out.push_str(&format!("- error: {message}{hint}\n"));
        }
    }
    out
}

#[test]
fn errors_are_up_to_date() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors.md");
    let wanted = listing();
    #[expect(clippy::disallowed_methods, reason = "a test may be told to rewrite its expectation")]
    if std::env::var_os("DRIFT_BLESS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    assert!(found == wanted, "docs/errors.md is not up to date: run `cargo xtask schema`");
}

/// What the user can do about an error is said, unless the message or its cause says it all.
#[test]
fn errors_say_what_next() {
    let silent: Vec<_> = [of_databases(), of_snapshots(), of_gc(), of_git(), of_walks(), of_configuration()]
        .concat()
        .into_iter()
        .filter(|error| error.hint.is_none() && error.code != ErrorCode::Interrupted)
        .map(|error| error.message)
        .collect();
    insta::assert_snapshot!(silent.join("\n"), @"
    cannot read /repo/.drift/drift.db
    cannot read /repo/.drift/drift.db
    database error in /repo/.drift/drift.db
    git found nothing
    `git diff` failed: fatal: bad object
    ");
}
