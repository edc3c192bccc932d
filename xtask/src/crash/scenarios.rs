//! What is killed, and what must be true afterwards.
//!
//! To add a scenario, add an entry to [`SCENARIOS`]. `observe` says what a user sees, as text that is the same for the
//! same state: counts and versions, not times and sizes.

use anyhow::{Context, Result};
use serde_json::Value;

use super::observe::{Live, backed_up, snapshots};
use super::sandbox::Sandbox;
use crate::project;

pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// Commands of drift that must exist.
    pub(super) needs: &'static [&'static [&'static str]],
    /// From a bare repository to the state before the command.
    pub(super) prepare: fn(&Sandbox) -> Result<()>,
    /// The arguments of the run that is struck.
    pub(super) command: &'static [&'static str],
    pub(super) observe: fn(&Sandbox) -> Result<String>,
    pub(super) midway: Midway,
    /// Whether drift itself reports that something is missing: then another state than the expected one is honest.
    pub(super) owns_up: fn(&Sandbox) -> Result<bool>,
    /// What a user does next, which must work and lead to what the command leads to without faults.
    /// Nothing if empty: then the state after the fault is final.
    pub(super) recover: &'static [&'static str],
}

/// What may be seen after a fault, before anybody recovers.
pub(super) enum Midway {
    /// The state before the command or the one after it, and nothing between.
    OldOrNew,
    /// For each part between semicolons, the state before or after: each database by itself.
    OldOrNewEach,
    /// The command has several durable steps.
    Anything,
}

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "init",
        what: "the first init of a repository",
        needs: &[&["workspace", "init"], &["workspace", "status"]],
        prepare: |_| Ok(()),
        command: &["workspace", "init"],
        observe: status,
        midway: Midway::Anything,
        owns_up: reports_problems,
        recover: &["workspace", "init"],
    },
    Scenario {
        name: "scan",
        what: "a scan after files came, went and changed",
        needs: &[&["workspace", "init"], &["workspace", "scan"], &["workspace", "status"]],
        prepare: |sandbox| {
            sandbox.must(&["workspace", "init"])?;
            for name in ["c", "d"] {
                let manifest = format!("{{ \"name\": \"{name}\", \"version\": \"1.0.0\" }}\n");
                sandbox.write(&format!("packages/{name}/package.json"), &manifest)?;
            }
            sandbox.write("packages/a/index.js", "export const a = 2;\n")?;
            std::fs::remove_file(sandbox.tree().join("tool/Cargo.toml"))?;
            Ok(())
        },
        command: &["workspace", "scan"],
        observe: status,
        midway: Midway::OldOrNew,
        owns_up: reports_problems,
        recover: &["workspace", "scan"],
    },
    Scenario {
        name: "backup",
        what: "a backup beside one that is there",
        needs: &[&["workspace", "init"], &["workspace", "backup"]],
        prepare: |sandbox| {
            sandbox.must(&["workspace", "init"])?;
            sandbox.must(&["workspace", "backup"])
        },
        command: &["workspace", "backup", "--note", "struck"],
        observe: snapshots,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &[],
    },
    Scenario {
        name: "backup-archive",
        what: "a compressed backup",
        needs: &[&["workspace", "init"], &["workspace", "backup"]],
        prepare: |sandbox| sandbox.must(&["workspace", "init"]),
        command: &["workspace", "backup", "--archive"],
        observe: snapshots,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &[],
    },
    Scenario {
        name: "prune",
        what: "retention that removes two of three backups",
        needs: &[&["workspace", "init"], &["workspace", "backup"]],
        prepare: |sandbox| {
            sandbox.must(&["workspace", "init"])?;
            (0..3).try_for_each(|_| sandbox.must(&["workspace", "backup"]))
        },
        command: &["workspace", "backup", "prune", "--config", "backup.retention.manual=1"],
        observe: snapshots,
        midway: Midway::Anything,
        owns_up: |_| Ok(false),
        recover: &["workspace", "backup", "prune", "--config", "backup.retention.manual=1"],
    },
    Scenario {
        name: "restore",
        what: "a restore of an older backup over live databases",
        needs: &[&["workspace", "init"], &["workspace", "restore"]],
        prepare: two_generations,
        command: &["workspace", "restore", "latest~1", "--yes"],
        observe: generations,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &["workspace", "restore", "latest~1", "--yes"],
    },
    Scenario {
        name: "restore-damaged",
        what: "a restore over a database without a header and one with a hole, by quarantine",
        needs: &[&["workspace", "init"], &["workspace", "restore"]],
        prepare: |sandbox| {
            two_generations(sandbox)?;
            sandbox.damage(".drift/drift.db", 0)?;
            sandbox.damage(".drift/cortex.db", 5 * 8192)
        },
        command: &["workspace", "restore", "latest~1", "--yes"],
        observe: generations,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &["workspace", "restore", "latest~1", "--yes"],
    },
    Scenario {
        name: "restore-lost",
        what: "a restore after .drift was deleted",
        needs: &[&["workspace", "init"], &["workspace", "restore"]],
        prepare: |sandbox| {
            two_generations(sandbox)?;
            Ok(std::fs::remove_dir_all(sandbox.tree().join(".drift"))?)
        },
        command: &["workspace", "restore", "latest~1", "--yes"],
        observe: generations,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &["workspace", "restore", "latest~1", "--yes"],
    },
    Scenario {
        name: "gc",
        what: "a gc with old rows, orphaned staging, an interrupted delete, old backups and free pages",
        needs: &[&["workspace", "init"], &["workspace", "backup"], &["workspace", "gc"]],
        prepare: clutter,
        command: GC,
        observe: reclaimable,
        midway: Midway::Anything,
        owns_up: |_| Ok(false),
        recover: GC,
    },
    Scenario {
        name: "gc-full",
        what: "a gc that rewrites both databases",
        needs: &[&["workspace", "init"], &["workspace", "backup"], &["workspace", "gc"]],
        prepare: clutter,
        command: GC_FULL,
        observe: reclaimable,
        midway: Midway::Anything,
        owns_up: |_| Ok(false),
        recover: GC_FULL,
    },
    Scenario {
        name: "reset",
        what: "a reset of databases that hold something",
        needs: &[&["workspace", "init"], &["workspace", "backup"], &["workspace", "reset"]],
        prepare: two_generations,
        command: &["workspace", "reset", "--yes"],
        observe: generations,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &["workspace", "reset", "--yes"],
    },
    Scenario {
        name: "delete",
        what: "a delete of the workspace, seen until gc has swept and a restore has brought it back",
        needs: &[&["workspace", "init"], &["workspace", "restore"], &["workspace", "delete"]],
        prepare: two_generations,
        command: &["workspace", "delete", "--yes"],
        observe: comes_back,
        midway: Midway::OldOrNew,
        owns_up: |_| Ok(false),
        recover: &["workspace", "delete", "--yes"],
    },
    // The released schemas of drift.db and cortex.db.
    migration("migrate-1-1", |sandbox| released(sandbox, 1, 1)),
    migration("migrate-2-1", |sandbox| released(sandbox, 2, 1)),
    migration("migrate-3-1", |sandbox| released(sandbox, 3, 1)),
    migration("migrate-1-2", |sandbox| released(sandbox, 1, 2)),
    migration("migrate-2-2", |sandbox| released(sandbox, 2, 2)),
];

