use std::path::{Path, PathBuf};

use super::resolve_place;
use crate::args::GlobalArgs;
use crate::env::Env;
use crate::error::ErrorCode;

fn flags(directory: Option<&Path>, root: Option<&str>) -> GlobalArgs {
    let root = root.map(PathBuf::from);
    GlobalArgs { directory: directory.map(Path::to_owned), root, ..GlobalArgs::default() }
}

#[test]
fn a_relative_root_is_seen_from_the_directory_named_by_c() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    let place = |root: Option<&str>, vars: &[(&str, &str)]| {
        resolve_place(&flags(Some(&dir), root), &Env::for_test(None, vars)).unwrap()
    };
    assert_eq!(place(None, &[]).cwd, dir);
    assert_eq!(place(None, &[]).root, None);
    assert_eq!(place(None, &[("DRIFT_ROOT", "")]).root, None);
    assert_eq!(place(Some("sub"), &[]).root, Some(dir.join("sub")));
    assert_eq!(place(None, &[("DRIFT_ROOT", "sub")]).root, Some(dir.join("sub")));
    assert_eq!(place(Some("flag"), &[("DRIFT_ROOT", "var")]).root, Some(dir.join("flag")));
    let elsewhere = dir.join("elsewhere");
    assert_eq!(place(elsewhere.to_str(), &[]).root, Some(elsewhere));
}

#[test]
fn a_directory_that_is_none_is_a_usage_error() {
    let dir = tempfile::tempdir().unwrap();
    let check = |flags: &GlobalArgs, code| {
        assert_eq!(resolve_place(flags, &Env::for_test(None, &[])).unwrap_err().code, code, "{flags:?}");
    };
    check(&flags(Some(&dir.path().join("none")), None), ErrorCode::Usage);
    // The test environment has no current directory.
    check(&flags(Some(Path::new("relative")), None), ErrorCode::Io);
    check(&flags(None, Some("root")), ErrorCode::Io);
}
