use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::{Event, Walk, WalkError, WalkOptions, walk};
#[cfg(unix)]
use crate::files::FileKind;

/// Lays out a fixture: each file starts with a line `//- path`.
fn lay_out(fixture: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for part in fixture.split("//- ").skip(1) {
        let (path, content) = part.split_once('\n').unwrap_or((part, ""));
        let path = dir.path().join(path.trim());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    dir
}

fn git(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"]);
    let out = command.args(args).current_dir(dir).output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
}

fn look(root: &Path, options: &WalkOptions) -> Walk {
    walk(root, options, &AtomicBool::new(false), &|_| {}).unwrap()
}

fn shown(root: &Path, options: &WalkOptions) -> String {
    let walk = look(root, options);
    assert_eq!(walk.problems, [], "{:?}", walk.problems);
    walk.files.iter().map(|file| file.path.to_string()).collect::<Vec<_>>().join(" ")
}

fn check(fixture: &str, expected: &str) {
    let dir = lay_out(fixture);
    assert_eq!(shown(dir.path(), &WalkOptions::default()), expected);
}

#[test]
fn ignore_files_hold_without_git_and_the_nearest_wins() {
    check(
        "//- .gitignore\n*.log\n/out\nkeep/\n//- a.log\n//- b.rs\n//- out/x\n//- sub/out/y\n//- keep/z\n\
         //- sub/.gitignore\n!important.log\n//- sub/important.log\n//- sub/other.log\n//- .hidden/f\n",
        "b.rs sub/important.log sub/out/y",
    );
}

#[test]
fn braces_are_ordinary_characters_to_git_and_alternatives_to_drift() {
    check(
        "//- .gitignore\n*.{a,b}\n[{x]y\n\\{z\n{\n}\n//- f.a\n//- f.{a,b}\n//- {y\n//- {z\n//- {/f\n//- g.c\n\
         //- .driftignore\n*.{c,d}\n//- h.d\n",
        "f.a",
    );
}

#[test]
fn driftignore_wins_over_gitignore() {
    check(
        "//- .gitignore\n*.log\n//- .driftignore\n!kept.log\nskip\n//- kept.log\n//- x.log\n//- skip/f\n//- a/skip\n//- b\n",
        "b kept.log",
    );
}

#[test]
fn globs_of_the_caller_win_over_all() {
    let dir = lay_out("//- .gitignore\n*.log\n//- a.log\n//- b.rs\n//- c/b.rs\n");
    let options = WalkOptions { ignore: vec!["!a.log".into(), "/b.rs".into()], ..WalkOptions::default() };
    assert_eq!(shown(dir.path(), &options), "a.log c/b.rs");
}

#[test]
fn a_bad_glob_is_a_problem() {
    let dir = lay_out("//- a\n");
    let options = WalkOptions { ignore: vec!["a{".into()], ..WalkOptions::default() };
    let walk = look(dir.path(), &options);
    assert_eq!(walk.files.len(), 1);
    assert_eq!(walk.problems.len(), 1);
}

#[test]
fn drift_and_git_directories_and_nested_workspaces_are_never_entered() {
    check(
        "//- .drift/drift.db\n//- .driftignore\n!.*\n//- .drift-backups/x/drift.db\n//- a/.git/config\n//- a/f\n\
         //- nested/.drift/drift.db\n//- nested/deep/f\n//- .editorconfig\n",
        ".driftignore .editorconfig a/f",
    );
}

#[test]
fn what_git_tracks_is_seen_though_ignored_or_hidden() {
    let dir = lay_out(
        "//- .gitignore\n*.gen\n//- .github/ci.yml\n//- x.gen\n//- dir/y.gen\n//- .untracked\n//- plain\n\
         //- gone\n//- nested/.hidden/f\n//- a b/é\n",
    );
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "-f", ".gitignore", ".github", "x.gen", "gone", "nested", "a b"]);
    fs::remove_file(dir.path().join("gone")).unwrap();
    let all = ".github/ci.yml .gitignore a b/é nested/.hidden/f plain x.gen";
    assert_eq!(shown(dir.path(), &WalkOptions::default()), all);
    fs::create_dir(dir.path().join("nested/.drift")).unwrap();
    let outer = ".github/ci.yml .gitignore a b/é plain x.gen";
    assert_eq!(shown(dir.path(), &WalkOptions::default()), outer);
    fs::write(dir.path().join(".driftignore"), ".github\n*.gen\n").unwrap();
    assert_eq!(shown(dir.path(), &WalkOptions::default()), ".gitignore a b/é plain");
}

#[test]
fn a_root_below_the_top_of_the_work_tree_keeps_the_rules_from_above() {
    let dir = lay_out(
        "//- .gitignore\n*.log\n/sub/out\n//- sub/a.log\n//- sub/b\n//- sub/out/c\n//- sub/.d\n//- e\n",
    );
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "sub/.d", "e"]);
    fs::write(dir.path().join(".git/info/exclude"), "excluded\n").unwrap();
    fs::write(dir.path().join("sub/excluded"), "").unwrap();
    assert_eq!(shown(&dir.path().join("sub"), &WalkOptions::default()), ".d b");
}

