//! SARIF 2.1.0, for code scanning: one run, the rules with their documentation, a result per finding.
//!
//! Locations are relative to the root, percent-encoded; what tells a finding apart from others is a fingerprint
//! of rule, project and subject, so that it stays the same when lines move.

use std::io;

use drift_discover::Rule;
use serde_json::{Value, json};

use crate::ops::check::{CheckReport, FindingView, explain};
use crate::ui::Text;

/// What locations are relative to.
const ROOT: &str = "%SRCROOT%";

pub(super) fn write(report: &CheckReport, out: &mut Text) -> io::Result<()> {
    let mut bytes = serde_json::to_vec_pretty(&document(report))?;
    bytes.push(b'\n');
    out.raw(bytes)
}

fn document(report: &CheckReport) -> Value {
    let compared = report.base.rule != "none";
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, compared)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "drift",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.map(|(rule, _)| descriptor(rule)),
            } },
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the workspace" } } },
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
            "properties": {
                "health": report.workspace.result.health,
                "gate": report.workspace.result.gate,
            },
        }],
    })
}

fn descriptor(rule: Rule) -> Value {
    let text = explain(rule.name()).map(|report| report.text).unwrap_or_default();
    json!({
        "id": rule.name(),
        "shortDescription": { "text": rule.summary() },
        "help": { "text": text, "markdown": text },
    })
}

fn result(finding: &FindingView, compared: bool) -> Value {
    let level = match finding.severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    };
    let mut physical =
        json!({ "artifactLocation": { "uri": uri(finding.path.as_bytes()), "uriBaseId": ROOT } });
    if let Some(line) = finding.line {
        physical["region"] = json!({ "startLine": line });
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(project) = &finding.project {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": project, "kind": "module" }]);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": Rule::ALL.iter().position(|(_, name)| *name == finding.rule),
        "level": level,
        "message": { "text": finding.message },
        "locations": [location],
        "partialFingerprints": { "driftFinding/v1": fingerprint(finding) },
    });
    if compared {
        result["baselineState"] = json!(if finding.new { "new" } else { "unchanged" });
    }
    result
}

/// A path as a relative reference: everything but letters, digits, `-._~` and `/` as `%XX`.
fn uri(path: &[u8]) -> String {
    let mut uri = String::new();
    for &byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn fingerprint(finding: &FindingView) -> String {
    let parts = [finding.rule, finding.project.as_deref().unwrap_or_default(), &finding.subject];
    blake3::hash(parts.join("\0").as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests;
