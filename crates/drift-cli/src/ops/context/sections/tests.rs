use drift_db::store::StoredPath;
use drift_db::store::graph::ProjectRow;
use drift_db::store::scan::ScanRow;
use drift_db::store::summary::{Listed, ProblemText, RankedProject, Summary, Tally};
use drift_db::store::workspace::WorkspaceRow;
use serde_json::Value;

use super::{LIMITS, Section, clip, is_in_step, of_scan, with_scan};

fn summary(text: &str, many: usize) -> Summary {
    let project = ProjectRow {
        id: text.into(),
        ecosystem: text.into(),
        path: StoredPath(text.as_bytes().into()),
        name: Some(text.into()),
        version: Some(text.into()),
        manifest: StoredPath(text.as_bytes().into()),
        workspace: Some(text.into()),
        private: false,
        languages: vec![text.into(); many],
        frameworks: vec![text.into(); many],
        files: 1,
    };
    let problem = ProblemText {
        file: StoredPath(text.as_bytes().into()),
        line: None,
        code: text.into(),
        message: text.into(),
    };
    let tally = Tally { name: text.into(), count: many };
    Summary {
        workspace: Some(WorkspaceRow { id: text.into(), name: text.into(), created_at: "t".into() }),
        scan: Some((
            7,
            ScanRow { started_at: "t".into(), git_branch: Some(text.into()), ..ScanRow::default() },
        )),
        ecosystems: vec![tally.clone()],
        projects: Listed {
            count: many,
            first: vec![RankedProject { row: project, dependents: 1 }; LIMITS.projects.min(many)],
        },
        workspaces: Listed::default(),
        languages: Listed::default(),
        frameworks: Listed { count: many, first: vec![tally; LIMITS.others.min(many)] },
        edges: 0,
        edge_kinds: Vec::new(),
        roots: 0,
        externals: 0,
        problems: Listed { count: many, first: vec![problem; LIMITS.problems.min(many)] },
        problem_codes: Vec::new(),
    }
}

fn told(summary: &Summary, section: Section) -> Value {
    of_scan(summary).into_iter().find(|(found, _)| *found == section).unwrap().1
}

#[test]
fn every_section_of_a_scan_is_written_and_no_other() {
    let written: Vec<_> = of_scan(&summary("a", 1)).into_iter().map(|(section, _)| section).collect();
    let wanted: Vec<_> = Section::ALL.into_iter().filter(|section| section.is_of_scan()).collect();
    assert_eq!(written, wanted);
    assert!(Section::ALL.into_iter().all(|section| Section::parse(section.name()) == Some(section)));
}

#[test]
fn a_section_is_bounded_however_large_the_repository() {
    for (section, value) in of_scan(&summary(&"\u{1}".repeat(1000), 1000)) {
        let bytes = value.to_string().len();
        assert!(bytes < 4 << 20, "{section:?}: {bytes}");
    }
    let projects = told(&summary("a", 1000), Section::Projects);
    assert_eq!((&projects["count"], &projects["more"]), (&1000.into(), &900.into()));
    assert_eq!(projects["items"].as_array().unwrap().len(), 100);
}

#[test]
fn an_overview_is_in_step_with_one_scan_of_one_workspace() {
    let overview = told(&summary("shop", 1), Section::Overview);
    assert!(is_in_step(&overview, Some("shop"), Some(7)));
    for (name, scan) in
        [(Some("shop"), Some(8)), (Some("shop"), None), (Some("other"), Some(7)), (None, Some(7))]
    {
        assert!(!is_in_step(&overview, name, scan), "{name:?} {scan:?}");
    }
    let mut older = overview.clone();
    older["format"] = 0.into();
    assert!(!is_in_step(&older, Some("shop"), Some(7)));
    let later = with_scan(overview, 8, &ScanRow::default());
    assert!(is_in_step(&later, Some("shop"), Some(8)));
}

#[test]
fn a_long_text_is_clipped_at_a_character() {
    assert_eq!(clip("grün"), "grün");
    assert_eq!(clip(&"ü".repeat(300)), "ü".repeat(200) + "…");
}
