//! What is measured, against what, and how good it must be.
//!
//! To add a row, add an entry to [`ROWS`]: the commands that drift must have, how to get ready, the job, its peers.
//! A target is a ratio of wall time, ours over theirs, and some peers have none; a row may also bound the memory of ours.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::beside;
use super::database;
use super::discovery;
use super::place::{Place, remove};

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    /// Commands of drift that must exist.
    pub(super) needs: &'static [&'static [&'static str]],
    /// Runs once before the pairs, and is not measured.
    pub(super) setup: fn(&Place) -> Result<()>,
    pub(super) subject: fn(&Place) -> Job,
    pub(super) peers: &'static [Peer],
    pub(super) peak_at_most: Option<u64>,
}

pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Programs that must be in the path.
    pub(super) tools: &'static [&'static str],
    pub(super) job: fn(&Place) -> Job,
    /// The target; `None` for a peer that is measured only to compare.
    pub(super) at_most: Option<f64>,
}

/// Processes that run one after the other and are measured together.
pub(super) struct Job {
    /// Runs before each measurement, and is not measured.
    pub(super) before: fn(&Place) -> Result<()>,
    pub(super) steps: Vec<Step>,
}

pub(super) struct Step {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<OsString>,
    pub(super) stdin: Option<PathBuf>,
    /// Where it runs, if not in the tree of the scale.
    pub(super) tree: Option<PathBuf>,
}

