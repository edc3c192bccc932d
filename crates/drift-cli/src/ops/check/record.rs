//! Keeping a result: its rows, the event and the context in one transaction.

use std::collections::HashMap;

use drift_db::store::finding::{self, FindingRow, GateRow, RunRow};
use drift_db::store::{baseline, event, graph};
use drift_db::{Changing, Database};
use serde_json::json;

use super::compare::{Against, Earlier};
use super::view::{CheckReport, ResultView};
use super::{Keep, Revision};
use crate::error::{CommandError, ErrorCode};
use crate::ops::wire::stored;
use crate::ops::{Session, context};

/// Records a result; returns the branch whose baseline it is now.
pub(super) fn record(
    session: &Session<'_>,
    database: &Database,
    report: &CheckReport,
    earlier: &Earlier,
    revision: &Revision,
    keep: Keep,
) -> Result<Option<String>, CommandError> {
    let now = session.now.to_string();
    let run = RunRow {
        id: 0,
        checked_at: now.clone(),
        git_head: revision.commit.clone(),
        git_branch: revision.branch.clone(),
        pull_request: revision.pull_request,
    };
    let branch = (keep == Keep::Baseline).then(|| run.git_branch.clone().unwrap_or_default());
    database.write(|tx| -> Result<(), CommandError> {
        let keys: HashMap<String, i64> = tx.run(graph::keys)?;
        let key = |id: &str| keys.get(id).copied().ok_or_else(changing);
        let mut findings = Vec::with_capacity(report.findings.len());
        for found in &report.findings {
            findings.push(FindingRow {
                project: found.project.as_deref().map(key).transpose()?,
                rule: found.rule.to_owned(),
                subject: found.subject.clone(),
                severity: found.severity.to_owned(),
                file: stored(&found.path),
                line: found.line,
                message: found.message.clone(),
            });
        }
        let mut gates = vec![row(None, &report.workspace.result)];
        for project in &report.projects {
            gates.push(row(Some(key(&project.id)?), &project.result));
        }
        let id = tx.run(|c| finding::record(c, &run, &findings, &gates))?;
        let run = RunRow { id, ..run.clone() };
        if keep == Keep::Baseline {
            tx.run(|c| baseline::keep(c, &run, &now))?;
        }
        note_use(tx, earlier, &now)?;
        let detail = json!({
            "run": id,
            "findings": report.findings.len(),
            "health": report.workspace.result.health,
            "gate": report.workspace.result.gate,
            "baseline": branch,
        });
        tx.run(|c| event::append(c, &now, "check", &detail))?;
        context::write_check(tx, &now)?;
        Ok(())
    })?;
    Ok(branch)
}

/// A baseline that is compared with is in use, unless this very result has just replaced it.
fn note_use(tx: &Changing<'_>, earlier: &Earlier, now: &str) -> Result<(), CommandError> {
    if let Some(Against { baseline: Some(row), .. }) = &earlier.against {
        tx.run(|c| baseline::touch(c, row, now))?;
    }
    Ok(())
}

fn row(project: Option<i64>, result: &ResultView) -> GateRow {
    GateRow {
        project,
        health: result.health,
        gate: result.gate.to_owned(),
        errors: result.errors,
        warnings: result.warnings,
        infos: result.infos,
    }
}

/// The tree was read, then scanned, and a project came in between.
fn changing() -> CommandError {
    CommandError::new(ErrorCode::Io, "projects come and go while drift reads them")
        .with_hint("run the command again")
}