#[test]
fn submodules_are_walked_with_their_own_rules() {
    let inner = lay_out("//- .gitignore\n*.x\n//- a.x\n//- .hid\n//- b.y\n");
    git(inner.path(), &["init", "-q"]);
    git(inner.path(), &["add", "-f", "."]);
    git(inner.path(), &["commit", "-qm", "one"]);
    let outer = lay_out("//- .gitignore\n*.y\n//- mod-x\n");
    git(outer.path(), &["init", "-q"]);
    git(outer.path(), &["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "mod"]);
    git(outer.path(), &["add", "mod-x"]);
    fs::write(outer.path().join("mod/c.x"), "").unwrap();
    let all = ".gitmodules mod-x mod/.gitignore mod/.hid mod/a.x mod/b.y";
    assert_eq!(shown(outer.path(), &WalkOptions::default()), all);
}

#[test]
fn a_broken_submodule_hides_nothing_of_the_rest() {
    let inner = lay_out("//- f\n");
    git(inner.path(), &["init", "-q"]);
    git(inner.path(), &["add", "."]);
    git(inner.path(), &["commit", "-qm", "one"]);
    let outer = lay_out("//- .hidden\n");
    git(outer.path(), &["init", "-q"]);
    git(outer.path(), &["submodule", "--quiet", "add", inner.path().to_str().unwrap(), "mod"]);
    git(outer.path(), &["add", ".hidden"]);
    fs::remove_dir_all(outer.path().join(".git/modules")).unwrap();
    assert_eq!(shown(outer.path(), &WalkOptions::default()), ".gitmodules .hidden mod/f");
}

#[cfg(unix)]
#[test]
fn what_is_tracked_is_not_looked_for_behind_a_link() {
    let (dir, elsewhere) = (lay_out("//- .d/f\n//- e\n"), lay_out("//- f\n"));
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "."]);
    fs::remove_dir_all(dir.path().join(".d")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(".d")).unwrap();
    assert_eq!(shown(dir.path(), &WalkOptions::default()), "e");
}

#[test]
fn the_excludes_file_hides_last() {
    let dir = lay_out("//- ex\n*.swp\n*.log\n//- a.swp\n//- .gitignore\n!b.log\n//- b.log\n//- .git/HEAD\n");
    let options = WalkOptions { default_excludes: Some(dir.path().join("ex")), ..WalkOptions::default() };
    assert_eq!(shown(dir.path(), &options), "b.log ex");
}

#[cfg(unix)]
#[test]
fn links_are_entries_and_what_is_no_file_is_left_out() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = lay_out("//- a/f\n//- shut/f\n");
    symlink("..", dir.path().join("a/up")).unwrap();
    symlink("/etc", dir.path().join("etc")).unwrap();
    symlink("nowhere", dir.path().join("dead")).unwrap();
    let fifo = Command::new("mkfifo").arg(dir.path().join("fifo")).status().unwrap();
    assert!(fifo.success());
    fs::set_permissions(dir.path().join("shut"), fs::Permissions::from_mode(0o0)).unwrap();
    let walk = look(dir.path(), &WalkOptions::default());
    let seen: Vec<_> = walk.files.iter().map(|file| (file.path.to_string(), file.kind)).collect();
    let link = |path: &str| (path.to_owned(), FileKind::Symlink);
    let file = |path: &str| (path.to_owned(), FileKind::Regular);
    let readable = fs::read_dir(dir.path().join("shut")).is_ok();
    fs::set_permissions(dir.path().join("shut"), fs::Permissions::from_mode(0o700)).unwrap();
    let mut expected = vec![file("a/f"), link("a/up"), link("dead"), link("etc")];
    // Root reads everything.
    expected.extend(readable.then(|| file("shut/f")));
    assert_eq!(seen, expected);
    assert_eq!(walk.problems.len(), usize::from(!readable));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_text_are_seen() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"a\xff")), "").unwrap();
    assert_eq!(shown(dir.path(), &WalkOptions::default()), "a\\xFF");
}

#[test]
fn it_reports_progress_and_stops_when_told() {
    let dir = lay_out("//- a\n//- b/c\n//- b/d\n");
    let most = std::sync::atomic::AtomicU64::new(0);
    let on = |event| {
        if let Event::Walked { files } = event {
            most.fetch_max(files, Ordering::Relaxed);
        }
    };
    walk(dir.path(), &WalkOptions::default(), &AtomicBool::new(false), &on).unwrap();
    assert_eq!(most.into_inner(), 3);
    let stopped = walk(dir.path(), &WalkOptions::default(), &AtomicBool::new(true), &|_| {});
    assert!(matches!(stopped, Err(WalkError::Cancelled)));
    let missing = walk(&dir.path().join("none"), &WalkOptions::default(), &AtomicBool::new(false), &|_| {});
    assert!(missing.unwrap_err().hint().is_some());
}
