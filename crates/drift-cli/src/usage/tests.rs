use super::{command_of, explain, long_help};

fn check(rendered: &str, message: &str, hint: &str) {
    let error = explain(rendered, "drift man");
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
        "see `drift man --help`",
    );
    check("", "", "see `drift man --help`");
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
fn the_command_is_found_among_the_flags() {
    let check = |line: &str, expected: &str| {
        assert_eq!(command_of(&line.split(' ').map(Into::into).collect::<Vec<_>>()), expected, "{line}");
    };
    check("drift", "drift");
    check("drift --json workspace -C dir migrate --to 0", "drift workspace migrate");
    check("drift workspace backup nope", "drift workspace backup");
}
