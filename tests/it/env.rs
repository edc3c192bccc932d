//! The world of one test: an own home, an own repository, a fixed clock, and nothing of the machine's
//! environment but what programs need to start.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::outcome::{Outcome, Redactor};

/// The time at which every test takes place.
pub(crate) const NOW: &str = "2026-11-22T20:15:30Z";

/// The schema versions of drift.db and cortex.db that this drift migrates to.
pub(crate) const LATEST: (i64, i64) = (6, 2);

/// A drift that hangs fails its test instead of stopping all of them.
const TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) struct TestEnv {
    /// Removed when dropped.
    _dir: TempDir,
    home: PathBuf,
    root: PathBuf,
    vars: Vec<(OsString, OsString)>,
}

impl TestEnv {
    /// An empty directory as the repository, not under git.
    pub(crate) fn new() -> TestEnv {
        let dir = tempfile::Builder::new().prefix("drift-it-").tempdir().unwrap();
        // The temporary directory is behind a link on macOS.
        let top = dir.path().canonicalize().unwrap();
        let (home, root) = (top.join("home"), top.join("repo"));
        std::fs::create_dir(&home).unwrap();
        std::fs::create_dir(&root).unwrap();
        let mut env = TestEnv { vars: Vec::new(), _dir: dir, home, root };
        for name in ["PATH", "SystemRoot", "SystemDrive", "TEMP", "TMP", "TMPDIR", "PATHEXT"] {
            if let Some(value) = std::env::var_os(name) {
                env.set(name, value);
            }
        }
        let home = env.home.clone();
        env.set("HOME", &home);
        env.set("USERPROFILE", &home);
        env.set("DRIFT_HOME", home.join(".drift"));
        env.set("DRIFT_TEST_NOW", NOW);
        env.set("LC_ALL", "C");
        env.set("TZ", "UTC");
        env.set("GIT_CEILING_DIRECTORIES", &top);
        env.set("GIT_DEFAULT_HASH", "sha1");
        env.set("GIT_CONFIG_NOSYSTEM", "1");
        env.set("GIT_CONFIG_GLOBAL", home.join(".gitconfig"));
        for who in ["AUTHOR", "COMMITTER"] {
            env.set(&format!("GIT_{who}_NAME"), "Test");
            env.set(&format!("GIT_{who}_EMAIL"), "test@example.com");
            env.set(&format!("GIT_{who}_DATE"), NOW);
        }
        env
    }

    /// A repository with the files of `fixture`: each begins with a line `//- path`.
    pub(crate) fn with_tree(fixture: &str) -> TestEnv {
        let env = TestEnv::new();
        env.tree(fixture);
        env
    }

    /// Writes the files of `fixture` into the repository.
    pub(crate) fn tree(&self, fixture: &str) {
        for (path, text) in parse_fixture(fixture) {
            self.write(path, text);
        }
    }

