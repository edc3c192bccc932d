//! The first signal stops drift cleanly, the second at once. A page that is a named pipe holds drift still.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command};

use crate::env::TestEnv;

fn start(env: &TestEnv) -> (Child, BufReader<ChildStderr>) {
    std::fs::create_dir(env.path("pages")).unwrap();
    assert!(Command::new("mkfifo").arg(env.path("pages/drift.1")).status().unwrap().success());
    let mut child = env.command(["-vv", "man", "--json", "--dir", "pages"]).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, "writing drift.1");
    (child, stderr)
}

fn wait_for(stderr: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "drift ended before it said {text:?}");
    }
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn the_first_signal_ends_it_with_interrupted() {
    for name in ["INT", "TERM", "HUP"] {
        let env = TestEnv::new();
        let (child, mut stderr) = start(&env);
        signal(&child, name);
        wait_for(&mut stderr, "asked to stop");
        let mut page = String::new();
        std::fs::File::open(env.path("pages/drift.1")).unwrap().read_to_string(&mut page).unwrap();
        let outcome = env.outcome(child.wait_with_output().unwrap());
        assert_eq!(outcome.code, Some(130), "{name}: {outcome}");
        assert_eq!(outcome.json()["error"]["code"], "interrupted");
    }
}

#[test]
fn the_second_signal_ends_it_at_once() {
    let env = TestEnv::new();
    let (child, mut stderr) = start(&env);
    signal(&child, "INT");
    wait_for(&mut stderr, "asked to stop");
    signal(&child, "INT");
    let outcome = env.outcome(child.wait_with_output().unwrap());
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(130), ""), "{outcome}");
}
