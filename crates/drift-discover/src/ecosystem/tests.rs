//! What the tests of every ecosystem share: a fixture in, the printed graph out.

use std::fmt::Write;

use crate::options::DiscoverOptions;
use crate::source::MemorySource;
use crate::{Discovery, discover};

/// Checks that discovering `fixture` (see [`MemorySource::fixture`]) prints `expected`, indentation aside.
#[track_caller]
pub(super) fn check(fixture: &str, expected: &str) {
    check_with(&DiscoverOptions::default(), fixture, expected);
}

/// The same with other options.
#[track_caller]
pub(super) fn check_with(options: &DiscoverOptions, fixture: &str, expected: &str) {
    let unindent = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
    };
    let discovery = discover(&MemorySource::fixture(fixture), options);
    let (got, expected): (String, String) = (print(&discovery), unindent(expected));
    assert!(got == expected, "expected:\n{expected}\ngot:\n{got}");
}

/// One line for each workspace, project, edge and problem:
///
/// ```text
/// workspace npm:. pnpm
/// npm:. root
/// npm:a a@1.0.0 in npm:. private
/// npm:a -> npm:b dev
/// problem a/package.json:3 manifest.syntax: …
/// ```
///
/// A project's external dependencies follow its line, each as `+ name requirement kind`.
pub(super) fn print(discovery: &Discovery) -> String {
    let mut out = String::new();
    let graph = &discovery.graph;
    let mut line = |text: String| writeln!(out, "{}", text.trim_end()).unwrap();
    for workspace in &graph.workspaces {
        line(format!("workspace {} {}", workspace.id, workspace.manager));
    }
    for project in &graph.projects {
        let mut text = format!("{} {}", project.id, project.name.as_deref().unwrap_or("(no name)"));
        if let Some(version) = &project.version {
            write!(text, "@{version}").unwrap();
        }
        if let Some(workspace) = &project.workspace {
            write!(text, " in {workspace}").unwrap();
        }
        if project.private {
            text.push_str(" private");
        }
        line(text);
        for dep in &project.external {
            line(format!("+ {} {} {}", dep.name, dep.requirement, dep.kind.name()));
        }
    }
    for edge in &graph.edges {
        line(format!("{} -> {} {}", edge.from, edge.to, edge.kind.name()));
    }
    for problem in &discovery.problems {
        let at = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
        line(format!("problem {}{at} {}: {}", problem.file, problem.code, problem.message));
    }
    out
}