const MB: u64 = 1_000_000;

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "init",
        what: "init of a tree, everything hashed and stored",
        needs: &[&["workspace", "init"]],
        setup: |_| Ok(()),
        subject: |place| Job { before: no_workspace, steps: vec![drift(place, &["workspace", "init"])] },
        peers: &[
            Peer {
                name: "walk + BLAKE3",
                tools: &[],
                job: |place| job(own(place, &[&"walk-hash", &place.tree])),
                at_most: Some(1.4),
            },
            Peer {
                name: "git hash-object",
                tools: &["git"],
                job: |place| job(tool("git", &[&"hash-object", &"--stdin-paths"]).reading(&place.file_list)),
                at_most: Some(0.25),
            },
        ],
        peak_at_most: Some(300 * MB),
    },
    Row {
        name: "scan-unchanged",
        what: "scan with nothing changed",
        needs: &[&["workspace", "scan"]],
        setup: fresh_workspace,
        subject: |place| job(drift(place, &["workspace", "scan"])),
        peers: &[
            Peer {
                name: "git status",
                tools: &["git"],
                job: |_| job(tool("git", &[&"status", &"--porcelain"])),
                at_most: Some(0.6),
            },
            Peer {
                name: "rg --files",
                tools: &["rg"],
                job: |_| job(tool("rg", &[&"--files", &"--hidden"])),
                at_most: None,
            },
        ],
        peak_at_most: Some(300 * MB),
    },
    Row {
        name: "projects",
        what: "projects from the database",
        needs: &[&["workspace", "projects"]],
        setup: workspace,
        subject: |place| job(drift(place, &["workspace", "projects"])),
        peers: &[GIT_LS_FILES],
        peak_at_most: None,
    },
    Row {
        name: "graph",
        what: "graph from the database",
        needs: &[&["workspace", "graph"]],
        setup: workspace,
        subject: |place| job(drift(place, &["workspace", "graph"])),
        peers: &[GIT_LS_FILES],
        peak_at_most: None,
    },
    Row {
        name: "status",
        what: "status of a workspace",
        needs: &[&["workspace", "status"]],
        setup: workspace,
        subject: |place| job(drift(place, &["workspace", "status"])),
        peers: &[SQLITE_SELECT],
        peak_at_most: None,
    },
    Row {
        name: "context",
        what: "context of a workspace",
        needs: &[&["workspace", "context"]],
        setup: workspace,
        subject: |place| job(drift(place, &["workspace", "context"])),
        peers: &[SQLITE_SELECT],
        peak_at_most: None,
    },
    Row {
        name: "verify-quick",
        what: "verify --quick of large databases",
        needs: &[&["workspace", "verify"]],
        setup: database::filled_workspace,
        subject: |place| job(drift(place, &["workspace", "verify", "--quick"])),
        peers: &[Peer {
            name: "sqlite3 quick_check",
            tools: &["sqlite3"],
            job: |place| on_databases(place, |path, _| vec![shell(path, "PRAGMA quick_check;")]),
            at_most: Some(0.7),
        }],
        peak_at_most: None,
    },
    Row {
        name: "verify",
        what: "verify of large databases",
        needs: &[&["workspace", "verify"]],
        setup: database::filled_workspace,
        subject: |place| job(drift(place, &["workspace", "verify"])),
        peers: &[Peer {
            name: "sqlite3 integrity_check",
            tools: &["sqlite3"],
            job: |place| on_databases(place, |path, _| vec![shell(path, CHECKS)]),
            at_most: Some(0.55),
        }],
        peak_at_most: None,
    },
    Row {
        name: "backup",
        what: "verified backup of large databases",
        needs: &[&["workspace", "backup"]],
        setup: database::filled_workspace,
        subject: |place| Job { before: no_backups, steps: vec![drift(place, &["workspace", "backup"])] },
        peers: &[
            Peer {
                name: "sqlite3 .backup, checked",
                tools: &["sqlite3"],
                job: |place| {
                    on_databases(place, |path, copy| {
                        let backup = format!(".backup '{}'", copy.display());
                        vec![shell(path, &backup), shell(copy, CHECKS)]
                    })
                },
                at_most: Some(0.6),
            },
            Peer {
                name: "restic backup, unchecked",
                tools: &["restic"],
                job: |place| {
                    let [drift, cortex] = ["drift", "cortex"].map(|name| place.database(name));
                    Job {
                        before: restic_repository,
                        steps: vec![restic(place, &[&"backup", &drift, &cortex])],
                    }
                },
                at_most: None,
            },
        ],
        peak_at_most: Some(64 * MB),
    },
    Row {
        name: "restore",
        what: "restore of large databases, safety snapshot included",
        needs: &[&["workspace", "backup"], &["workspace", "restore"]],
        setup: |place| {
            database::filled_workspace(place)?;
            no_backups(place)?;
            place.must(&["workspace", "backup"])
        },
        subject: |place| job(drift(place, &["workspace", "restore", "--yes"])),
        peers: &[Peer {
            name: "copy + fsync, three times",
            tools: &[],
            job: |place| {
                on_databases(place, |path, copy| {
                    std::iter::repeat_with(|| own(place, &[&"copy-sync", &path, &copy])).take(3).collect()
                })
            },
            at_most: Some(4.0),
        }],
        peak_at_most: Some(64 * MB),
    },
    Row {
        name: "export",
        what: "export of large databases",
        needs: &[&["workspace", "export"]],
        setup: database::filled_workspace,
        subject: |place| {
            let bundle = place.scratch.join("bundle.drift.tar.zst");
            let export = drift(place, &["workspace", "export", "--output", &bundle.to_string_lossy()]);
            Job { before: empty_scratch, steps: vec![export] }
        },
        peers: &[Peer {
            name: "VACUUM INTO, then zstd",
            tools: &["sqlite3", "zstd"],
            job: |place| {
                on_databases(place, |path, copy| {
                    let vacuum = format!("VACUUM INTO '{}';", copy.display());
                    vec![shell(path, &vacuum), tool("zstd", &[&"-q", &"-3", &"-T0", &copy])]
                })
            },
            at_most: Some(1.0),
        }],
        peak_at_most: Some(64 * MB),
    },
];

const CHECKS: &str = "PRAGMA integrity_check; PRAGMA foreign_key_check;";

const GIT_LS_FILES: Peer = Peer {
    name: "git ls-files",
    tools: &["git"],
    job: |_| job(tool("git", &[&"ls-files"])),
    at_most: Some(1.0),
};

const SQLITE_SELECT: Peer = Peer {
    name: "sqlite3, one SELECT",
    tools: &["sqlite3"],
    job: |place| {
        let select = "SELECT name FROM sqlite_schema LIMIT 1;";
        job(tool("sqlite3", &[&"-readonly", &place.database("drift"), &select]))
    },
    at_most: Some(1.5),
};

