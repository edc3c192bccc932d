use drift_config::LoadOptions;
use drift_discover::{ProjectId, RepoPath};

use super::*;

/// The policy of these settings.
fn policy(settings: &[(&str, &str)]) -> Policy {
    let flags = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let config = drift_config::load(&LoadOptions { flags, ..LoadOptions::default() }).unwrap().config;
    Policy { rules: config.rules, gates: config.gates }
}

fn finding(rule: Rule, subject: &str) -> Finding {
    Finding {
        project: Some(ProjectId("npm:a".into())),
        rule,
        subject: subject.into(),
        file: RepoPath::default(),
        line: None,
        message: String::new(),
        mention: None,
    }
}

/// The severity of a version mismatch of `react` in `npm:a`, which is in `packages/a` and called `a`.
#[track_caller]
fn check(settings: &[(&str, &str)], expected: Option<Severity>) {
    let names = ["npm:a", "packages/a", "a"];
    assert_eq!(policy(settings).severity(&finding(Rule::VersionMismatch, "react"), &names), expected);
}

#[test]
fn every_rule_has_its_severity() {
    check(&[], Some(Severity::Warning));
    check(&[("rules.version_mismatch", "error")], Some(Severity::Error));
    check(&[("rules.version_mismatch", "info")], Some(Severity::Info));
    check(&[("rules.version_mismatch", "off")], None);
    let errors = [Rule::DependencyCycle, Rule::MissingMember, Rule::InvalidManifest];
    for (rule, _) in Rule::ALL {
        let told = policy(&[]).severity(&finding(rule, "x"), &[]);
        let expected = match rule {
            Rule::OutsideWorkspace => Severity::Info,
            rule if errors.contains(&rule) => Severity::Error,
            _ => Severity::Warning,
        };
        assert_eq!(told, Some(expected), "{rule:?}");
    }
}

#[test]
fn a_project_overrides_by_id_path_or_name_in_this_order() {
    check(&[("rules.projects.a.version_mismatch", "error")], Some(Severity::Error));
    let two = [
        ("rules.projects.a.version_mismatch", "error"),
        ("rules.projects.\"npm:a\".version_mismatch", "off"),
    ];
    check(&two, None);
    check(&[("rules.projects.b.version_mismatch", "off")], Some(Severity::Warning));
    check(&[("rules.projects.a.duplicate_name", "off")], Some(Severity::Warning));
}

#[test]
fn what_is_ignored_is_not_reported() {
    let ignore = |list: &str, expected| check(&[("rules.ignore.version_mismatch", list)], expected);
    ignore("[\"react\"]", None);
    ignore("[\"re*\"]", None);
    ignore("[\"*\"]", None);
    ignore("[\"*ac*\"]", None);
    ignore("[\"rea\", \"*x\", \"react-dom\", \"r*e*z\"]", Some(Severity::Warning));
    check(&[("rules.ignore.duplicate_name", "[\"react\"]")], Some(Severity::Warning));
}

#[test]
fn a_project_has_its_own_gate() {
    let policy = policy(&[("gates.max_warnings", "3"), ("gates.projects.a.min_health", "80")]);
    let limits = |names: &[&str]| policy.limits(names);
    let common = Limits { max_errors: Some(0), max_warnings: Some(3), min_health: 0 };
    assert_eq!(limits(&[]), common);
    assert_eq!(limits(&["npm:b", "b"]), common);
    assert_eq!(limits(&["npm:a", "packages/a", "a"]), Limits { min_health: 80, ..common });
}
