//! The databases in bad hands and bad places: what a user meets when files are damaged, links are planted, the
//! mount is read-only, the journal is not a WAL, or drift dies at any time.

use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;

use rusqlite::Connection;

#[cfg(target_os = "linux")]
use crate::env::LATEST;
use crate::env::TestEnv;

fn fresh() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

fn open(env: &TestEnv, name: &str) -> Connection {
    Connection::open(env.path(format!(".drift/{name}.db"))).unwrap()
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn journal_modes(env: &TestEnv) -> [String; 2] {
    let mode = |name| {
        open(env, name).pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)).unwrap()
    };
    ["drift", "cortex"].map(mode)
}

/// Overwrites the root page of a table, which no schema gate reads.
fn hole(env: &TestEnv, table: &str) {
    let page = number(
        &open(env, "drift"),
        &format!("SELECT rootpage FROM sqlite_schema WHERE name = '{table}' AND type = 'table'"),
    );
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = (page as usize - 1) * 8192;
    bytes[at..at + 8192].fill(0x5a);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_command_that_writes_looks_first() {
    let env = fresh();
    hole(&env, "external_dependency");
    for command in [["workspace", "scan"], ["workspace", "init"]] {
        let refused = env.run(command.iter().copied().chain(["--json"])).assert_code(7).json();
        assert_eq!(refused["error"]["code"], "corrupt");
        let hint = refused["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("drift workspace restore --database drift"), "{hint}");
    }
    let env = fresh();
    let path = env.path(".drift/drift.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend([0; 8192]);
    std::fs::write(&path, bytes).unwrap();
    env.run(["workspace", "scan"]).assert_code(7);
    env.run(["workspace", "scan", "--config", "db.startup_check=header"]).assert_code(7);
    env.run(["workspace", "verify"]).assert_code(3);
    env.run(["workspace", "scan", "--config", "db.startup_check=off"]).success();
}

#[test]
fn every_command_works_with_a_rollback_journal_and_keeps_it() {
    let env = TestEnv::with_tree(
        "//- package.json\n{ \"name\": \"a\" }\n//- drift.toml\n[db]\njournal_mode = \"delete\"\n",
    );
    let delete = ["delete".to_owned(), "delete".to_owned()];
    for arguments in [
        "workspace init",
        "workspace scan",
        "workspace status",
        "workspace projects",
        "workspace verify --deep",
        "workspace backup",
        "workspace migrate --database drift --to 1 --yes",
        "workspace migrate",
        "workspace restore --yes",
        "workspace gc",
        "workspace history",
        "workspace verify",
    ] {
        env.run(arguments.split(' ')).success();
        assert_eq!(journal_modes(&env), delete, "after {arguments}");
    }
}

#[test]
fn a_hot_journal_is_rolled_back_before_anything_is_read() {
    for arguments in ["workspace status", "workspace verify", "workspace backup", "workspace scan"] {
        let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
        env.run(["workspace", "init", "--config", "db.journal_mode=delete"]).success();
        let live = env.path(".drift/drift.db");
        let before = number(&open(&env, "drift"), "SELECT count(*) FROM event");
        let writer = Connection::open(&live).unwrap();
        // A small cache spills into the file before the commit that never comes.
        let half = "PRAGMA cache_size = 2; BEGIN;
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50)
                    INSERT INTO event (at, kind, detail) SELECT '', 'half', hex(randomblob(5000)) FROM n;";
        writer.execute_batch(half).unwrap();
        let journal = env.path(".drift/drift.db-journal");
        let (file, hot) = (std::fs::read(&live).unwrap(), std::fs::read(&journal).unwrap());
        drop(writer);
        std::fs::write(&live, file).unwrap();
        std::fs::write(&journal, hot).unwrap();
        env.run(arguments.split(' ')).success();
        let left = number(&open(&env, "drift"), "SELECT count(*) FROM event WHERE kind = 'half'");
        assert_eq!(left, 0, "{arguments}");
        assert!(number(&open(&env, "drift"), "SELECT count(*) FROM event") >= before);
    }
}

/// Runs drift where the repository is mounted read-only. `None` where this user may not mount.
#[cfg(target_os = "linux")]
fn read_only(env: &TestEnv, arguments: &str) -> Option<(i32, String)> {
    env.with_mounts(&format!(
        "mount --bind . . && mount -o remount,ro,bind . && cd \"$PWD\" && ! touch probe 2>/dev/null || exit 99; \
         exec \"$DRIFT\" {arguments}"
    ))
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_read_only_mount_what_reads_works_and_what_writes_says_why_not() {
    for journal in ["wal", "delete"] {
        let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
        env.run(["workspace", "init", "--config", &format!("db.journal_mode={journal}")]).success();
        env.run(["workspace", "backup"]).success();
        if read_only(&env, "--version").is_none() {
            eprintln!("skipped: this user may not mount");
            return;
        }
        let reads =
            ["status", "verify", "verify --deep", "projects", "graph", "history", "migrate --status", "size"];
        for arguments in reads {
            let (code, text) = read_only(&env, &format!("workspace {arguments}")).unwrap();
            assert_eq!(code, 0, "{journal} {arguments}: {text}");
        }
        let bundle = env.home().join("elsewhere.drift.tar.zst");
        let (code, text) = read_only(&env, &format!("workspace export -o {}", bundle.display())).unwrap();
        assert!(code == 0 && bundle.exists(), "{journal} export: {text}");
        let before = std::fs::read(env.path(".drift/drift.db")).unwrap();
        for arguments in ["scan", "backup", "migrate", "init", "restore --yes", "gc"] {
            let (code, text) = read_only(&env, &format!("workspace {arguments}")).unwrap();
            assert_eq!(code, 1, "{journal} {arguments}: {text}");
            assert!(text.contains("read-only") || text.contains("Read-only"), "{arguments}: {text}");
        }
        assert_eq!(std::fs::read(env.path(".drift/drift.db")).unwrap(), before);
        std::fs::remove_file(env.path(".drift/workspace.lock")).unwrap();
        let (code, text) = read_only(&env, "workspace status").unwrap();
        assert!(code == 0 && text.contains("the lock file cannot be opened"), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_planted_link_is_never_written_through() {
    use std::os::unix::fs::symlink;
    for planted in ["writer.lock", "writer.lock.json", "workspace.lock", "workspace.lock.json"] {
        let env = fresh();
        let victim = env.home().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        let link = env.path(format!(".drift/{planted}"));
        let _ = std::fs::remove_file(&link);
        symlink(&victim, &link).unwrap();
        let outcome = env.run(["workspace", "scan"]);
        let migrated = env.run(["workspace", "migrate"]);
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious", "{planted}");
        if planted.ends_with(".lock") {
            assert!(outcome.code == Some(7) || migrated.code == Some(7), "{planted}: {outcome}");
        }
    }
}

#[cfg(unix)]
#[test]
fn something_else_in_place_of_a_directory_is_a_finding() {
    let env = TestEnv::with_tree("//- package.json\n{}\n");
    let elsewhere = env.home().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, env.path(".drift")).unwrap();
    env.write(".drift-backups", "a file");
    let refused = env.run(["workspace", "status"]).assert_code(7);
    assert!(refused.stderr.contains("`drift workspace verify`"), "{refused}");
    for flags in [&[][..], &["--repair", "--yes"]] {
        let found = env.run([&["workspace", "verify", "--json"], flags].concat()).assert_code(3).json();
        let told: Vec<_> = found["findings"].as_array().unwrap().iter().map(|one| &one["subject"]).collect();
        assert_eq!(told, [".drift", ".drift-backups"], "{found}");
        assert_eq!(found["findings"][0]["code"], "fs.link");
    }
    assert_eq!(std::fs::read_dir(elsewhere).unwrap().count(), 0);
}

#[test]
fn a_lost_staging_directory_keeps_nobody_from_verifying() {
    let env = fresh();
    std::fs::remove_dir(env.path(".drift/tmp")).unwrap();
    for arguments in ["verify --deep", "scan", "migrate", "backup"] {
        env.run(["workspace"].into_iter().chain(arguments.split(' '))).success();
    }
    #[cfg(unix)]
    {
        let elsewhere = env.home().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::write(elsewhere.join("precious"), "x").unwrap();
        let _ = std::fs::remove_dir(env.path(".drift/tmp"));
        std::os::unix::fs::symlink(&elsewhere, env.path(".drift/tmp")).unwrap();
        env.run(["workspace", "verify", "--deep"]).assert_code(7);
        env.run(["workspace", "migrate"]).assert_code(7);
        assert!(elsewhere.join("precious").exists());
    }
}

#[test]
fn files_that_git_tracks_are_a_warning() {
    let env = fresh();
    env.git_init();
    env.git(["add", "--force", ".drift/drift.db"]);
    let scanned = env.run(["workspace", "scan", "--json"]).success().json();
    assert_eq!(scanned["warnings"][0]["code"], "fs.tracked");
    let verified = env.run(["workspace", "verify", "--json"]).success().json();
    assert_eq!(verified["findings"][0]["code"], "fs.tracked");
}

/// What root makes in the repository of a user, the user can go on with.
#[cfg(unix)]
#[test]
fn root_leaves_nothing_of_its_own_in_the_repository_of_a_user() {
    use std::os::unix::fs::{MetadataExt, chown};
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    if chown(env.path(""), Some(12345), Some(12345)).is_err() {
        eprintln!("skipped: only root may give files away");
        return;
    }
    for arguments in ["init", "scan", "backup", "migrate --database cortex --to 1 --yes", "migrate"] {
        env.run(["workspace"].into_iter().chain(arguments.split(' '))).success();
        let mut dirs = vec![env.path(".drift"), env.path(".drift-backups")];
        while let Some(path) = dirs.pop() {
            let Ok(meta) = path.symlink_metadata() else { continue };
            assert_eq!(meta.uid(), 12345, "{} after {arguments}", path.display());
            if meta.is_dir() {
                dirs.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }
    let findings = env.run(["workspace", "verify", "--json"]).success().json()["findings"].clone();
    assert_eq!(findings, serde_json::json!([]));
    chown(env.path(".drift/cortex.db"), Some(0), Some(0)).unwrap();
    let findings = env.run(["workspace", "verify", "--json"]).success().json()["findings"].clone();
    assert_eq!(findings[0]["code"], "fs.owner");
}

#[test]
fn killed_at_any_time_a_scan_is_there_or_not() {
    let env = fresh();
    for round in 1..=12_u64 {
        // The marker of a generation: so many files in one directory, which only whole scans can count.
        for file in 0..40 {
            env.write(format!("generation/{file}.js"), format!("export const round = {round};\n"));
        }
        env.write(format!("marker/{round}.js"), "");
        let mut child = env.command(["workspace", "scan"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * round % 97 * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let database = open(&env, "drift");
        let hashes =
            number(&database, "SELECT count(DISTINCT blake3) FROM file WHERE path LIKE 'generation/%'");
        assert!(hashes <= 1, "round {round}: files of several generations");
        let files = number(&database, "SELECT count(*) FROM file");
        let counted = number(&database, "SELECT files FROM scan ORDER BY id DESC LIMIT 1");
        assert_eq!(files, counted, "round {round}");
        drop(database);
        env.run(["workspace", "verify", "--quick"]).success();
    }
    env.run(["workspace", "scan"]).success();
    env.run(["workspace", "verify"]).success();
}

#[test]
fn every_flipped_bit_of_a_snapshot_is_found() {
    let env = fresh();
    let id = env.run(["workspace", "backup", "--json"]).success().json()["id"].as_str().unwrap().to_owned();
    // A fixed sequence, so that a failure can be repeated; the library's own tests flip 200 bits.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for name in ["drift.db", "cortex.db", "snapshot.json"] {
        let path = env.path(format!(".drift-backups/{id}/{name}"));
        let sound = std::fs::read(&path).unwrap();
        for _ in 0..5 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let bit = (state >> 20) as usize % (sound.len() * 8);
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, bytes).unwrap();
            let outcome = env.run(["workspace", "verify", "--deep", "--json"]);
            assert_eq!(outcome.code, Some(3), "{name}, bit {bit}: {outcome}");
        }
        std::fs::write(&path, sound).unwrap();
    }
    env.run(["workspace", "verify", "--deep"]).success();
}

/// Every code that the sources find is documented, and nothing else is.
#[test]
fn the_documented_findings_are_those_of_the_source() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sources = [
        "crates/drift-db/src/verify.rs",
        "crates/drift-db/src/verify/structure.rs",
        "crates/drift-db/src/verify/fts.rs",
        "crates/drift-db/src/gate.rs",
        "crates/drift-backup/src/verify.rs",
        "crates/drift-cli/src/ops/verify.rs",
        "crates/drift-cli/src/ops/verify/around.rs",
    ];
    let is_code = |text: &&str| {
        let families =
            ["db", "schema", "migration", "fts", "workspace", "intent", "fs", "config", "backup", "snapshot"];
        text.split_once('.').is_some_and(|(family, name)| {
            families.contains(&family)
                && !matches!(name, "json" | "db" | "lock" | "toml")
                && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        })
    };
    let mut found = std::collections::BTreeSet::new();
    for source in sources {
        let text = std::fs::read_to_string(root.join(source)).unwrap();
        found.extend(text.split('"').filter(is_code).map(str::to_owned));
    }
    let doc = std::fs::read_to_string(root.join("docs/verify.md")).unwrap();
    let documented: std::collections::BTreeSet<_> = doc
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(is_code)
        .map(str::to_owned)
        .collect();
    assert_eq!(found, documented);
}

/// The short form of `cargo xtask crash migrate-1-1`: a sample of its points, struck in each way.
#[cfg(target_os = "linux")]
#[test]
fn struck_anywhere_a_migrate_leaves_each_database_old_or_new() {
    if !Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).status().is_ok_and(|s| s.success()) {
        eprintln!("skipped: strace is not installed, or may not trace here");
        return;
    }
    let env = fresh();
    for name in ["drift", "cortex"] {
        env.run(["workspace", "migrate", "--database", name, "--to", "1", "--yes"]).success();
    }
    let kept = env.home().join("kept");
    copy(&env.path(".drift"), &kept);
    let rows = |env: &TestEnv| number(&open(env, "drift"), "SELECT count(*) FROM project");
    let before = rows(&env);
    for (call, fault, number) in [
        ("pwrite64", "signal=KILL", 20),
        ("pwrite64", "signal=KILL", 90),
        ("fdatasync", "signal=KILL", 1),
        ("fsync", "signal=KILL", 9),
        ("renameat2", "signal=KILL", 1),
        ("pwrite64", "error=ENOSPC", 60),
        ("pwrite64", "error=EIO", 100),
        ("fsync", "error=EIO", 5),
    ] {
        std::fs::remove_dir_all(env.path(".drift")).unwrap();
        copy(&kept, &env.path(".drift"));
        let drift = env.command(["workspace", "migrate"]);
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o"]).arg(env.home().join("strace.log"));
        strace.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}:when={number}")]);
        strace.arg(drift.get_program()).args(drift.get_args()).current_dir(env.path("")).env_clear();
        strace.envs(drift.get_envs().filter_map(|(name, value)| Some((name, value?))));
        strace.output().unwrap();
        let point = format!("{call} {fault} #{number}");
        let version =
            |name| open(&env, name).pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        let (drift, cortex) = (version("drift").unwrap(), version("cortex").unwrap());
        assert!(
            [1, LATEST.0].contains(&drift) && [1, LATEST.1].contains(&cortex),
            "{point}: {drift}, {cortex}"
        );
        assert_eq!(rows(&env), before, "{point}");
        env.run(["workspace", "migrate"]).success();
        env.run(["workspace", "verify"]).success();
        assert_eq!((version("drift").unwrap(), version("cortex").unwrap()), LATEST, "{point}");
        assert_eq!(std::fs::read_dir(env.path(".drift/tmp")).unwrap().count(), 0, "{point}: staging is left");
    }
}

#[cfg(target_os = "linux")]
fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

#[test]
fn restores_and_migrations_at_once_do_not_sweep_each_other() {
    let env = fresh();
    env.run(["workspace", "backup"]).success();
    let commands = ["restore --yes --wait=60", "migrate --wait=60"];
    let running: Vec<_> = (0..8)
        .map(|at| {
            let arguments = ["workspace"].into_iter().chain(commands[at % 4 / 3].split(' '));
            env.command(arguments).spawn().unwrap()
        })
        .collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stderr}");
    }
    env.run(["workspace", "verify"]).success();
    assert_eq!(std::fs::read_dir(env.path(".drift/tmp")).unwrap().count(), 0);
}