/// A migration to the latest schemas, from those that `prepare` leaves.
const fn migration(name: &'static str, prepare: fn(&Sandbox) -> Result<()>) -> Scenario {
    Scenario {
        name,
        what: "a migration of databases as they were released, by the schemas of drift.db and cortex.db",
        needs: &[&["workspace", "init"], &["workspace", "migrate"]],
        prepare,
        command: &["workspace", "migrate"],
        observe: schemas,
        midway: Midway::OldOrNewEach,
        owns_up: |_| Ok(false),
        recover: &["workspace", "migrate"],
    }
}

/// Without grace, so that what was just left counts as orphaned.
const GC: &[&str] = &[
    "workspace",
    "gc",
    "--config",
    "gc.staging_grace=0s",
    "--config",
    "gc.history=0s",
    "--config",
    "backup.retention.manual=1",
    "--config",
    "backup.retention.daily=0",
    "--config",
    "backup.retention.weekly=0",
];

const GC_FULL: &[&str] = &[
    "workspace",
    "gc",
    "--full",
    "--config",
    "gc.staging_grace=0s",
    "--config",
    "gc.history=0s",
    "--config",
    "backup.retention.manual=1",
    "--config",
    "backup.retention.daily=0",
    "--config",
    "backup.retention.weekly=0",
];

/// Something of everything that a gc removes.
fn clutter(sandbox: &Sandbox) -> Result<()> {
    sandbox.must(&["workspace", "init"])?;
    for number in 0..400 {
        sandbox.write(&format!("packages/a/generated/number-{number}.js"), "export default 1;\n")?;
    }
    sandbox.must(&["workspace", "scan"])?;
    std::fs::remove_dir_all(sandbox.tree().join("packages/a/generated"))?;
    sandbox.must(&["workspace", "scan"])?;
    (0..2).try_for_each(|_| sandbox.must(&["workspace", "backup"]))?;
    for left in [
        ".drift/tmp/20261101T000000Z-0001/drift.db",
        ".drift/.tmp-left",
        ".drift-backups/.tmp-20261101T000000Z-0002/drift.db",
        ".drift-backups/.trash-20261101T000000Z-0003/drift.db",
        ".drift.deleted-20261101T000000Z-0004/drift.db",
    ] {
        sandbox.write(left, "left by somebody who was killed")?;
    }
    Ok(())
}

