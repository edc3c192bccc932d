use super::{Tone, styled, tame, tame_lines};

#[test]
fn what_steers_the_terminal_is_spelled_out() {
    let check = |given: &str, single: &str, lines: &str| {
        assert_eq!((tame(given).as_ref(), tame_lines(given).as_ref()), (single, lines), "{given:?}");
    };
    check("", "", "");
    check("plain ünïcode\t", "plain ünïcode\t", "plain ünïcode\t");
    check("two\nlines", "two\\x0Alines", "two\nlines");
    check("\x1b[2Jgone", "\\x1B[2Jgone", "\\x1B[2Jgone");
    check("\x1b]0;title\x07", "\\x1B]0;title\\x07", "\\x1B]0;title\\x07");
    check("\r\u{9b}A\u{7f}", "\\x0D\\x9BA\\x7F", "\\x0D\\x9BA\\x7F");
    check("\x1b[1;31", "\\x1B[1;31", "\\x1B[1;31");
}

#[test]
fn our_own_styles_stay() {
    let line = format!("{} plain\n", styled(Tone::Error, "red"));
    assert_eq!(tame_lines(&line), line);
}
