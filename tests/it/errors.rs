//! How errors look, and that they hint at what to do next.

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn an_unknown_command_suggests_the_near_one() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["completion", "bash"]), @"");
    assert_snapshot!(env.run(["frobnicate"]), @"");
}

#[test]
fn an_unknown_flag_or_value_suggests_the_near_one() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["man", "--drI", "x"]), @"");
    assert_snapshot!(env.run(["--format", "jsno", "man"]), @"");
    assert_snapshot!(env.run(["man", "--format", "dot"]), @"");
}

#[test]
fn what_is_missing_is_named() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["completions"]), @"");
    let bare = env.run::<&str>([]);
    assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""));
    assert!(bare.stderr.contains("Usage: drift"), "{bare}");
    assert!(
        bare.stderr.ends_with("error: no command given\nhint: name one of the commands of `drift --help`\n")
    );
}

#[test]
fn an_error_tells_its_causes() {
    let env = TestEnv::with_tree("//- file\n");
    assert_snapshot!(env.run(["man", "--dir", "file/below"]), @"");
}

#[test]
fn a_test_clock_that_is_none_is_refused() {
    let mut env = TestEnv::new();
    env.set("DRIFT_TEST_NOW", "yesterday");
    assert_snapshot!(env.run(["man"]), @"");
}
