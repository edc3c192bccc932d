use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{Holder, LockName, LockRequest, holder, lock_exclusive, lock_shared};
use crate::error::DbError;
use crate::paths::WorkspacePaths;

fn workspace() -> (tempfile::TempDir, WorkspacePaths) {
    let temp = tempfile::tempdir().unwrap();
    let paths = WorkspacePaths::new(crate::root::canonical(temp.path()).unwrap());
    fs_err::create_dir(paths.drift_dir()).unwrap();
    (temp, paths)
}

fn request(command: &str) -> LockRequest<'static> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    let holder = Holder { pid: 7, command: command.into(), since: "2026-11-22T20:00:00Z".into() };
    LockRequest { holder, wait: Duration::ZERO, interrupt: &NEVER }
}

#[test]
fn a_busy_lock_names_its_holder_and_is_free_again_after_it() {
    let (_temp, paths) = workspace();
    let held = lock_exclusive(&paths, LockName::Writer, &request("drift workspace scan")).unwrap();
    let refused = lock_exclusive(&paths, LockName::Writer, &request("other")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "writer.lock is locked by `drift workspace scan` (process 7) since 2026-11-22T20:00:00Z"
    );
    assert_eq!(holder(&paths, LockName::Writer).map(|holder| holder.pid), Some(7));
    drop(held);
    assert_eq!(holder(&paths, LockName::Writer), None);
    lock_exclusive(&paths, LockName::Writer, &request("other")).unwrap();
}

#[test]
fn shared_holds_exclude_only_exclusive_ones() {
    let (_temp, paths) = workspace();
    let first = lock_shared(&paths, LockName::Workspace, &request("a")).unwrap();
    let second = lock_shared(&paths, LockName::Workspace, &request("b")).unwrap();
    assert!(first.is_held() && second.is_held());
    let refused = lock_exclusive(&paths, LockName::Workspace, &request("c")).unwrap_err();
    assert!(matches!(refused, DbError::Locked { holder: None, .. }));
    drop((first, second));
    lock_exclusive(&paths, LockName::Workspace, &request("c")).unwrap();
}

#[test]
fn waiting_takes_the_lock_when_it_becomes_free() {
    let (_temp, paths) = workspace();
    let held = lock_exclusive(&paths, LockName::Writer, &request("a")).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let patient = LockRequest { wait: Duration::from_secs(20), ..request("b") };
            lock_exclusive(&paths, LockName::Writer, &patient).map(drop)
        });
        std::thread::sleep(Duration::from_millis(30));
        drop(held);
        waiting.join().unwrap().unwrap();
    });
}

#[test]
fn details_left_by_a_killed_process_name_nobody() {
    let (_temp, paths) = workspace();
    let held = lock_exclusive(&paths, LockName::Writer, &request("a")).unwrap();
    let details = paths.drift_dir().join("writer.lock.json");
    let text = fs_err::read(&details).unwrap();
    drop(held);
    fs_err::write(&details, text).unwrap();
    assert_eq!(holder(&paths, LockName::Writer), None);
}

#[cfg(unix)]
#[test]
fn what_is_planted_beside_a_lock_is_neither_followed_nor_waited_for() {
    let (temp, paths) = workspace();
    let elsewhere = temp.path().join("elsewhere");
    let details = Holder { pid: 8, command: "planted".into(), since: String::new() };
    fs_err::write(&elsewhere, serde_json::to_vec(&details).unwrap()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, paths.drift_dir().join("workspace.lock.json")).unwrap();
    let _held = lock_shared(&paths, LockName::Workspace, &request("a")).unwrap();
    let refused = lock_exclusive(&paths, LockName::Workspace, &request("b")).unwrap_err();
    assert!(matches!(refused, DbError::Locked { holder: None, .. }), "{refused}");

    let made = std::process::Command::new("mkfifo").arg(paths.lock(LockName::Writer)).status().unwrap();
    assert!(made.success());
    assert_eq!(holder(&paths, LockName::Writer), None);
}
