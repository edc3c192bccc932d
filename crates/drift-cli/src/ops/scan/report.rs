//! [`ScanReport`]: what a scan tells, in the fields of its JSON.

use std::collections::BTreeSet;

use drift_db::store::workspace::WorkspaceRow;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::ProjectCounts;
use crate::ops::wire::ProblemView;

/// What a scan found.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ScanReport {
    /// Whether this is only what a scan would find.
    pub(crate) dry_run: bool,
    pub(crate) files: u64,
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) removed: u64,
    /// Of the added ones, those whose content was at a path that is gone.
    pub(crate) renamed: u64,
    pub(crate) rehashed: u64,
    /// Files whose times are new and that were not read, since git's index proves their content.
    pub(crate) vouched: u64,
    /// Files read only because they are as new as git's index itself, and found as they were.
    pub(crate) confirmed: u64,
    pub(crate) projects: u64,
    pub(crate) edges: u64,
    /// Those that are gone come last.
    pub(crate) per_project: Vec<ProjectCounts>,
    pub(crate) removed_projects: Vec<String>,
    pub(crate) moved_projects: Vec<Moved>,
    pub(crate) git_head: Option<String>,
    pub(crate) git_branch: Option<String>,
    pub(crate) problems: Vec<ProblemView>,
    pub(crate) duration_ms: u64,
    #[serde(skip)]
    pub(crate) ecosystems: BTreeSet<String>,
    #[serde(skip)]
    pub(crate) languages: BTreeSet<String>,
    #[serde(skip)]
    pub(crate) upkeep: Upkeep,
}

/// What tells whether a scheduled snapshot or an automatic gc may be due, so that nothing has to be opened again
/// where neither is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Upkeep {
    /// When the workspace was made.
    pub(crate) made: Option<Timestamp>,
    /// When the last gc was.
    pub(crate) collected: Option<Timestamp>,
}

impl Upkeep {
    pub(super) fn new(workspace: Option<WorkspaceRow>, collected: Option<String>) -> Upkeep {
        let time = |at: String| at.parse().ok();
        Upkeep { made: workspace.and_then(|row| time(row.created_at)), collected: collected.and_then(time) }
    }
}

/// A project that is at another place than the last scan found it at.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Moved {
    pub(crate) from: String,
    pub(crate) to: String,
}
