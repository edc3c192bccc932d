//! [`Manager`]: which package manager a root is for, and its major version, as far as files tell.
//!
//! What is nearest decides: the root itself, then the directories above it, as corepack looks for them. A field
//! that names the manager comes before a lock file, that before settings, and those before `engines`.

use serde_json::Value;

use crate::context::Context;
use crate::path::RepoPath;
use crate::source::ReadError;

use super::manifest::Manifest;
use super::packages::Packages;
use super::settings::YarnRc;
use super::version;

/// Lock files are only looked at for their version, which is at their start.
const MAX_LOCK_BYTES: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Npm,
    Yarn,
    Pnpm,
    Bun,
}

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manager {
    pub(super) tool: Tool,
    /// `None` counts as the newest.
    pub(super) major: Option<u64>,
}

impl Manager {
    /// The manager of `root`, whose lerna.json names `npm_client`.
    pub(super) fn detect(
        context: &Context,
        packages: &Packages,
        root: &RepoPath,
        npm_client: Option<&str>,
    ) -> Manager {
        let found = |dir: &RepoPath| {
            let declared =
                packages.get(dir).and_then(declared).map(|manager| manager.or_locked(context, dir));
            declared.or_else(|| locked(context, dir)).or_else(|| configured(context, dir))
        };
        let of_client = || Some(Manager { tool: Tool::named(npm_client?)?, major: None }.or_oldest());
        let of_engines = || packages.get(root).and_then(required);
        let here = found(root).or_else(of_client).or_else(of_engines);
        // pnpm reads no field `workspaces`, so a pnpm above says nothing of a root that has it.
        let above = || root.ancestors().skip(1).find_map(|dir| found(&dir));
        let above = || above().filter(|manager| manager.tool != Tool::Pnpm);
        here.or_else(above).unwrap_or(Manager { tool: Tool::Npm, major: None })
    }

    /// The major version of pnpm where pnpm-workspace.yaml already says that it is pnpm.
    pub(super) fn pnpm(context: &Context, packages: &Packages, root: &RepoPath) -> Manager {
        let declared = packages.get(root).and_then(declared).filter(|found| found.tool == Tool::Pnpm);
        let found = declared.unwrap_or(Manager { tool: Tool::Pnpm, major: None }).or_locked(context, root);
        let of_engines = || oldest_pnpm(engine(packages.get(root)?, Tool::Pnpm)?);
        Manager { major: found.major.or_else(of_engines), ..found }
    }

    /// With version 1 of yarn, where nothing tells of a later one: those leave .yarnrc.yml behind.
    fn or_oldest(self) -> Manager {
        let oldest = (self.tool == Tool::Yarn).then_some(1);
        Manager { major: self.major.or(oldest), ..self }
    }

    /// With the major version from the lock file in `dir`, where none is known.
    fn or_locked(self, context: &Context, dir: &RepoPath) -> Manager {
        let of_lock = || match self.tool {
            Tool::Yarn => yarn_lock(context, dir),
            Tool::Pnpm => pnpm_lock(context, dir),
            Tool::Npm | Tool::Bun => None,
        };
        Manager { major: self.major.or_else(of_lock), ..self }
    }

    /// Whether it is yarn 1, which differs from all later ones.
    pub(super) fn is_yarn_1(self) -> bool {
        self.tool == Tool::Yarn && self.major.is_some_and(|major| major < 2)
    }
}

impl Tool {
    pub(super) fn name(self) -> &'static str {
        match self {
            Tool::Npm => "npm",
            Tool::Yarn => "yarn",
            Tool::Pnpm => "pnpm",
            Tool::Bun => "bun",
        }
    }

    fn named(name: &str) -> Option<Tool> {
        [Tool::Npm, Tool::Yarn, Tool::Pnpm, Tool::Bun].into_iter().find(|tool| tool.name() == name)
    }
}

/// `packageManager` (`yarn@4.1.0+sha…`), else `devEngines.packageManager` (an object or a list of them).
fn declared(manifest: &Manifest) -> Option<Manager> {
    let of_field = || {
        let (name, version) = manifest.fields.get("packageManager")?.as_str()?.split_once('@')?;
        let version = version.split('+').next().unwrap_or_default();
        Some(Manager { tool: Tool::named(name)?, major: version::major(version) })
    };
    let of_engines = || {
        let engines = manifest.fields.get("devEngines")?.get("packageManager")?;
        let first = engines.as_array().and_then(|all| all.first()).unwrap_or(engines);
        let major = first.get("version").and_then(Value::as_str).and_then(version::major);
        Some(Manager { tool: Tool::named(first.get("name")?.as_str()?)?, major })
    };
    of_field().or_else(of_engines)
}

