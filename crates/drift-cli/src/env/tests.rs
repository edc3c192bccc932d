use std::path::{Path, PathBuf};

use super::{Env, Streams, Terminal};

impl Env {
    /// Surroundings with nothing in them but `vars`.
    pub(crate) fn for_test(home: Option<&Path>, vars: &[(&str, &str)]) -> Env {
        Env {
            vars: vars.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            cwd: None,
            home: home.map(Path::to_owned),
            streams: Streams { stdout: Box::new(std::io::sink()), stderr: Box::new(std::io::sink()) },
            terminal: Terminal::default(),
            build: "test".to_owned(),
        }
    }
}

#[test]
fn the_home_of_drift() {
    let dir = tempfile::tempdir().unwrap();
    let xdg = dir.path().to_str().unwrap();
    let home = Path::new("/home/me");
    let check = |vars: &[(&str, &str)], expected: Option<PathBuf>| {
        assert_eq!(Env::for_test(Some(home), vars).drift_home(), expected, "{vars:?}");
    };
    check(&[], Some(home.join(".drift")));
    check(&[("XDG_CONFIG_HOME", xdg)], Some(home.join(".drift")));
    std::fs::create_dir(dir.path().join("drift")).unwrap();
    check(&[("XDG_CONFIG_HOME", xdg)], Some(dir.path().join("drift")));
    check(&[("XDG_CONFIG_HOME", xdg), ("DRIFT_HOME", "")], Some(dir.path().join("drift")));
    check(&[("XDG_CONFIG_HOME", xdg), ("DRIFT_HOME", xdg)], Some(dir.path().to_owned()));
    assert_eq!(Env::for_test(None, &[]).drift_home(), None);
}

#[test]
fn the_clock_can_be_fixed() {
    let now = Env::for_test(None, &[("DRIFT_TEST_NOW", "2026-11-22T20:15:30Z")]).now().unwrap();
    assert_eq!(now.to_string(), "2026-11-22T20:15:30Z");
    assert!(Env::for_test(None, &[("DRIFT_TEST_NOW", "noon")]).now().is_err());
    assert!(Env::for_test(None, &[]).now().unwrap().as_second() > 1_700_000_000);
}

#[cfg(unix)]
#[test]
fn variables_that_are_not_text_are_left_out() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut env = Env::for_test(None, &[("DRIFT_A__B", "1")]);
    env.vars.insert("DRIFT_ODD".into(), std::ffi::OsStr::from_bytes(b"\xff").into());
    assert_eq!(env.text_vars().into_iter().collect::<Vec<_>>(), [("DRIFT_A__B".to_owned(), "1".to_owned())]);
}
