//! How errors look, and that they hint at what to do next.

use insta::assert_snapshot;

use crate::env::TestEnv;

#[test]
fn an_unknown_command_suggests_the_near_one() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["completion", "bash"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'completion'
    hint: a similar subcommand exists: 'completions'
    ");
    assert_snapshot!(env.run(["frobnicate"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'frobnicate'
    hint: usage: drift [OPTIONS] <COMMAND>
    ");
}

#[test]
fn a_command_of_a_group_is_found_without_its_group() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["context"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'context'
    hint: did you mean `drift workspace context`?
    ");
    assert_snapshot!(env.run(["statu"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'statu'
    hint: did you mean `drift workspace status`?
    ");
    assert_snapshot!(env.run(["workspace", "list"]), @"
    exit 2
    --- stderr
    error: unrecognized subcommand 'list'
    hint: did you mean `drift workspace backup list` or `drift project list`?
    ");
}

#[test]
fn an_unknown_flag_or_value_suggests_the_near_one() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["man", "--drI", "x"]), @"
    exit 2
    --- stderr
    error: unexpected argument '--drI' found
    hint: to pass '--drI' as a value, use '-- --drI'
    ");
    assert_snapshot!(env.run(["--format", "jsno", "man"]), @"
    exit 2
    --- stderr
    error: invalid value 'jsno' for '--format <FORMAT>' [possible values: text, json]
    hint: a similar value exists: 'json'
    ");
    assert_snapshot!(env.run(["completions", "bash", "--format", "dot"]), @"
    exit 2
    --- stderr
    error: this command does not print `--format dot`
    hint: it knows text, json
    ");
}

#[test]
fn what_is_missing_is_named() {
    let env = TestEnv::new();
    assert_snapshot!(env.run(["completions"]), @"
    exit 2
    --- stderr
    error: the following required arguments were not provided: <SHELL>
    hint: usage: drift completions <SHELL>
    ");
    for (args, hint) in [(&[][..], "drift"), (&["workspace"], "drift workspace")] {
        let bare = env.run(args);
        assert_eq!((bare.code, bare.stdout.as_str()), (Some(2), ""));
        assert!(bare.stderr.contains("Usage: drift"), "{bare}");
        assert!(
            bare.stderr.ends_with(&format!("error: no command given\nhint: see `{hint} --help`\n")),
            "{bare}"
        );
    }
}

#[test]
fn an_error_tells_its_causes() {
    let env = TestEnv::with_tree("//- file\n");
    assert_snapshot!(env.run(["man", "--dir", "file/below"]), @"
    exit 1
    --- stderr
    error: failed to create directory `[ROOT]/file/below`: [OS ERROR]
    ");
}

#[test]
fn a_test_clock_that_is_none_is_refused() {
    let mut env = TestEnv::new();
    env.set("DRIFT_TEST_NOW", "yesterday");
    assert_snapshot!(env.run(["man"]), @"
    exit 2
    --- stderr
    error: DRIFT_TEST_NOW is not an RFC 3339 time
    hint: for example DRIFT_TEST_NOW=[TIME]
    ");
}