/// The yarn or bun that `engines` asks for, unless it asks for npm as well (`"npm": "use yarn"` does not).
fn required(manifest: &Manifest) -> Option<Manager> {
    if engine(manifest, Tool::Npm).is_some() {
        return None;
    }
    let of = |tool| Some(Manager { tool, major: version::major(engine(manifest, tool)?) });
    of(Tool::Yarn).or_else(|| of(Tool::Bun))
}

/// The range of versions of `tool` in `engines`.
fn engine(manifest: &Manifest, tool: Tool) -> Option<&str> {
    let range = manifest.fields.get("engines")?.get(tool.name())?.as_str()?;
    version::is_range(range).then_some(range)
}

/// A version of pnpm before those that link no plain ranges, where `range` allows no later one.
fn oldest_pnpm(range: &str) -> Option<u64> {
    (!version::intersect(range, ">=9.0.0-0")).then(|| version::major(range)).flatten()
}

fn locked(context: &Context, dir: &RepoPath) -> Option<Manager> {
    let has = |name: &str| dir.join(name).is_some_and(|path| context.is_file(&path));
    if has("package-lock.json") || has("npm-shrinkwrap.json") {
        return Some(Manager { tool: Tool::Npm, major: None });
    }
    if has("yarn.lock") {
        return Some(Manager { tool: Tool::Yarn, major: yarn_lock(context, dir) });
    }
    if has("bun.lock") || has("bun.lockb") {
        return Some(Manager { tool: Tool::Bun, major: None });
    }
    has("pnpm-lock.yaml").then(|| Manager { tool: Tool::Pnpm, major: pnpm_lock(context, dir) })
}

fn configured(context: &Context, dir: &RepoPath) -> Option<Manager> {
    let has = |name: &str| dir.join(name).filter(|path| context.is_file(path));
    let Some(rc) = has(".yarnrc.yml") else {
        // Only yarn 1 reads this one.
        return has(".yarnrc").map(|_| Manager { tool: Tool::Yarn, major: Some(1) });
    };
    let major = rc.parent().and_then(|dir| YarnRc::read(context, &dir)?.major());
    Some(Manager { tool: Tool::Yarn, major: major.or(Some(2)) })
}

/// Yarn 1 wrote a lock file of its own syntax; later ones are YAML with `__metadata`.
fn yarn_lock(context: &Context, dir: &RepoPath) -> Option<u64> {
    let text = lock(context, &dir.join("yarn.lock")?)?;
    let is_modern = text.lines().any(|line| line.starts_with("__metadata:"))
        || dir.join(".yarnrc.yml").is_some_and(|path| context.is_file(&path));
    let path = || YarnRc::read(context, dir)?.major();
    if is_modern { Some(path().filter(|&major| major > 1).unwrap_or(2)) } else { Some(1) }
}

/// pnpm 9 and later write `lockfileVersion: '9.0'`; before that the numbers were 5.x and 6.x.
fn pnpm_lock(context: &Context, dir: &RepoPath) -> Option<u64> {
    let text = lock(context, &dir.join("pnpm-lock.yaml")?)?;
    let line = text.lines().take(50).find_map(|line| line.strip_prefix("lockfileVersion:"))?;
    match line.trim().trim_matches(['"', '\'']).split('.').next()?.parse().ok()? {
        version @ ..=5u64 => Some(version.max(5)),
        6..=8 => Some(8),
        version => Some(version),
    }
}

/// The text of a lock file. It is data for one number, so what is wrong with it is no problem here.
fn lock(context: &Context, path: &RepoPath) -> Option<String> {
    let bytes = match context.source().read(path, MAX_LOCK_BYTES) {
        Ok(bytes) => bytes,
        Err(ReadError::Absent) => return None,
        Err(ReadError::TooLarge(_) | ReadError::Io(_)) => Vec::new(),
    };
    context.input(path);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