    /// Writes one file, creating its directories.
    pub(crate) fn write(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    /// The repository, or a path in it.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Changes a database as another program would.
    pub(crate) fn sql(&self, name: &str, sql: &str) {
        Connection::open(self.path(format!(".drift/{name}.db"))).unwrap().execute_batch(sql).unwrap();
    }

    /// The one text that `sql` selects from a database.
    pub(crate) fn text(&self, name: &str, sql: &str) -> String {
        let connection = Connection::open(self.path(format!(".drift/{name}.db"))).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Runs a shell script in the repository where it may mount, with `$DRIFT` as drift; it exits 99 where it
    /// cannot. Gives its code and all it prints, or `None` where this user may not mount.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_mounts(&self, script: &str) -> Option<(i32, String)> {
        let drift = self.command(["--version"]);
        let variables = drift.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script]).env_clear().envs(variables).current_dir(self.path(""));
        let output = command.env("DRIFT", drift.get_program()).output().ok()?;
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(99) => None,
            _ if text.contains("unshare:") || text.contains("mount:") => None,
            code => Some((code.unwrap_or(-1), text)),
        }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Sets a variable for every later run.
    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.unset(name);
        self.vars.push((name.into(), value.as_ref().into()));
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.vars.retain(|(known, _)| known != name);
    }

    /// Runs drift at the top of the repository.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Outcome {
        self.run_in("", args)
    }

    /// Runs drift in a directory of the repository.
    pub(crate) fn run_in<A: AsRef<OsStr>>(
        &self,
        dir: impl AsRef<Path>,
        args: impl IntoIterator<Item = A>,
    ) -> Outcome {
        self.finish(self.assert(dir, args))
    }

    /// Runs drift at the top of the repository, with `input` on stdin.
    pub(crate) fn run_with_input<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        input: impl Into<Vec<u8>>,
    ) -> Outcome {
        let mut command = self.assert("", args);
        command.write_stdin(input);
        self.finish(command)
    }

    /// drift as a plain command, for tests that need a say in its streams or its life.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_drift"), Path::new(""));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs drift with at most `megabytes` of memory of its own, the stacks of its threads aside, and `seconds` of CPU
    /// time; with more it dies. Systems other than Linux bound another memory by the same name, or none.
    pub(crate) fn run_within(&self, megabytes: usize, seconds: u32, args: &[&str]) -> Outcome {
        let drift = env!("CARGO_BIN_EXE_drift");
        let mut command = if cfg!(target_os = "linux") {
            let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
            let kilobytes = 1000 * megabytes + 2048 * threads;
            let bounded = format!("ulimit -d {kilobytes} && ulimit -t {seconds} && exec \"$@\"");
            let mut shell = self.program("sh", Path::new(""));
            shell.args(["-c", &bounded, "sh", drift]);
            shell
        } else {
            self.program(drift, Path::new(""))
        };
        self.outcome(command.args(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs a line of shell in the repository, where `drift` is on the path; returns stdout and stderr as they
    /// came.
    pub(crate) fn shell(&self, line: &str) -> String {
        let bin = Path::new(env!("CARGO_BIN_EXE_drift")).parent().unwrap();
        let path = self.vars.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
        let path = std::env::split_paths(&path.unwrap_or_default()).collect::<Vec<_>>();
        let path = std::env::join_paths([bin.to_path_buf()].into_iter().chain(path)).unwrap();
        let mut command = self.program("sh", Path::new(""));
        let output = command.arg("-c").arg(format!("{{ {line}\n}} 2>&1")).env("PATH", path).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs git in the repository, and returns what it prints.
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> String {
        let output = self.program("git", Path::new("")).args(args).output().unwrap();
        assert!(output.status.success(), "git: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Makes the repository a git work tree, with everything in it as its first commit.
    pub(crate) fn git_init(&self) {
        self.git(["init", "--quiet", "--initial-branch=main"]);
        self.commit("first");
    }

    /// Commits everything, and returns the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(["rev-parse", "HEAD"])
    }

    fn program(&self, program: &str, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.vars.iter().cloned()).current_dir(self.path(dir));
        command
    }

    fn assert<A: AsRef<OsStr>>(
        &self,
        dir: impl AsRef<Path>,
        args: impl IntoIterator<Item = A>,
    ) -> assert_cmd::Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_drift"), dir.as_ref());
        command.args(args);
        let mut command = assert_cmd::Command::from_std(command);
        command.timeout(TIMEOUT);
        command
    }

    fn finish(&self, mut command: assert_cmd::Command) -> Outcome {
        self.outcome(command.output().unwrap())
    }

    /// What a finished drift left behind, ready for a snapshot.
    pub(crate) fn outcome(&self, output: std::process::Output) -> Outcome {
        Outcome::new(output, Redactor::new(&self.root, &self.home))
    }
}

/// The files of a fixture, in order. What stands before the first `//- path` must be blank.
fn parse_fixture(fixture: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push((path.trim().trim_start_matches('/'), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        } else {
            assert!(line.trim().is_empty(), "a fixture begins with `//- path`, not {line:?}");
        }
    }
    files
}

#[test]
fn a_fixture_becomes_files() {
    let env = TestEnv::with_tree("\n//- a.txt\none\n\n//- /b/c.txt\ntwo");
    assert_eq!(std::fs::read_to_string(env.path("a.txt")).unwrap(), "one\n\n");
    assert_eq!(std::fs::read_to_string(env.path("b/c.txt")).unwrap(), "two");
}

#[test]
fn git_is_the_same_everywhere() {
    let env = TestEnv::with_tree("//- a.txt\none\n");
    env.git_init();
    assert_eq!(
        env.git(["log", "--format=%an %ae %cI %s"]),
        "Test test@example.com 2026-11-22T20:15:30Z first"
    );
    assert_eq!(env.git(["rev-parse", "HEAD"]), "5dd4fa4042225eb4acdb8b2660a690b13a611f2c");
}
