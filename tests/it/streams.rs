//! The standard streams: closed, full, coloured or not.

use crate::env::TestEnv;

#[test]
fn a_closed_pipe_is_no_error() {
    let env = TestEnv::new();
    for args in [&["completions", "bash"][..], &["completions", "bash", "--json"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = env.command(args).stdout(writer).output().unwrap();
        let outcome = env.outcome(output);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{args:?}: {outcome}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let env = TestEnv::new();
    let run = |args: &[&str]| {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        env.outcome(env.command(args).stdout(full).output().unwrap())
    };
    insta::assert_snapshot!(run(&["man"]), @"
    exit 1
    --- stderr
    error: cannot write the result to stdout
    caused by: [OS ERROR]
    ");
    insta::assert_snapshot!(run(&["man", "--json"]), @"
    exit 1
    --- stderr
    error: cannot write the result to stdout
    caused by: [OS ERROR]
    ");
}

#[cfg(unix)]
#[test]
fn a_file_size_limit_is_a_full_disk_and_no_death() {
    let env = TestEnv::new();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ulimit -f 0; exec \"$0\" man --dir pages"]).arg(env!("CARGO_BIN_EXE_drift"));
    command.current_dir(env.path("")).env_clear().stdin(std::process::Stdio::null());
    insta::assert_snapshot!(env.outcome(command.output().unwrap()), @"
    exit 1
    --- stderr
    error: failed to write to file `[ROOT]/pages/drift.1`: [OS ERROR]
    ");
}

#[test]
fn colour_follows_the_flag_then_the_variables() {
    let check = |vars: &[(&str, &str)], flags: &[&str], coloured: bool| {
        let mut env = TestEnv::new();
        for (name, value) in vars {
            env.set(name, value);
        }
        let outcome = env.run(flags.iter().chain(&["frobnicate"]));
        assert_eq!(outcome.stderr.contains("\x1b["), coloured, "{vars:?} {flags:?}: {outcome}");
        let help = env.run(flags.iter().chain(&["--help"]));
        assert_eq!(help.stdout.contains("\x1b["), coloured, "{vars:?} {flags:?}: {help}");
    };
    check(&[], &[], false);
    check(&[], &["--color", "always"], true);
    check(&[("NO_COLOR", "1")], &["--color=always"], true);
    check(&[("CLICOLOR_FORCE", "1")], &[], true);
    check(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false);
    check(&[("CLICOLOR_FORCE", "1")], &["--color=never"], false);
    check(&[("CLICOLOR_FORCE", "0")], &[], false);
}

#[test]
fn logs_go_to_stderr_and_only_if_asked_for() {
    let env = TestEnv::new();
    assert_eq!(env.run(["man"]).success().stderr, "");
    let verbose = env.run(["-vv", "man", "--json"]).success();
    verbose.json();
    assert!(verbose.stderr.contains("signals are handled"), "{verbose}");
    let mut env = TestEnv::new();
    env.set("DRIFT_LOG", "drift_cli=debug");
    assert!(env.run(["man"]).success().stderr.contains("signals are handled"));
    env.set("DRIFT_LOG", "drift_cli=info");
    assert_eq!(env.run(["-vv", "man"]).success().stderr, "");
}