/// Every row, in the order in which they are measured.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(discovery::ROWS).chain([&beside::COPY]).chain(beside::ROWS)
}

/// One line per row.
pub(super) fn list() -> String {
    let mut text = String::new();
    for row in all() {
        let peers: Vec<_> =
            row.peers.iter().map(|peer| [peer.name, &target(peer.at_most)].join(" ")).collect();
        writeln!(text, "  {:16} {}; against {}", row.name, row.what, peers.join(", "))
            .expect("BUG: writing to a string cannot fail");
    }
    text
}

fn target(at_most: Option<f64>) -> String {
    at_most.map_or_else(|| "(to compare)".to_owned(), |at_most| format!("(≤ {at_most})"))
}

/// The steps of each database, given its path and a free place for a copy.
pub(super) fn on_databases(place: &Place, steps: impl Fn(&Path, &Path) -> Vec<Step>) -> Job {
    let names = ["drift", "cortex"].into_iter();
    let steps = names.flat_map(|name| steps(&place.database(name), &place.scratch.join(name))).collect();
    Job { before: empty_scratch, steps }
}

fn shell(database: &Path, sql: &str) -> Step {
    tool("sqlite3", &[&database, &sql])
}

/// restic on a repository of its own, without its cache; restic wants a password.
fn restic(place: &Place, arguments: &[&dyn AsRef<OsStr>]) -> Step {
    let repository = place.scratch.join("restic");
    let common: &[&dyn AsRef<OsStr>] =
        &[&"--no-cache", &"--quiet", &"--password-command", &"echo bench", &"--repo", &repository];
    tool("restic", &[common, arguments].concat())
}

fn restic_repository(place: &Place) -> Result<()> {
    empty_scratch(place)?;
    let step = restic(place, &[&"init"]);
    let output = place.command(&step.program).args(&step.arguments).output()?;
    ensure!(output.status.success(), "restic init: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

pub(super) fn job(step: Step) -> Job {
    Job { before: |_| Ok(()), steps: vec![step] }
}

pub(super) fn drift(place: &Place, arguments: &[&str]) -> Step {
    Step {
        program: place.drift.clone(),
        arguments: arguments.iter().map(OsString::from).collect(),
        stdin: None,
        tree: None,
    }
}

/// A peer of our own, see `peers.rs`.
pub(super) fn own(place: &Place, arguments: &[&dyn AsRef<OsStr>]) -> Step {
    let peer: &[&dyn AsRef<OsStr>] = &[&"peer"];
    Step { program: place.xtask.clone(), ..tool("", &[peer, arguments].concat()) }
}

pub(super) fn tool(program: impl Into<PathBuf>, arguments: &[&dyn AsRef<OsStr>]) -> Step {
    let arguments = arguments.iter().map(|argument| argument.as_ref().to_owned()).collect();
    Step { program: program.into(), arguments, stdin: None, tree: None }
}

impl Step {
    pub(super) fn reading(self, path: &Path) -> Self {
        Self { stdin: Some(path.to_owned()), ..self }
    }

    pub(super) fn at(self, tree: PathBuf) -> Self {
        Self { tree: Some(tree), ..self }
    }
}

fn no_workspace(place: &Place) -> Result<()> {
    remove(&place.tree.join(".drift"))?;
    no_backups(place)
}

pub(super) fn empty_scratch(place: &Place) -> Result<()> {
    remove(&place.scratch)?;
    Ok(std::fs::create_dir_all(&place.scratch)?)
}

pub(super) fn no_backups(place: &Place) -> Result<()> {
    remove(&place.tree.join(".drift-backups"))
}

pub(super) fn fresh_workspace(place: &Place) -> Result<()> {
    no_workspace(place)?;
    workspace(place)
}

/// Makes a workspace unless there is one.
fn workspace(place: &Place) -> Result<()> {
    if place.database("drift").exists() { Ok(()) } else { place.must(&["workspace", "init"]) }
}
