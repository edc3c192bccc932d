//! The settings files beside a workspace root: pnpm-workspace.yaml, .yarnrc.yml, .npmrc and bunfig.toml.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::context::Context;
use crate::path::RepoPath;

use super::syntax;
use crate::ecosystem::toml_file::{self, TomlFile};

/// What drift reads of pnpm-workspace.yaml.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PnpmWorkspace {
    pub(super) packages: Option<Value>,
    pub(super) catalog: Option<Value>,
    pub(super) catalogs: Option<Value>,
    pub(super) overrides: Option<Value>,
    link_workspace_packages: Option<Value>,
    prefer_workspace_packages: Option<Value>,
}

/// What drift reads of .yarnrc.yml.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct YarnRc {
    pub(super) catalog: Option<Value>,
    pub(super) catalogs: Option<Value>,
    enable_transparent_workspaces: Option<Value>,
    yarn_path: Option<Value>,
}

impl YarnRc {
    pub(super) fn read(context: &Context, root: &RepoPath) -> Option<YarnRc> {
        syntax::yaml(context, &root.join(".yarnrc.yml")?)
    }

    /// Whether a plain range links the workspace of that name; yes unless switched off.
    pub(super) fn is_transparent(&self) -> bool {
        self.enable_transparent_workspaces.as_ref().and_then(as_bool).unwrap_or(true)
    }

    /// The first number of the version in `yarnPath: .yarn/releases/yarn-4.1.0.cjs`.
    pub(super) fn major(&self) -> Option<u64> {
        let file = self.yarn_path.as_ref()?.as_str()?.rsplit(['/', '\\']).next()?;
        let digits = file.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }
}

/// How pnpm links ranges that name no `workspace:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PnpmLinks {
    /// A range that a local version satisfies links it.
    pub(super) plain: bool,
    /// So does a dist-tag.
    pub(super) prefer: bool,
}

impl PnpmLinks {
    /// The default of the version, overruled by .npmrc, overruled by pnpm-workspace.yaml.
    pub(super) fn read(
        context: &Context,
        root: &RepoPath,
        file: &PnpmWorkspace,
        major: Option<u64>,
    ) -> PnpmLinks {
        let npmrc = npmrc(context, root);
        let setting = |key: &str, value: &Option<Value>| {
            let from_npmrc = || npmrc.get(key).map(|text| Value::String(text.clone()));
            let value = value.clone().or_else(from_npmrc)?;
            // `deep` links in the dependencies of dependencies too.
            if value == "deep" { Some(true) } else { as_bool(&value) }
        };
        PnpmLinks {
            plain: setting("link-workspace-packages", &file.link_workspace_packages)
                .unwrap_or(major.is_some_and(|major| major < 9)),
            prefer: setting("prefer-workspace-packages", &file.prefer_workspace_packages).unwrap_or(false),
        }
    }
}

/// Whether bun links ranges that name no `workspace:`; yes unless bunfig.toml says no.
pub(super) fn bun_links(context: &Context, root: &RepoPath) -> bool {
    let setting = || {
        let file = root.join("bunfig.toml").filter(|file| context.is_file(file))?;
        let text = context.text(&file)?;
        let toml = TomlFile::parse(context, &file, &text)?;
        toml_file::boolean(toml_file::table(toml.root(), "install")?, "linkWorkspacePackages")
    };
    setting().unwrap_or(true)
}

fn as_bool(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// The `key = value` lines of .npmrc that belong to no registry.
fn npmrc(context: &Context, root: &RepoPath) -> BTreeMap<String, String> {
    let text = root.join(".npmrc").and_then(|path| context.text(&path)).unwrap_or_default();
    let pairs = text.lines().filter_map(|line| {
        let line = line.trim();
        if line.starts_with(['#', ';', '[']) {
            return None;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, "true"));
        Some((key.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
    });
    pairs.collect()
}
