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

#[test]
fn every_document_has_a_name_of_its_own() {
    let mut seen = std::collections::BTreeMap::new();
    for (name, file) in document_names() {
        let (path, version) = name.split_once("/v").unwrap_or_else(|| panic!("{name} has no version"));
        let plain =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || "-_".contains(c));
        assert!(path.starts_with("drift.") && path.split('.').all(plain), "{name}");
        assert!(version.parse::<u32>().is_ok(), "{name}");
        if let Some(other) = seen.insert(name.clone(), file.clone()) {
            panic!("{name} is in {} and in {}", other.display(), file.display());
        }
    }
    assert!(seen.contains_key("drift.workspace.init/v1"), "{seen:?}");
}

/// What the sources call their documents, and where.
pub(super) fn document_names() -> Vec<(String, std::path::PathBuf)> {
    let mut found = Vec::new();
    for file in rust_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines() {
            let name = line.trim_start().trim_start_matches("pub(crate) ");
            let name = name.strip_prefix("const SCHEMA: &'static str = \"");
            found.extend(name.map(|name| (name.trim_end_matches("\";").to_owned(), file.clone())));
        }
    }
    found
}

/// The sources of this crate, without tests.
pub(crate) fn rust_files() -> Vec<std::path::PathBuf> {
    rust_files_in(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

fn rust_files_in(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}
