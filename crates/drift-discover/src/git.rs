//! [`Git`]: the thin layer over the `git` command line; what git knows of a work tree.
//!
//! The command line, since only it means exactly what git means. Every call takes no optional locks, starts
//! no file-system monitor, external diff, pager or prompt, fetches nothing, and does not inherit the
//! variables that would point git at another repository (as inside a hook).
//! Everything degrades: without git or outside a work tree each call is a typed [`GitError`] with a hint.

pub(crate) mod blob;
mod changes;
pub(crate) mod index;
mod revision;
mod vouch;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::path::{RepoPath, os_path};

pub use changes::{ChangeKind, ChangedFile};
pub use revision::RevisionSource;
pub use vouch::{Vouch, Vouched};

/// Variables that git sets for hooks and aliases, or that change what its output means. `GIT_CONFIG_*` stay,
/// since that is how CI marks a directory as safe.
const NOT_INHERITED: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIFF_OPTS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_TRACE",
    "GIT_WORK_TREE",
];

/// Why git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("git is not installed or cannot be started")]
    NotInstalled(#[source] std::io::Error),
    #[error("{} is not in a git work tree", path.display())]
    NotARepository { path: PathBuf },
    #[error("git refuses {}: it belongs to someone else", path.display())]
    Unsafe { path: PathBuf },
    #[error("git does not know the revision `{revision}`")]
    UnknownRevision { revision: String, shallow: bool },
    #[error("`{base}` and `{head}` have no common ancestor here")]
    NoMergeBase { base: String, head: String, shallow: bool },
    #[error("git found nothing")]
    NoAnswer,
    #[error("`git {command}` failed: {message}")]
    Failed { command: String, message: String },
}

impl GitError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            GitError::NotInstalled(_) => Some("install git, or name the changed files yourself".into()),
            GitError::NotARepository { .. } => {
                Some("`affected --since-scan` and `affected --files` need no git".into())
            }
            GitError::Unsafe { path } => {
                Some(format!("run `git config --global --add safe.directory {}`", path.display()))
            }
            GitError::UnknownRevision { revision, shallow: true }
            | GitError::NoMergeBase { base: revision, shallow: true, .. } => {
                Some(format!("this clone is shallow; run `{}`", fetch_command(revision)))
            }
            GitError::UnknownRevision { revision, .. } => match revision.strip_prefix("origin/") {
                Some(branch) => Some(format!("run `git fetch origin {}`", refspec(branch))),
                None => Some("check the name, or fetch it first".into()),
            },
            GitError::NoMergeBase { .. } => Some("name a base that shares history with HEAD".into()),
            GitError::NoAnswer | GitError::Failed { .. } => None,
        }
    }
}

/// The name of a branch as people say it.
fn short(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}

/// What gives a shallow clone the history that `revision` needs.
fn fetch_command(revision: &str) -> String {
    let is_id = revision.len() >= 7 && revision.bytes().all(|b| b.is_ascii_hexdigit());
    match revision.strip_prefix("origin/") {
        Some(branch) => format!("git fetch --unshallow origin {}", refspec(branch)),
        None if is_id => format!("git fetch --unshallow origin {revision}"),
        None => "git fetch --unshallow origin".into(),
    }
}

/// A clone of a single branch maps no other, so the place it goes to has to be named.
fn refspec(branch: &str) -> String {
    format!("+refs/heads/{branch}:refs/remotes/origin/{branch}")
}

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `None` before the first commit.
    pub commit: Option<String>,
    /// `None` if no branch is checked out.
    pub branch: Option<String>,
}

/// Git, asked about the work tree that holds a directory.
#[derive(Clone, Debug)]
pub struct Git {
    dir: PathBuf,
}

impl Git {
    /// Asks about `dir`; paths in answers are relative to it.
    pub fn new(dir: impl Into<PathBuf>) -> Git {
        Git { dir: dir.into() }
    }

    /// The files at and below the directory that git tracks, those of submodules included.
    pub fn tracked(&self) -> Result<Tracked, GitError> {
        let args = ["ls-files", "-z", "--cached", "--recurse-submodules"];
        let out = match self.run(args) {
            // One submodule that is broken must not hide what the rest of the repository tracks.
            Err(GitError::Failed { .. } | GitError::NotARepository { .. }) => self.run(&args[..3])?,
            out => out?,
        };
        Ok(Tracked::new(out))
    }

    /// The file that `core.excludesFile` names.
    pub fn excludes_file(&self) -> Option<PathBuf> {
        let out = self.run(["config", "--type=path", "-z", "--get", "core.excludesFile"]).ok()?;
        let path = os_path(out.strip_suffix(b"\0")?).into_owned();
        // Git takes a relative one from where it runs.
        Some(self.dir.join(path))
    }

    /// The top of the work tree.
    pub fn top(&self) -> Result<PathBuf, GitError> {
        let out = self.run(["rev-parse", "--show-toplevel"])?;
        Ok(os_path(out.strip_suffix(b"\n").unwrap_or(&out)).into_owned())
    }

