use std::ffi::OsString;
use std::time::Duration;

use clap::Parser as _;

use super::{Cli, Format, Setting, hoist_config, parse_wait, prepare};
use crate::ops::Wait;

fn words(line: &str) -> Vec<OsString> {
    line.split(' ').map(OsString::from).collect()
}

fn parse(line: &str) -> Cli {
    Cli::try_parse_from(prepare(words(line))).unwrap()
}

#[test]
fn config_moves_to_the_front_in_its_order() {
    let check =
        |given: &str, expected: &str| assert_eq!(hoist_config(words(given)), words(expected), "{given}");
    check("drift man --config a=1 x", "drift --config a=1 man x");
    check("drift --config a=1 man --config=b=2", "drift --config a=1 --config=b=2 man");
    check("drift man -- --config a=1", "drift man -- --config a=1");
    check("drift man --configs", "drift man --configs");
    check("drift man --config", "drift man --config");
    assert!(hoist_config(Vec::new()).is_empty());
}

#[test]
fn help_is_a_command_too() {
    let check = |given: &str, expected: &str| assert_eq!(prepare(words(given)), words(expected), "{given}");
    check("drift help", "drift --help");
    check("drift help workspace size", "drift workspace size --help");
    check("drift workspace help size", "drift workspace size --help");
    check("drift workspace help", "drift workspace --help");
    check("drift man help", "drift man help");
    check("drift nonsense help", "drift nonsense help");
    check("help", "help");
}

#[test]
fn every_setting_counts_wherever_it_stands() {
    let settings = parse("drift --config a=1 man --config b=x=y --config a=2").global.config;
    let expected = [("a", "1"), ("b", "x=y"), ("a", "2")];
    let expected = expected.map(|(key, value)| Setting { key: key.to_owned(), value: value.to_owned() });
    assert_eq!(settings, expected);
}

#[test]
fn flags_stand_before_or_after_the_command() {
    for line in ["drift -y --strict-config --wait=2 man", "drift man -y --strict-config --wait=2"] {
        let global = parse(line).global;
        assert!(global.yes && global.strict_config, "{line}");
        assert_eq!(global.wait(), Wait::For(Duration::from_secs(2)), "{line}");
    }
    assert_eq!(parse("drift man").global.wait(), Wait::No);
    assert_eq!(parse("drift --wait man").global.wait(), Wait::Forever);
    assert_eq!(parse("drift -vvv man").global.verbose, 3);
    assert_eq!(parse("drift man --json").global.format(), Format::Json);
    assert_eq!(parse("drift --format dot man").global.format(), Format::Dot);
}

#[test]
fn waits_are_seconds() {
    let check = |text: &str, expected: Option<Wait>| assert_eq!(parse_wait(text).ok(), expected, "{text}");
    check("0", Some(Wait::For(Duration::ZERO)));
    check("1.5", Some(Wait::For(Duration::from_millis(1500))));
    for refused in ["", "-1", "nan", "inf", "1e300", "5s"] {
        check(refused, None);
    }
}
