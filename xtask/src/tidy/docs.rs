//! What the documents promise about the code, held against the code.
//!
//! `docs/architecture.md` has a section per crate, opened by `### drift-db` or the like. In it, a sentence that starts
//! with "Knows nothing about" names words in backticks: code of that crate, tests aside, must not contain them.

use super::Violation;
use super::quiet::find_words;
use super::tree::{File, Tree};
use crate::ci::TEST_COMMAND;

const MAP: &str = "docs/architecture.md";
const ABSENCE: &str = "Knows nothing about";
/// Both tell a newcomer how to run the tests.
const TEST_COMMAND_HOLDERS: &[&str] = &["README.md", ".ci/run"];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for path in TEST_COMMAND_HOLDERS {
        let has_command =
            tree.get(path).is_some_and(|file| file.text.lines().any(|line| line == TEST_COMMAND));
        if !has_command {
            violations.push(Violation::error(
                path,
                0,
                format!("no line `{TEST_COMMAND}`"),
                "the README, CI and xtask must run the same tests",
                "write the command on a line of its own",
            ));
        }
    }
    if let Some(map) = tree.get(MAP) {
        check_map(tree, map, &mut violations);
    }
    violations
}

fn check_map(tree: &Tree, map: &File, violations: &mut Vec<Violation>) {
    let sections = sections(map);
    for manifest in tree.members() {
        let member = manifest.member();
        let Some(section) = sections.iter().find(|section| section.member == member) else {
            let what = format!("no section `### {member}`");
            let why = "a crate that is not on the map is found by accident";
            violations.push(Violation::error(MAP, 0, what, why, "write one paragraph: what it owns"));
            continue;
        };
        if section.absences.is_empty() {
            let what = format!("the section of {member} names nothing that it must not know");
            let why = "what a crate does not know is what keeps it replaceable";
            let fix = format!("add a sentence `{ABSENCE} …` with words of code in backticks");
            violations.push(Violation::error(MAP, section.line, what, why, fix));
        }
    }
    for section in &sections {
        for (file, rust) in tree.rust().filter(|(file, _)| file.member() == section.member && !file.is_test())
        {
            let code = rust.code();
            for word in &section.absences {
                for offset in find_words(&code, word) {
                    let what = format!("{} knows about `{word}`", section.member);
                    let why = "docs/architecture.md promises that it does not";
                    let fix = "move the code, or change the map on purpose";
                    violations.push(Violation::error(&file.path, file.line_at(offset), what, why, fix));
                }
            }
        }
    }
}

struct Section<'a> {
    member: &'a str,
    line: usize,
    absences: Vec<&'a str>,
}

fn sections(map: &File) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut is_member = false;
    for (index, line) in map.text.lines().enumerate() {
        if line.starts_with('#') {
            let member = line.strip_prefix("### ").unwrap_or("").trim_matches('`');
            is_member = member == "xtask" || member.starts_with("drift-");
            if is_member {
                sections.push(Section { member, line: index + 1, absences: Vec::new() });
            }
        } else if let (true, Some(section), Some((_, absence))) =
            (is_member, sections.last_mut(), line.split_once(ABSENCE))
        {
            section.absences.extend(absence.split('`').skip(1).step_by(2));
        }
    }
    sections
}
