//! One Python project in Python's words: `pyproject.toml`, or where that declares no project, `setup.cfg`
//! and `setup.py`.
//!
//! A `pyproject.toml` that only configures tools is no project.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::pyproject::Reader;
use super::requirement::{Requirement, normalise};
use super::setup::{self, Setup};
use crate::context::Context;
use crate::ecosystem::toml_file::{Listed, TomlFile, boolean, string, table, table_at};
use crate::graph::EdgeKind;
use crate::path::RepoPath;

pub(super) const PYPROJECT: &str = "pyproject.toml";
pub(super) const SETUP_CFG: &str = "setup.cfg";
pub(super) const SETUP_PY: &str = "setup.py";
/// Most lines of a `setup.cfg`: each can be a requirement.
const MAX_CFG_LINES: usize = 50_000;
const LOCKS: [&str; 3] = ["uv.lock", "poetry.lock", "pdm.lock"];

/// What one directory declares.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) project: Option<Project>,
    /// `[tool.uv.workspace]`.
    pub(super) workspace: Option<Workspace>,
    /// `[tool.uv.sources]` by normalised name.
    pub(super) sources: BTreeMap<String, Vec<Source>>,
    /// It has `[project]`, which uv asks of a member.
    pub(super) is_standard: bool,
    /// uv, Poetry or PDM manage it: they take a plain name from an index, wherever else it may be.
    pub(super) takes_names_from_index: bool,
    /// `[tool.uv] managed = false`: uv leaves it alone.
    pub(super) is_unmanaged: bool,
}

/// A project.
#[derive(Debug)]
pub(super) struct Project {
    /// The file that says most of it.
    pub(super) file: RepoPath,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) private: bool,
    pub(super) dependencies: Vec<Dependency>,
}

/// `[tool.uv.workspace]`.
#[derive(Debug)]
pub(super) struct Workspace {
    pub(super) members: Vec<Listed>,
    pub(super) exclude: Vec<Listed>,
}

/// One declared dependency.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) requirement: Requirement,
    pub(super) kind: EdgeKind,
    /// The extra or group that it is declared in.
    pub(super) set: Option<String>,
    /// Poetry's `path = "…"`.
    pub(super) path: Option<String>,
    /// In the project's file; `None` where it comes from another.
    pub(super) line: Option<u32>,
}

/// An entry of `[tool.uv.sources]`.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) place: Place,
    /// The one extra or group that it applies to.
    pub(super) set: Option<String>,
}

/// Where a source says that a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `workspace = true`.
    Workspace,
    /// `workspace = "…"`: a member of the workspace there.
    OtherWorkspace(String),
    Path(String),
    /// An index, a URL or a git repository.
    Elsewhere,
}

impl Manifest {
    /// Reads the manifests in `dir`; `None` if there is none.
    pub(super) fn read(context: &Context, dir: &RepoPath) -> Option<Manifest> {
        let pyproject = dir.join(PYPROJECT)?;
        let text = context.is_file(&pyproject).then(|| context.text(&pyproject)).flatten();
        let file = text.as_deref().and_then(|text| TomlFile::parse(context, &pyproject, text));
        let mut manifest = Manifest::default();
        if let Some(file) = &file {
            manifest.read_uv(context, &pyproject, file);
            let of_tool = |tool: &&str| table_at(file.root(), &["tool", tool]).is_some();
            let is_file = |name: &&str| dir.join(name).is_some_and(|path| context.is_file(&path));
            manifest.takes_names_from_index =
                ["uv", "poetry"].iter().any(of_tool) || LOCKS.iter().any(is_file);
            manifest.is_standard = table(file.root(), "project").is_some();
            manifest.project = Reader { context, dir, path: &pyproject, file }.project();
        } else if text.is_some() {
            // Broken: what setup.cfg says beside it is not the whole truth.
            return None;
        }
        if manifest.project.is_none() {
            manifest.project = old_style(context, dir);
        }
        (manifest.project.is_some() || manifest.workspace.is_some()).then_some(manifest)
    }

