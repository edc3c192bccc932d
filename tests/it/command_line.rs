//! Global flags: where they may stand, what they take.

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn c_acts_as_if_started_there() {
    let env = TestEnv::with_tree("//- sub/deep/file\n");
    env.run(["-C", "sub", "man", "--dir", "one"]).success();
    env.run(["man", "--dir", "two", "-C", "sub/deep"]).success();
    env.run_in("sub", ["-C", "..", "man", "--dir", "three"]).success();
    env.run(
        [env.path("sub").as_os_str(), "-C".as_ref()]
            .into_iter()
            .rev()
            .chain(["man", "--dir", "four"].map(AsRef::as_ref)),
    )
    .success();
    for page in ["sub/one", "sub/deep/two", "three", "sub/four"] {
        assert!(env.path(page).join("drift.1").is_file(), "{page}");
    }
}

#[test]
fn c_must_be_a_directory() {
    let env = TestEnv::with_tree("//- file\n");
    assert_snapshot!(env.run(["-C", "nowhere", "man"]), @"
    exit 2
    --- stderr
    error: cannot use [ROOT]/nowhere as the current directory
    caused by: [OS ERROR]
    hint: name a directory that is there and that you may enter
    ");
    assert_snapshot!(env.run(["-C", "file", "man"]), @"
    exit 2
    --- stderr
    error: cannot use [ROOT]/file as the current directory
    caused by: not a directory
    hint: name a directory that is there and that you may enter
    ");
}

#[cfg(unix)]
#[test]
fn a_vanished_current_directory_is_told_unless_c_names_another() {
    let env = TestEnv::new();
    let run = |rest: &str| {
        let script = format!("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" man {rest}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).arg(env!("CARGO_BIN_EXE_drift"));
        command.current_dir(env.path("")).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        env.outcome(command.output().unwrap())
    };
    assert_snapshot!(run(""), @"
    exit 1
    --- stderr
    error: the current directory no longer exists or cannot be read
    hint: change to another directory, or name one with `-C DIR`
    ");
    run("-C /").success();
}

#[test]
fn wait_takes_seconds_only_after_an_equals_sign() {
    let env = TestEnv::new();
    for flags in [&["--wait"][..], &["--wait=5"], &["--wait=0.5"], &["--wait=0"]] {
        env.run(flags.iter().chain(&["man"])).success();
        env.run(["man"].iter().chain(flags)).success();
    }
    assert_snapshot!(env.run(["--wait=-1", "man"]), @"
    exit 2
    --- stderr
    error: invalid value '-1' for '--wait[=<S>]': not a number of seconds
    hint: see `drift man --help`
    ");
    assert_snapshot!(env.run(["--wait=soon", "man"]), @"
    exit 2
    --- stderr
    error: invalid value 'soon' for '--wait[=<S>]': not a number of seconds
    hint: see `drift man --help`
    ");
    // A separate word is the command, not the seconds.
    assert_eq!(env.run(["--wait", "5"]).code, Some(2));
}

#[test]
fn config_takes_key_and_value() {
    let env = TestEnv::new();
    env.run(["--config", "a.b=1", "man", "--config=c=x=y"]).success();
    assert_snapshot!(env.run(["man", "--config", "novalue"]), @"
    exit 2
    --- stderr
    error: invalid value 'novalue' for '--config <KEY=VALUE>': expected KEY=VALUE
    hint: see `drift man --help`
    ");
}

#[cfg(unix)]
#[test]
fn arguments_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let odd = OsStr::from_bytes(b"odd\xff");
    let env = TestEnv::new();
    assert_snapshot!(env.run([OsStr::new("-C"), odd, OsStr::new("man")]), @r"
    exit 2
    --- stderr
    error: cannot use [ROOT]/odd\xFF as the current directory
    caused by: [OS ERROR]
    hint: name a directory that is there and that you may enter
    ");
    assert_snapshot!(env.run([OsStr::new("man"), odd]), @"
    exit 2
    --- stderr
    error: invalid UTF-8 was detected in one or more arguments
    hint: usage: drift man [OPTIONS] [COMMAND]...
    ");
    assert_snapshot!(env.run([odd, OsStr::new("--json")]), @r#"
    exit 2
    --- stdout
    {"schema":"drift.error/v1","ok":false,"error":{"code":"usage","message":"unrecognized subcommand 'odd�'","hint":"usage: drift [OPTIONS] <COMMAND>","causes":[]},"warnings":[]}
    "#);
    // Some file systems take only UTF-8.
    if std::fs::write(env.path(odd), "").is_ok() {
        std::fs::remove_file(env.path(odd)).unwrap();
        let pages = env.run([OsStr::new("man"), OsStr::new("--json"), OsStr::new("--dir"), odd]).success();
        assert!(pages.json()["dir"].as_str().unwrap().ends_with("/odd\\xFF"), "{pages}");
        assert!(env.path(odd).join("drift.1").is_file());
    }
}

#[test]
fn version_names_what_is_built_in() {
    let env = TestEnv::new();
    let text = env.run(["--version"]).success().stdout;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("drift {}", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with("SQLite 3."), "{text}");
    assert!(lines[2].starts_with("schema of drift.db "), "{text}");
    assert_eq!(env.run(["-V"]).stdout, text);
}
