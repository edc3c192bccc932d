//! The result of a check for people: what was found, project by project, then the workspace.

use std::collections::BTreeMap;
use std::io;

use crate::ops::check::{CheckReport, FindingView, ResultView, Scope};
use crate::ui::{Text, Tone, human, styled};

pub(super) fn write(report: &CheckReport, scope: Scope, out: &mut Text) -> io::Result<()> {
    let compared = report.base.rule != "none";
    let mut by_project: BTreeMap<Option<&str>, Vec<&FindingView>> = BTreeMap::new();
    for finding in &report.findings {
        by_project.entry(finding.project.as_deref()).or_default().push(finding);
    }
    for project in &report.projects {
        let found = by_project.remove(&Some(project.id.as_str())).unwrap_or_default();
        if found.is_empty() && project.result.gate == "pass" {
            continue;
        }
        let name = project.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        let id = styled(Tone::Heading, &project.id);
        out.line(format_args!("{id}{name}: {}", result(&project.result)))?;
        found.into_iter().try_for_each(|found| finding(found, compared, out))?;
        out.blank()?;
    }
    if let Some(found) = by_project.remove(&None) {
        out.line(styled(Tone::Heading, "In no project:"))?;
        found.into_iter().try_for_each(|found| finding(found, compared, out))?;
        out.blank()?;
    }
    out.line(format_args!("{}: {}", styled(Tone::Heading, "Workspace"), result(&report.workspace.result)))?;
    let count = report.findings.len() as u64;
    let what = match scope {
        Scope::NewOnly => human::count(count, "new finding", "new findings"),
        Scope::All => human::count(count, "finding", "findings"),
    };
    let mut line = format!("{what} in {}", human::count(report.projects.len() as u64, "project", "projects"));
    if compared && scope == Scope::All {
        let new = report.findings.iter().filter(|finding| finding.new).count();
        line.push_str(&format!(", {new} of them new"));
    }
    if report.gone > 0 {
        line.push_str(&format!(", {} gone", report.gone));
    }
    out.line(line)?;
    if let Some(at) = &report.base.at {
        let branch = report.base.branch.as_deref().unwrap_or_default();
        let which = match report.base.rule {
            "baseline" if branch.is_empty() => "the baseline".to_owned(),
            "baseline" => format!("the baseline of {branch}"),
            _ => "the last recorded result".to_owned(),
        };
        out.line(format_args!("Compared with {which}, of {}", human::moment(at)))?;
    }
    match &report.baseline {
        Some(branch) if branch.is_empty() => out.line("Recorded as the baseline"),
        Some(branch) => out.line(format_args!("Recorded as the baseline of {branch}")),
        None if report.recorded => out.line("Recorded"),
        None => Ok(()),
    }
}

fn finding(finding: &FindingView, compared: bool, out: &mut Text) -> io::Result<()> {
    let tone = match finding.severity {
        "error" => Tone::Error,
        "warning" => Tone::Warning,
        _ => Tone::Hint,
    };
    let at = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    let new = if compared && finding.new { " (new)" } else { "" };
    let label = format!("{}:", finding.severity);
    let FindingView { file, message, rule, .. } = finding;
    out.line(format_args!("  {} {file}{at}: {message} [{rule}]{new}", styled(tone, label)))
}

/// `health 85 (-5), gate fail: 1 error, at most 0 allowed`
fn result(result: &ResultView) -> String {
    let change = match result.previous_health {
        Some(before) if before != result.health => {
            format!(" ({:+})", i16::from(result.health) - i16::from(before))
        }
        _ => String::new(),
    };
    let reasons = match result.reasons.as_slice() {
        [] => String::new(),
        reasons => format!(": {}", reasons.join("; ")),
    };
    format!("health {}{change}, gate {}{reasons}", result.health, result.gate)
}
