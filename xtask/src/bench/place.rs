//! Where a measurement happens: the tree, the binaries and the private home folder of one scale.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::generate::{self, Kind};
use crate::project;

/// How large the generated tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) name: &'static str,
    pub(super) files: usize,
    /// Of the longest source files; the mean is about a quarter of it.
    pub(super) longest_lines: usize,
    /// Of the databases in the rows about them, together.
    pub(super) database_bytes: u64,
}

const SCALES: &[Scale] = &[
    Scale::SMALL,
    Scale { name: "100mb", database_bytes: 100_000_000, ..Scale::SMALL },
    Scale { name: "1gb", database_bytes: 1_000_000_000, ..Scale::SMALL },
    Scale { name: "full", files: 78_000, longest_lines: 1_600, database_bytes: 1_000_000_000 },
    Scale { name: "huge", files: 1_000_000, longest_lines: 40, database_bytes: 1_000_000_000 },
];

impl Scale {
    pub(super) const SMALL: Self =
        Self { name: "small", files: 4_000, longest_lines: 1_600, database_bytes: 60_000_000 };

    pub(super) fn named(name: &str) -> Option<Self> {
        SCALES.iter().copied().find(|scale| scale.name == name)
    }
}

/// Of the longest files in a tree of one ecosystem, whose contents nobody reads.
const LINES_OF_ONE: usize = 40;

pub(super) struct Place {
    pub(super) scale: Scale,
    /// The generated repository, with everything committed.
    pub(super) tree: PathBuf,
    /// The paths of its files, one a line.
    pub(super) file_list: PathBuf,
    /// For what a job writes.
    pub(super) scratch: PathBuf,
    pub(super) drift: PathBuf,
    pub(super) xtask: PathBuf,
    /// An example of drift-db, see `beside.rs`.
    pub(super) helper: PathBuf,
    home: PathBuf,
}

impl Place {
    pub(super) fn prepare(drift: PathBuf, helper: PathBuf, scale: Scale) -> Result<Self> {
        let folder = project::root().join("target/bench").join(scale.name);
        let place = Self {
            scale,
            tree: folder.join("tree"),
            file_list: folder.join("files.txt"),
            scratch: folder.join("scratch"),
            drift,
            helper,
            xtask: std::env::current_exe().context("cannot find the running xtask")?,
            home: folder.join("home"),
        };
        let made_by = folder.join("generator.txt");
        let is_current = std::fs::read_to_string(&made_by).is_ok_and(|text| text == generate::VERSION);
        if !is_current {
            remove(&folder)?;
            std::fs::create_dir_all(&place.home)?;
            eprintln!("bench: generating {} files in {}", scale.files, place.tree.display());
            let files = generate::tree(&place.tree, scale.files, scale.longest_lines)?;
            std::fs::write(&place.file_list, files.join("\n") + "\n")?;
            place.commit(&place.tree).context("cannot put the tree under git")?;
            std::fs::write(&made_by, generate::VERSION)?;
        }
        remove(&place.scratch)?;
        std::fs::create_dir_all(&place.scratch)?;
        remove(&place.tree.join(".drift"))?;
        remove(&place.tree.join(".drift-backups"))?;
        Ok(place)
    }

    /// The repository with the packages of one ecosystem alone.
    pub(super) fn tree_of(&self, kind: Kind) -> PathBuf {
        self.folder().join("only").join(kind.folder())
    }

    /// Makes that repository, unless it is there; without a workspace.
    pub(super) fn prepare_tree_of(&self, kind: Kind) -> Result<()> {
        let tree = self.tree_of(kind);
        let made = tree.with_extension("made");
        if !made.exists() {
            remove(&tree)?;
            eprintln!("bench: generating {}", tree.display());
            generate::only(&tree, kind, self.scale.files, LINES_OF_ONE)?;
            self.commit(&tree).context("cannot put the tree under git")?;
            std::fs::write(&made, "")?;
        }
        remove(&tree.join(".drift"))
    }

    /// A command that sees neither the configuration nor the workspaces of whoever measures.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        in_tree(&mut command, &self.tree)
            .env("HOME", &self.home)
            .env("DRIFT_HOME", self.home.join(".drift"))
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            // Cargo puts its build folders there, and the loader would search them first.
            .env_remove("LD_LIBRARY_PATH")
            .env("RUST_BACKTRACE", "0")
            .env_remove("CI")
            .stdin(Stdio::null());
        // A peer such as cargo finds its toolchain by the home of whoever measures.
        for (name, folder) in [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")] {
            if let (None, Some(home)) = (std::env::var_os(name), std::env::home_dir()) {
                command.env(name, home.join(folder));
            }
        }
        command
    }

    /// Runs drift in the tree, which must succeed.
    pub(super) fn must(&self, arguments: &[&str]) -> Result<()> {
        self.must_in(&self.tree, arguments)
    }

    /// The same in another tree.
    pub(super) fn must_in(&self, tree: &Path, arguments: &[&str]) -> Result<()> {
        let output = in_tree(&mut self.command(&self.drift), tree).args(arguments).output()?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "drift {}: {}: {}",
            arguments.join(" "),
            output.status,
            stderr.trim()
        );
        Ok(())
    }

    /// Everything of this scale.
    pub(super) fn folder(&self) -> &Path {
        self.tree.parent().unwrap_or(&self.tree)
    }

    /// `drift` or `cortex`.
    pub(super) fn database(&self, name: &str) -> PathBuf {
        self.tree.join(".drift").join(name).with_extension("db")
    }

    /// Without git the tree stays as it is, and rows that compare with git are skipped.
    fn commit(&self, tree: &Path) -> Result<()> {
        if !is_installed("git") {
            return Ok(());
        }
        let commands: &[&[&str]] = &[
            &["init", "-q"],
            &["config", "core.looseCompression", "1"],
            &["config", "gc.auto", "0"],
            &["add", "-A"],
            &[
                "-c",
                "user.name=bench",
                "-c",
                "user.email=bench@localhost",
                "commit",
                "-q",
                "-m",
                "Generated tree",
            ],
        ];
        for arguments in commands {
            self.git(tree, arguments)?;
        }
        // Entries as young as the index are compared by content for ever, unless the index is written once more.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        self.git(tree, &["update-index", "-q", "--really-refresh"])
    }

    fn git(&self, tree: &Path, arguments: &[&str]) -> Result<()> {
        let mut git = self.command("git");
        let status = in_tree(&mut git, tree).env("GIT_OPTIONAL_LOCKS", "1").args(arguments).status()?;
        ensure!(status.success(), "git {}: {status}", arguments.join(" "));
        Ok(())
    }
}

/// Lets a command work in `tree`.
pub(super) fn in_tree<'c>(command: &'c mut Command, tree: &Path) -> &'c mut Command {
    command.current_dir(tree).env("DRIFT_ROOT", tree)
}

pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|folder| folder.join(program).is_file() || folder.join(format!("{program}.exe")).is_file())
}

/// Removes a file or a folder, present or not.
pub(super) fn remove(path: &Path) -> Result<()> {
    let outcome = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