    fn read_uv(&mut self, context: &Context, path: &RepoPath, file: &TomlFile) {
        let Some(uv) = table_at(file.root(), &["tool", "uv"]) else { return };
        self.is_unmanaged = boolean(uv, "managed") == Some(false);
        self.workspace = table(uv, "workspace").map(|workspace| Workspace {
            members: file.list(workspace, "members"),
            exclude: file.list(workspace, "exclude"),
        });
        for (name, value) in table(uv, "sources").into_iter().flatten() {
            let entries: Vec<&DeTable> = match value.get_ref() {
                DeValue::Table(entry) => vec![entry],
                DeValue::Array(entries) => {
                    entries.iter().filter_map(|entry| entry.get_ref().as_table()).collect()
                }
                _ => {
                    let message = "a source is a table or a list of tables; correct it".into();
                    context.problem(path, Some(file.line(&value.span())), "manifest.invalid", message);
                    continue;
                }
            };
            self.sources.insert(normalise(name.get_ref()), entries.into_iter().map(Source::of).collect());
        }
    }
}

impl Source {
    fn of(entry: &DeTable) -> Source {
        let place = if boolean(entry, "workspace") == Some(true) {
            Place::Workspace
        } else if let Some(path) = string(entry, "workspace") {
            Place::OtherWorkspace(path.to_owned())
        } else if let Some(path) = string(entry, "path") {
            Place::Path(path.to_owned())
        } else {
            Place::Elsewhere
        };
        let set = string(entry, "extra").or_else(|| string(entry, "group")).map(normalise);
        Source { place, set }
    }
}

/// A project of the time before `[project]`.
fn old_style(context: &Context, dir: &RepoPath) -> Option<Project> {
    let of_cfg = cfg(context, dir);
    let file = dir.join(SETUP_PY)?;
    let text = context.is_file(&file).then(|| context.text(&file)).flatten();
    let of_py = text.as_deref().and_then(setup::parse_py);
    let file = if of_cfg.is_some() { dir.join(SETUP_CFG)? } else { file };
    if of_cfg.is_none() && of_py.is_none() {
        return None;
    }
    let (of_cfg, of_py) = (of_cfg.unwrap_or_default(), of_py.unwrap_or_default());
    let dependencies = setup_dependencies(&of_cfg);
    let name = of_cfg.name.or(of_py.name);
    if name.is_none() {
        let message = "the name is computed; state it as a literal, or in [project] of pyproject.toml".into();
        context.problem(&file, None, "manifest.computed", message);
    }
    Some(Project { file, name, version: of_cfg.version.or(of_py.version), private: false, dependencies })
}

/// What `setup.cfg` in `dir` says, if it declares a project.
pub(super) fn cfg(context: &Context, dir: &RepoPath) -> Option<Setup> {
    let path = dir.join(SETUP_CFG)?;
    let text = if context.is_file(&path) { context.text(&path) } else { None }?;
    if text.lines().nth(MAX_CFG_LINES).is_some() {
        let message = format!("has more than {MAX_CFG_LINES} lines; it was not read");
        context.problem(&path, None, "manifest.too_large", message);
        return None;
    }
    setup::parse_cfg(&text)
}

/// The dependencies of a `setup.cfg`.
pub(super) fn setup_dependencies(setup: &Setup) -> Vec<Dependency> {
    let normal = setup.requires.iter().map(|(line, text)| (*line, text, None));
    let extras = setup.extras.iter().map(|(extra, line, text)| (*line, text, Some(normalise(extra))));
    // `file:` and the like name where the requirements are.
    let of = |(line, text, set): (u32, &String, Option<String>)| {
        let requirement = Requirement::parse(text).filter(|_| !text.starts_with("file:"))?;
        let kind = if set.is_some() { EdgeKind::Optional } else { EdgeKind::Normal };
        Some(Dependency { requirement, kind, set, path: None, line: Some(line) })
    };
    normal.chain(extras).filter_map(of).collect()
}