    /// The commit and branch that are checked out.
    pub fn head(&self) -> Result<Head, GitError> {
        // Both at once, as starting git is most of what it costs; a detached HEAD has its own name.
        match self.run(["rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD"]) {
            Ok(out) => {
                let out = String::from_utf8_lossy(&out);
                let mut lines = out.lines();
                let commit = lines.next().map(str::to_owned);
                let branch = lines.next().filter(|name| *name != "HEAD").map(short);
                Ok(Head { commit, branch })
            }
            // Before the first commit there is a branch all the same.
            Err(GitError::Failed { .. }) => {
                let branch = self.find(["symbolic-ref", "--quiet", "HEAD"])?.as_deref().map(short);
                Ok(Head { commit: None, branch })
            }
            Err(why) => Err(why),
        }
    }

    /// The id of the commit that `revision` names, which may start with anything, `-` too.
    pub fn commit(&self, revision: &str) -> Result<String, GitError> {
        let name = format!("{revision}^{{commit}}");
        match self.find(["rev-parse", "--verify", "--quiet", "--end-of-options", &name])? {
            Some(id) => Ok(id),
            None => Err(GitError::UnknownRevision { revision: revision.into(), shallow: self.is_shallow()? }),
        }
    }

    /// The best common ancestor of two commits.
    pub fn merge_base(&self, base: &str, head: &str) -> Result<String, GitError> {
        let (from, to) = (self.commit(base)?, self.commit(head)?);
        match self.find(["merge-base", &from, &to])? {
            Some(id) => Ok(id),
            None => {
                let shallow = self.is_shallow()?;
                Err(GitError::NoMergeBase { base: base.into(), head: head.into(), shallow })
            }
        }
    }

    /// The branch that `origin/HEAD` names, as `origin/main`. `None` where the clone does not say.
    pub fn default_branch(&self) -> Result<Option<String>, GitError> {
        self.find(["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])
    }

    /// Whether history ends before the first commit.
    pub fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.find(["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true"))
    }

    /// The files at or below `paths` that git tracks, sorted.
    pub fn tracked_below(&self, paths: &[&str]) -> Result<Vec<RepoPath>, GitError> {
        // Git holds the whole index for it: 316 MB for a million files.
        if let Ok(found) = index::tracked_below(&self.dir, paths) {
            return Ok(found);
        }
        let args = ["--literal-pathspecs", "ls-files", "-z", "--cached", "--"];
        let out = Tracked::new(self.run(args.iter().chain(paths))?);
        Ok(out.paths().map(RepoPath::from_clean).collect())
    }

    /// Runs a command that fails without a message where there is no answer; else gives its first line.
    fn find<'s>(&self, args: impl IntoIterator<Item = &'s str>) -> Result<Option<String>, GitError> {
        match self.run(args) {
            Ok(out) => Ok(String::from_utf8_lossy(&out).lines().next().map(str::to_owned)),
            Err(GitError::NoAnswer) => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Runs git and returns its standard output.
    pub(crate) fn run<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
    ) -> Result<Vec<u8>, GitError> {
        let mut command = self.command();
        command.args(args);
        let out = command.stdin(Stdio::null()).output().map_err(GitError::NotInstalled)?;
        match out.status.success() {
            true => Ok(out.stdout),
            false => Err(self.failure(&command, &out)),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        command
            .current_dir(&self.dir)
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotepath=off"]);
        command
    }

    fn failure(&self, command: &Command, out: &Output) -> GitError {
        let message = String::from_utf8_lossy(&out.stderr).trim().to_owned();
        if message.is_empty() && out.status.code() == Some(1) {
            return GitError::NoAnswer;
        }
        if message.contains("not a git repository") || message.contains("must be run in a work tree") {
            return GitError::NotARepository { path: self.dir.clone() };
        }
        if message.contains("dubious ownership") {
            return GitError::Unsafe { path: self.dir.clone() };
        }
        let words = command.get_args().skip(5).map(|arg| arg.to_string_lossy().into_owned());
        let message = if message.is_empty() { out.status.to_string() } else { message };
        GitError::Failed { command: words.collect::<Vec<_>>().join(" "), message }
    }
}

/// Paths that git tracks, sorted, in one buffer.
#[derive(Clone, Debug, Default)]
pub struct Tracked {
    /// Each path ends with a zero byte.
    bytes: Vec<u8>,
}

impl Tracked {
    fn new(bytes: Vec<u8>) -> Tracked {
        let given = Tracked { bytes };
        // A submodule's files come where the submodule itself would, which is not where their paths sort.
        if given.paths().is_sorted() {
            return given;
        }
        let mut paths: Vec<&[u8]> = given.paths().collect();
        paths.sort_unstable();
        let mut bytes = Vec::with_capacity(given.bytes.len());
        for path in paths {
            bytes.extend_from_slice(path);
            bytes.push(0);
        }
        Tracked { bytes }
    }

    /// The paths in order. One with several stages of a conflict comes several times.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split(|&b| b == 0).filter(|path| !path.is_empty())
    }
}

/// The nearest directory at or above `dir` with a `.git`, found without running anything.
pub fn find_top(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok()).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests;