/// A workspace whose databases are those that a released drift left, with rows in them.
fn released(sandbox: &Sandbox, drift: u32, cortex: u32) -> Result<()> {
    sandbox.must(&["workspace", "init"])?;
    for (name, version) in [("drift", drift), ("cortex", cortex)] {
        let fixture = format!("crates/drift-db/tests/data/schema/{name}-v{version}.sql");
        let fixture = std::fs::read_to_string(project::root().join(&fixture)).context(fixture)?;
        // As drift creates a database: page size and vacuum mode come before the first table.
        let sql = format!(
            "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; {fixture}"
        );
        sandbox.replace_database(name, &sql)?;
    }
    Ok(())
}

/// What a gc would still remove. Old rows are left out: each gc leaves an event, which is old at once without grace.
fn reclaimable(sandbox: &Sandbox) -> Result<String> {
    let document = sandbox.document(&[GC, &["--dry-run"]].concat())?;
    if document["ok"] != Value::Bool(true) {
        return Ok(format!("error {}, {}", document["error"]["code"], snapshots(sandbox)?));
    }
    let kinds: Vec<&str> = (document["actions"].as_array().into_iter().flatten())
        .filter(|action| action["bytes"] != 0)
        .filter_map(|action| action["kind"].as_str())
        .filter(|kind| *kind != "history")
        .collect();
    Ok(format!("{kinds:?}; {}; {}", status(sandbox)?, snapshots(sandbox)?))
}

/// Whether there is a workspace; then gc sweeps and a backup is restored, so that there is one in any case.
fn comes_back(sandbox: &Sandbox) -> Result<String> {
    let status = status(sandbox)?;
    // Where there is neither a workspace nor anything to sweep, this is an error and no harm.
    sandbox.drift(&["workspace", "gc"])?;
    let mut left = 0;
    for entry in std::fs::read_dir(sandbox.tree())? {
        left += usize::from(entry?.file_name().to_string_lossy().starts_with(".drift.deleted-"));
    }
    sandbox.must(&["workspace", "restore", "--yes"])?;
    Ok(format!("{status}; {left} left; {}", snapshots(sandbox)?))
}

/// The version of each database, and whether every row that was frozen with version 1 is in it.
fn schemas(sandbox: &Sandbox) -> Result<String> {
    let version = "PRAGMA user_version;";
    let drift = "SELECT count(*) FROM project; SELECT count(*) FROM project_edge; SELECT count(*) FROM file;
                 SELECT count(*) FROM external_dependency; SELECT count(*) FROM problem; SELECT count(*) FROM scan;
                 SELECT count(*) FROM event WHERE kind <> 'migrate';";
    let cortex = "SELECT count(*) FROM event WHERE kind = 'init';
                  SELECT count(*) FROM sqlite_schema WHERE name = 'memory';";
    let drift = sandbox.ask("drift", &format!("{version} {drift}"))?;
    let cortex = sandbox.ask("cortex", &format!("{version} {cortex}"))?;
    Ok(format!("drift {drift}; cortex {cortex}"))
}

/// Two backups that differ in both databases, and live ones that differ from both: every restore adds an event to
/// each, which is the marker of a generation.
pub(super) fn two_generations(sandbox: &Sandbox) -> Result<()> {
    sandbox.must(&["workspace", "init"])?;
    for _ in 0..2 {
        sandbox.must(&["workspace", "backup"])?;
        sandbox.must(&["workspace", "restore", "--yes"])?;
    }
    Ok(())
}

/// How many events each live database holds, read from a backup that is taken for it and deleted again; and that
/// every backup asked for is still there and whole.
fn generations(sandbox: &Sandbox) -> Result<String> {
    let shown = match backed_up(sandbox)? {
        Live::Databases(shown) => shown,
        Live::Lost(how) => return Ok(format!("{how}, {}", snapshots(sandbox)?)),
    };
    let events: Vec<String> = (shown["databases"].as_array().into_iter().flatten())
        .map(|database| format!("{} {}", database["name"], database["rows"]["event"]))
        .collect();
    Ok(format!("events: {}; {}", events.join(", "), snapshots(sandbox)?))
}

/// Versions and counts, or the code of the error.
fn status(sandbox: &Sandbox) -> Result<String> {
    let document = sandbox.document(&["workspace", "status"])?;
    if document["ok"] != Value::Bool(true) {
        return Ok(format!("error {}", document["error"]["code"]));
    }
    Ok(format!(
        "projects {}, files {}, schema {}",
        document["projects"], document["files"], document["schemas"]
    ))
}

/// A file or folder that could not be read is a problem of the scan, not its end.
fn reports_problems(sandbox: &Sandbox) -> Result<bool> {
    let document = sandbox.document(&["workspace", "status"])?;
    Ok(document["problems"].as_u64().is_some_and(|number| number > 0))
}
