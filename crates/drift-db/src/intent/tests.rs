use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{Intent, IntentDatabase, Operation, clear, read};
use crate::error::DbError;
use crate::lock::{Holder, LockName, LockRequest, lock_exclusive};
use crate::paths::WorkspacePaths;

fn workspace() -> (tempfile::TempDir, WorkspacePaths) {
    let temp = tempfile::tempdir().unwrap();
    let paths = WorkspacePaths::new(crate::root::canonical(temp.path()).unwrap());
    crate::durable::private_dir(&paths.drift_dir()).unwrap();
    (temp, paths)
}

fn intent() -> Intent {
    let mut intent = Intent::new(Operation::Restore, "20261122T201530Z-7f3a");
    intent.workspaces = vec!["0123456789abcdef".into()];
    intent.safety = Some("20261122T201530Z-0001".into());
    intent.databases = vec![IntentDatabase { name: "drift".into(), blake3: "0".repeat(64) }];
    intent
}

#[test]
fn an_intent_comes_back_as_it_was_written() {
    let (_temp, paths) = workspace();
    let holder = Holder { pid: 1, command: "test".into(), since: String::new() };
    let request = LockRequest { holder, wait: Duration::ZERO, interrupt: &AtomicBool::new(false) };
    let lock = lock_exclusive(&paths, LockName::Workspace, &request).unwrap();
    assert_eq!(read(&paths).unwrap(), None);
    intent().write(&paths, &lock).unwrap();
    assert_eq!(read(&paths).unwrap(), Some(intent()));
    clear(&paths, &lock).unwrap();
    assert_eq!(read(&paths).unwrap(), None);
    clear(&paths, &lock).unwrap();
}

/// `change` is applied to the text of a good intent, which must then be refused.
fn refused(change: impl FnOnce(String) -> String) {
    let (_temp, paths) = workspace();
    let text = change(serde_json::to_string(&intent()).unwrap());
    fs_err::write(paths.intent(), &text).unwrap();
    let found = read(&paths);
    assert!(matches!(found, Err(DbError::Untrusted { .. })), "{text}: {found:?}");
    assert_eq!(fs_err::read_to_string(paths.intent()).unwrap(), text, "nothing changes");
}

#[test]
fn anything_unknown_is_refused() {
    refused(|text| text.replace("\"restore\"", "\"format_disk\""));
    refused(|text| text.replace("\"format\":1", "\"format\":2"));
    refused(|text| text.replacen('{', "{\"path\":\"/etc/passwd\",", 1));
    refused(|text| text.replace("\"drift\"", "\"registry\""));
    refused(|text| text.replace(&"0".repeat(64), "0"));
    refused(|_| String::new());
    refused(|_| "x".repeat(100_000));
}

#[test]
fn ids_that_are_paths_are_refused() {
    for id in ["../../x", "/etc", "", ".", "..", "a/b", "a\\\\b", "C:x", "a\\u0000", "ä"] {
        refused(|text| text.replace("20261122T201530Z-7f3a", id));
        refused(|text| text.replace("20261122T201530Z-0001", id));
        refused(|text| text.replace("0123456789abcdef", &format!("g{id}")));
    }
}
