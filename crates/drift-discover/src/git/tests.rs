use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{ChangeKind, ChangedFile, Git, GitError, RevisionSource};
use crate::path::RepoPath;
use crate::source::{ReadError, Source};

fn run(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"]);
    let out = command.args(args).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn write(dir: &Path, path: &str, content: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A repository with one commit on `main`.
fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["init", "-q", "-b", "main"]);
    for path in ["a/f", "a-b/f", "a/sub/g", "top", "é b"] {
        write(dir.path(), path, path);
    }
    run(dir.path(), &["add", "."]);
    run(dir.path(), &["commit", "-qm", "one"]);
    dir
}

fn shown(changed: &[ChangedFile]) -> String {
    let letter = |kind| match kind {
        ChangeKind::Added => 'A',
        ChangeKind::Modified => 'M',
        ChangeKind::Deleted => 'D',
    };
    changed.iter().map(|file| format!("{} {}", letter(file.kind), file.path)).collect::<Vec<_>>().join(", ")
}

#[test]
fn head_top_and_revisions() {
    let dir = repository();
    let git = Git::new(dir.path().join("a"));
    let head = git.head().unwrap();
    assert_eq!(head.branch.as_deref(), Some("main"));
    assert_eq!(head.commit, Some(git.commit("main").unwrap()));
    assert_eq!(git.top().unwrap(), fs::canonicalize(dir.path()).unwrap());
    assert!(!git.is_shallow().unwrap());
    assert_eq!(git.default_branch().unwrap(), None);
    run(dir.path(), &["checkout", "-q", "--detach"]);
    assert_eq!(git.head().unwrap().branch, None);
    for bad in ["none", "--all", "", "HEAD^5", "a..b"] {
        let unknown = git.commit(bad);
        assert!(
            matches!(unknown, Err(GitError::UnknownRevision { shallow: false, .. })),
            "{bad}: {unknown:?}"
        );
    }
    let hint = git.commit("origin/dev").unwrap_err().hint().unwrap();
    assert_eq!(hint, "run `git fetch origin +refs/heads/dev:refs/remotes/origin/dev`");
}

#[test]
fn nothing_is_known_before_the_first_commit_and_outside() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Git::new(dir.path()).head(), Err(GitError::NotARepository { .. })));
    assert!(matches!(Git::new(dir.path()).tracked(), Err(GitError::NotARepository { .. })));
    run(dir.path(), &["init", "-q", "-b", "main"]);
    let head = Git::new(dir.path()).head().unwrap();
    assert_eq!((head.commit, head.branch.as_deref()), (None, Some("main")));
    assert!(Git::new(dir.path().join("missing")).head().is_err());
}

#[test]
fn changes_up_to_the_work_tree_are_staged_unstaged_and_untracked() {
    let dir = repository();
    let git = Git::new(dir.path());
    assert_eq!(shown(&git.changed_since("HEAD").unwrap()), "");
    write(dir.path(), "top", "staged");
    write(dir.path(), "new", "");
    write(dir.path(), ".gitignore", "ignored\n");
    write(dir.path(), "ignored", "");
    run(dir.path(), &["add", "top"]);
    // Staged, then put back: still a change that a commit would contain.
    write(dir.path(), "top", "top");
    run(dir.path(), &["mv", "a/f", "a/moved"]);
    fs::remove_file(dir.path().join("é b")).unwrap();
    run(dir.path(), &["rm", "-q", "--cached", "a-b/f"]);
    assert_eq!(
        shown(&git.changed_since("HEAD").unwrap()),
        "A .gitignore, M a-b/f, D a/f, A a/moved, A new, M top, D é b"
    );
    assert_eq!(shown(&Git::new(dir.path().join("a")).changed_since("HEAD").unwrap()), "D f, A moved");
}

#[test]
fn changes_between_commits_leave_the_work_tree_out() {
    let dir = repository();
    write(dir.path(), "top", "two");
    run(dir.path(), &["commit", "-qam", "two"]);
    write(dir.path(), "a/f", "dirty");
    let git = Git::new(dir.path());
    assert_eq!(shown(&git.changed_between("HEAD^1", "HEAD").unwrap()), "M top");
    assert_eq!(git.merge_base("HEAD^1", "HEAD").unwrap(), git.commit("HEAD^1").unwrap());
}

