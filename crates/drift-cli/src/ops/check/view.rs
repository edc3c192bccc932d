//! What `check` reports, as it stands in JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// What was found, judged.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct CheckReport {
    /// What `new` is counted from.
    pub(crate) base: BaseView,
    pub(crate) findings: Vec<FindingView>,
    /// How many findings of the base are gone.
    pub(crate) gone: usize,
    pub(crate) projects: Vec<ProjectView>,
    pub(crate) workspace: WorkspaceView,
    /// Whether the result was recorded.
    pub(crate) recorded: bool,
    /// The branch whose baseline the result is now; empty outside git.
    pub(crate) baseline: Option<String>,
    /// Where the root lies in its git work tree, for tools that count paths from there.
    #[serde(skip)]
    pub(crate) below_top: drift_discover::RepoPath,
}

/// The earlier result.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct BaseView {
    /// `baseline`, `last_result`, or `none`: then everything is new.
    pub(crate) rule: &'static str,
    pub(crate) branch: Option<String>,
    pub(crate) commit: Option<String>,
    /// When it was recorded.
    pub(crate) at: Option<String>,
}

/// Something that a rule holds against a project, or against the workspace.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct FindingView {
    pub(crate) rule: &'static str,
    pub(crate) severity: &'static str,
    /// An id; null for the workspace.
    pub(crate) project: Option<String>,
    pub(crate) file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    pub(crate) message: String,
    /// What it is about: with rule and project, which finding it is.
    pub(crate) subject: String,
    pub(crate) new: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) path_lossy: bool,
    /// The path byte by byte.
    #[serde(skip)]
    pub(crate) path: drift_discover::RepoPath,
}

/// How a project came out.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ProjectView {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) result: ResultView,
}

/// How the workspace came out.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct WorkspaceView {
    #[serde(flatten)]
    pub(crate) result: ResultView,
    /// How many projects fail their gate.
    pub(crate) failed_projects: usize,
}

/// A health and a gate.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct ResultView {
    /// 0 to 100.
    pub(crate) health: u8,
    /// `pass` or `fail`.
    pub(crate) gate: &'static str,
    /// Why the gate failed.
    pub(crate) reasons: Vec<String>,
    pub(crate) errors: u32,
    pub(crate) warnings: u32,
    pub(crate) infos: u32,
    /// Of the last recorded result.
    pub(crate) previous_health: Option<u8>,
}
