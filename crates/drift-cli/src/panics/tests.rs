use super::guard;
use crate::error::{CommandError, ErrorCode};

#[test]
fn a_panic_becomes_an_internal_error_that_tells_what_happened() {
    let result: Result<(), CommandError> = guard(|| panic!("BUG: the {} is gone", "graph"));
    let error = result.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert!(error.causes[0].contains("BUG: the graph is gone"), "{error:?}");
    assert!(error.hint.unwrap().contains("drift --version"));
}

#[test]
fn results_pass_through() {
    assert_eq!(guard(|| Ok(7)).unwrap(), 7);
    assert_eq!(guard::<()>(|| Err(CommandError::usage("no"))).unwrap_err().code, ErrorCode::Usage);
}

#[test]
fn a_system_without_threads_is_no_bug() {
    for start in super::NO_THREAD {
        let result: Result<(), CommandError> = guard(|| panic!("{start}: os error 11"));
        let error = result.unwrap_err();
        assert_eq!(error.code, ErrorCode::Io);
        assert!(error.hint.unwrap().contains("ulimit"));
    }
}
