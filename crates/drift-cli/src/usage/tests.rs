use super::{explain, long_help, see_help};

fn check(rendered: &str, message: &str, hint: &str) {
    let error = explain(rendered);
    assert_eq!((error.message.as_str(), error.hint.as_deref()), (message, Some(hint)));
}

#[test]
fn what_the_parser_renders_becomes_message_and_hint() {
    check(
        "error: unexpected argument '--x' found\n\n  tip: a similar argument exists: '--y'\n\n\
         Usage: drift man [OPTIONS]\n\nFor more information, try '--help'.\n",
        "unexpected argument '--x' found",
        "a similar argument exists: '--y'",
    );
    check(
        "error: the following required arguments were not provided:\n  <A>\n  <B>\n\n\
         Usage: drift man <A> <B>\n\nFor more information, try '--help'.\n",
        "the following required arguments were not provided: <A> <B>",
        "usage: drift man <A> <B>",
    );
    check(
        "error: invalid value 'q' for '--format <FORMAT>'\n  [possible values: text, json]\n\n\
         For more information, try '--help'.\n",
        "invalid value 'q' for '--format <FORMAT>' [possible values: text, json]",
        "see `drift --help`",
    );
    check("", "", "see `drift --help`");
}

#[test]
fn the_long_help_tells_the_exit_codes() {
    let text = long_help("EXAMPLES:\n  drift man");
    assert!(text.starts_with(
        "EXAMPLES:\n  drift man\n\nEXIT CODES:\n  0    done\n  1    failed (io, no_space, internal)"
    ));
    assert!(text.ends_with("\n  130  interrupted (interrupted)"), "{text}");
}

#[test]
fn the_help_of_the_command_at_hand_is_named() {
    let check = |usage, expected: &str| assert_eq!(see_help(usage), expected);
    check(Some("drift workspace [OPTIONS] <COMMAND>"), "see `drift workspace --help`");
    check(Some("drift man <A>"), "see `drift man --help`");
    check(Some("drift workspace --json <COMMAND>"), "see `drift workspace --help`");
    check(None, "see `drift --help`");
}
