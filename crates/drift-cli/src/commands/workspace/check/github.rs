//! Annotations as GitHub Actions reads them from the output of a step.
//!
//! A value ends at a line feed, and a property at `,` or `:` as well, so these are escaped; paths count from the
//! top of the git work tree.

use std::io;

use crate::ops::check::{CheckReport, FindingView};
use crate::ui::Text;

pub(super) fn write(report: &CheckReport, out: &mut Text) -> io::Result<()> {
    for finding in &report.findings {
        out.line(annotation(report, finding))?;
    }
    let workspace = &report.workspace.result;
    if workspace.gate != "pass" {
        let why = workspace.reasons.join("; ");
        out.line(format_args!("::error title=drift gate::{}", data(&format!("the gate fails: {why}"))))?;
    }
    Ok(())
}

fn annotation(report: &CheckReport, finding: &FindingView) -> String {
    let command = match finding.severity {
        "error" => "error",
        "warning" => "warning",
        _ => "notice",
    };
    let file = match report.below_top.is_root() {
        true => finding.file.clone(),
        false => format!("{}/{}", report.below_top, finding.file),
    };
    let line = finding.line.map(|line| format!(",line={line}")).unwrap_or_default();
    let title = property(&format!("drift {}", finding.rule));
    let message = match &finding.project {
        Some(project) => format!("{project} {}", finding.message),
        None => finding.message.clone(),
    };
    format!("::{command} file={}{line},title={title}::{}", property(&file), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
