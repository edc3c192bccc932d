use std::ffi::OsString;

use super::scan_flags;
use crate::args::{Color, Format};

fn check(line: &str, format: Format, color: Color) {
    let args: Vec<_> = line.split(' ').map(OsString::from).collect();
    let found = scan_flags(&args);
    assert_eq!((found.format(), found.color), (format, color), "{line}");
}

#[test]
fn form_and_colour_are_found_in_any_command_line() {
    check("drift", Format::Text, Color::Auto);
    check("drift nonsense --json", Format::Json, Color::Auto);
    check("drift --format json nonsense", Format::Json, Color::Auto);
    check("drift --format=json --nonsense", Format::Json, Color::Auto);
    check("drift --format text nonsense", Format::Text, Color::Auto);
    check("drift --color always", Format::Text, Color::Always);
    check("drift --color=never --json", Format::Json, Color::Never);
    check("drift --color --json", Format::Json, Color::Auto);
    check("drift -- --json", Format::Text, Color::Auto);
    check("drift --format", Format::Text, Color::Auto);
}
