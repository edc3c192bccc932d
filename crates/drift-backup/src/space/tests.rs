use super::require;
use crate::error::BackupError;

#[test]
fn what_does_not_fit_is_told_with_numbers() {
    let dir = tempfile::tempdir().unwrap();
    require(dir.path(), 1).unwrap();
    match require(dir.path(), u64::MAX / 4) {
        Err(BackupError::NoSpace { needed, available, .. }) => assert!(needed > available),
        // Where the system does not tell, the disk does.
        other => assert!(cfg!(not(unix)) && other.is_ok()),
    }
}