#[test]
fn a_submodule_that_points_elsewhere_is_one_changed_path() {
    let (dir, inner) = (repository(), repository());
    run(dir.path(), &["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "mod"]);
    run(dir.path(), &["commit", "-qm", "two"]);
    let git = Git::new(dir.path());
    write(&dir.path().join("mod"), "top", "dirty");
    assert_eq!(shown(&git.changed_since("HEAD").unwrap()), "");
    run(&dir.path().join("mod"), &["commit", "-qam", "inner"]);
    assert_eq!(shown(&git.changed_since("HEAD").unwrap()), "M mod");
}

#[test]
fn a_shallow_clone_is_told_how_to_get_the_rest() {
    let dir = repository();
    write(dir.path(), "top", "two");
    run(dir.path(), &["commit", "-qam", "two"]);
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", dir.path().display());
    run(clone.path(), &["clone", "-q", "--depth=1", &url, "c"]);
    let git = Git::new(clone.path().join("c"));
    assert!(git.is_shallow().unwrap());
    assert_eq!(git.default_branch().unwrap().as_deref(), Some("origin/main"));
    let hint = git.commit("origin/dev").unwrap_err().hint().unwrap();
    assert!(
        hint.ends_with("`git fetch --unshallow origin +refs/heads/dev:refs/remotes/origin/dev`"),
        "{hint}"
    );
}

#[test]
fn what_git_tracks_below_a_path_is_listed() {
    let dir = repository();
    let listed = |dir: &Path, paths: &[&str]| {
        let listed = Git::new(dir).tracked_below(paths).unwrap();
        listed.iter().map(RepoPath::to_string).collect::<Vec<_>>()
    };
    let check = || {
        assert_eq!(listed(dir.path(), &["a", "*"]), ["a/f", "a/sub/g"]);
        assert_eq!(listed(&dir.path().join("a"), &["f", "sub", "top", "su"]), ["f", "sub/g"]);
    };
    check();
    // A form of the index that is left to git.
    run(dir.path(), &["update-index", "--split-index"]);
    check();
    run(dir.path(), &["rm", "-qr", "--cached", "a"]);
    assert_eq!(listed(dir.path(), &["a"]), [""; 0]);
}

#[test]
fn a_revision_reads_like_a_tree() {
    let dir = repository();
    let path = |text: &str| RepoPath::new(text).unwrap();
    #[cfg(unix)]
    for (target, link) in [("a/sub", "link"), ("../top", "a/up"), ("../../out", "a/out"), ("loop", "loop")] {
        std::os::unix::fs::symlink(target, dir.path().join(link)).unwrap();
    }
    run(dir.path(), &["add", "."]);
    run(dir.path(), &["commit", "--allow-empty", "-qm", "links"]);
    for name in ["a", "top"] {
        fs::rename(dir.path().join(name), dir.path().join(format!("{name}2"))).unwrap();
    }
    let source = RevisionSource::new(&Git::new(dir.path()), "HEAD").unwrap();
    assert_eq!(source.read(&path("a/f"), 9), Ok(b"a/f".to_vec()));
    assert_eq!(source.read(&path("a/f"), 2), Err(ReadError::TooLarge(3)));
    assert_eq!(source.read(&path("é b"), 9), Ok("é b".as_bytes().to_vec()));
    for absent in ["a", "none", "a/f/x", "loop", "a/out"] {
        assert_eq!(source.read(&path(absent), 9), Err(ReadError::Absent), "{absent}");
    }
    let names = |dir: &str| {
        let entries = source.list(&path(dir));
        entries.iter().map(|e| String::from_utf8_lossy(&e.name).into_owned()).collect::<Vec<_>>().join(" ")
    };
    assert!(source.is_dir(&path("a")) && source.is_file(&path("top")));
    if cfg!(unix) {
        assert_eq!(names("."), "a a-b link top é b");
        assert_eq!(names("a"), "f sub up");
        assert_eq!(names("link"), "g");
        assert_eq!(source.read(&path("link/g"), 9), Ok(b"a/sub/g".to_vec()));
        assert!(source.is_symlink(&path("link")) && !source.is_symlink(&path("a")));
        assert_eq!(source.read(&path("a/up"), 9), Ok(b"top".to_vec()));
    }
    let visible = source.visible(&|name| name == b"f");
    assert_eq!(visible.iter().map(RepoPath::to_string).collect::<Vec<_>>(), ["a-b/f", "a/f"]);
    assert!(RevisionSource::new(&Git::new(dir.path()), "none").is_err());
}
