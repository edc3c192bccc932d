use clap::CommandFactory as _;

use crate::args::Cli;

/// Every command and group, with the words that name it.
fn all() -> Vec<(String, clap::Command)> {
    fn collect(name: String, command: &clap::Command, into: &mut Vec<(String, clap::Command)>) {
        for sub in command.get_subcommands() {
            collect(format!("{name} {}", sub.get_name()), sub, into);
        }
        into.push((name, command.clone()));
    }
    let mut root = Cli::command();
    root.build();
    let mut found = Vec::new();
    collect("drift".to_owned(), &root, &mut found);
    found
}

#[test]
fn the_definitions_hold_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_help_begins_with_a_line_without_period() {
    for (name, command) in all() {
        let about = command.get_about().unwrap_or_else(|| panic!("{name} has no help")).to_string();
        assert!(about.starts_with(char::is_uppercase) && !about.ends_with('.'), "{name}: {about}");
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let id = argument.get_id();
            assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{name} {id}: {help}");
        }
    }
}

#[test]
fn every_command_has_examples_of_itself() {
    for (name, command) in all() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples = help.strip_prefix("EXAMPLES:\n").unwrap_or_else(|| panic!("{name} has no EXAMPLES"));
        assert!(examples.contains(&name), "no example of {name} runs it");
    }
}

#[test]
fn every_example_parses() {
    use clap::Parser as _;

    for (name, command) in all() {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter_map(|line| line.trim().strip_prefix("drift ")) {
            // What follows is the shell's, not drift's.
            let line = line.split(['|', '>', '<', '#', ';']).next().unwrap_or_default();
            let words = shell_words(line);
            let parsed = Cli::try_parse_from(std::iter::once("drift".to_owned()).chain(words));
            assert!(parsed.is_ok(), "{name}: `drift {line}`: {}", parsed.unwrap_err());
        }
    }
}

/// Splits at spaces outside quotes, as far as examples need it.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (None, ' ') => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (_, other) => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
