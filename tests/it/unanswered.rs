//! A system that cannot tell: a failed look at a file is an error of its own kind, never "there is none", "it is
//! damaged" or "somebody holds the lock".

#![cfg(target_os = "linux")]

use std::process::Command;

use crate::env::TestEnv;

/// The files that every command looks at before it knows what to do.
const LOOKED_AT: [&str; 6] = [
    ".drift",
    ".drift/workspace.lock",
    ".drift/writer.lock",
    ".drift/drift.db",
    ".drift/cortex.db",
    ".drift/intent.json",
];

/// Runs `arguments` with each `number`th call of `call` failing as `fault` says, by strace; the document it prints, and
/// whether any call was made to fail.
fn struck(
    env: &TestEnv,
    arguments: &[&str],
    paths: &[&str],
    call: &str,
    fault: &str,
) -> (serde_json::Value, bool) {
    let log = env.home().join("strace.log");
    let drift = env.command(["workspace"].iter().chain(arguments).chain(&["--json"]));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log);
    for path in paths {
        strace.arg("-P").arg(env.path(path));
    }
    strace.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}")]);
    strace.arg(drift.get_program()).args(drift.get_args()).current_dir(env.path("")).env_clear();
    strace.envs(drift.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = strace.output().unwrap();
    let document = serde_json::from_slice(&output.stdout).unwrap();
    (document, std::fs::read_to_string(&log).unwrap().contains("INJECTED"))
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn traces() -> bool {
    let traces = Command::new("strace").args(["-qq", "-e", "trace=none", "true"]).status();
    let traces = traces.is_ok_and(|status| status.success());
    if !traces {
        eprintln!("skipped: strace is not installed, or may not trace here");
    }
    traces
}

fn fresh() -> TestEnv {
    let env = TestEnv::with_tree("//- package.json\n{ \"name\": \"a\" }\n");
    env.run(["workspace", "init"]).success();
    env
}

#[test]
fn a_look_that_fails_claims_neither_absence_nor_damage_nor_a_lock() {
    if !traces() {
        return;
    }
    let env = fresh();
    for verb in ["status", "scan"] {
        let mut looks = 0;
        for number in 1..60 {
            let fault = format!("error=EIO:when={number}");
            let (document, is_struck) = struck(&env, &[verb], &LOOKED_AT, "statx", &fault);
            if !is_struck {
                break;
            }
            looks += 1;
            if document["ok"] == false {
                assert_eq!(document["error"]["code"], "io", "{verb}, look {number}: {document}");
            }
        }
        assert!(looks > 5, "{verb}: {looks}");
    }
}

#[test]
fn a_system_without_threads_is_an_error_of_its_own() {
    if !traces() {
        return;
    }
    let env = fresh();
    for arguments in [&["scan"][..], &["verify"], &["check"], &["restore", "--yes"]] {
        for when in ["when=1", "when=2", "when=1+"] {
            let (document, _) = struck(&env, arguments, &[], "clone,clone3", &format!("error=EAGAIN:{when}"));
            assert_ne!(document["error"]["code"], "internal", "{arguments:?} {when}: {document}");
        }
    }
    env.run(["workspace", "verify"]).success();
}
