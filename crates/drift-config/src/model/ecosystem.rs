//! [`EcosystemConfig`]: an ecosystem of the user's own, an entry of `[[discover.ecosystem]]`.
//!
//! What is optional has a default that suits most formats; an unknown key is an error, since a description
//! that is half understood finds half of the projects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::{DependencyKind, EcosystemName, FileGlob, ManifestFormat, ValuePath};

/// How drift reads projects that no built-in ecosystem knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EcosystemConfig {
    /// The tag of its projects.
    pub name: EcosystemName,
    /// The names of its manifests, as globs; of several in one directory the first that matches counts.
    pub files: Vec<FileGlob>,
    pub format: ManifestFormat,
    /// The tool that its workspaces belong to; the name of the ecosystem unless it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// Where the project's name is.
    #[serde(default = "name")]
    pub project_name: ValuePath,
    /// Where the project's version is.
    #[serde(default = "version")]
    pub project_version: ValuePath,
    /// Where the patterns of a workspace's members are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<ValuePath>,
    /// Where dependencies are.
    #[serde(default)]
    pub dependencies: Vec<DependencyConfig>,
}

/// Where dependencies of one kind are: a list of names, of paths or of tables, or a table by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DependencyConfig {
    pub at: ValuePath,
    #[serde(default = "normal")]
    pub kind: DependencyKind,
    /// In a dependency that is a table, where its name is.
    #[serde(default = "name")]
    pub name: ValuePath,
    /// In a dependency that is a table, where its path is.
    #[serde(default = "path")]
    pub path: ValuePath,
    /// In a dependency that is a table, where the versions are that it takes.
    #[serde(default = "version")]
    pub version: ValuePath,
}

fn name() -> ValuePath {
    key("name")
}

fn path() -> ValuePath {
    key("path")
}

fn version() -> ValuePath {
    key("version")
}

fn key(key: &str) -> ValuePath {
    key.parse().expect("BUG: a plain key is a path")
}

fn normal() -> DependencyKind {
    DependencyKind::Normal
}
